import { AuthenticationError } from '../errors.js'
import { equalInConstantTime } from './bytes.js'
import { hashOffer } from './downgrade-protection.js'
import { unverified } from './refusals.js'
import type { ServerFirst } from './scram-message.js'
import type { ScramSettings } from './scram-settings.js'

/** What must hold of the server's first message before any secret is used; throws `AuthenticationError` otherwise. */
export function refuseUntrusted(settings: ScramSettings, clientNonce: string, first: ServerFirst): void {
  const { maxIterations, minIterations, name } = settings
  if (!first.nonce.startsWith(clientNonce) || first.nonce.length === clientNonce.length) {
    throw unverified(settings.name, 'the nonce of the server does not extend that of the client')
  }
  if (first.iterations < minIterations) {
    throw new AuthenticationError(
      'mechanism-too-weak',
      `${name}: ${first.iterations} iterations, at least ${minIterations} are wanted`,
      { mechanism: name },
    )
  }
  if (first.iterations > maxIterations) {
    throw new AuthenticationError(
      'aborted',
      `${name}: ${first.iterations} iterations, at most ${maxIterations} are allowed`,
      { mechanism: name },
    )
  }
}

/**
 * XEP-0474: the server's digest of its offer must fit the offer that arrived; without a digest there is nothing to
 * compare.
 * @returns whether there was a digest, and it fits
 */
export async function refuseTamperedOffer(settings: ScramSettings, first: ServerFirst): Promise<boolean> {
  if (settings.offer === undefined || first.offerHash === undefined) return false
  if (!equalInConstantTime(first.offerHash, await hashOffer(settings.offer, settings.hash))) {
    throw unverified(settings.name, 'the offered mechanisms are not those that the server sent (XEP-0474)')
  }
  return true
}
