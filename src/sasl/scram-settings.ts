import { AuthenticationError } from '../errors.js'
import { refuseNul } from './credentials.js'
import type { PasswordSource } from './credentials.js'
import type { SaslOffer } from './downgrade-protection.js'
import type { Gs2Binding } from './gs2.js'
import { randomNonce } from './nonce.js'
import type { Hashing } from './hashing.js'
import type { NonceSource } from './nonce.js'
import { scramIterationCeiling, scramIterationFloor } from './scram-keys.js'
import type { ScramHash } from './scram-hashes.js'
import type { ScramKeyCache } from './scram-key-cache.js'

/** What the client's side of SCRAM needs. */
export interface ScramOptions {
  readonly hash: ScramHash
  readonly username: string
  readonly password: PasswordSource
  /** Another identity to act as; none by default. */
  readonly authzid?: string | undefined
  /** `p` makes it a -PLUS mechanism; `n` by default. */
  readonly gs2?: Gs2Binding | undefined
  readonly cache?: ScramKeyCache | undefined
  readonly nonce?: NonceSource | undefined
  /** What the server offered: checked where the server protects it (XEP-0474). */
  readonly offer?: SaslOffer | undefined
  /** Default and least: 4,096. */
  readonly minIterations?: number | undefined
  /** Default: 2,000,000. */
  readonly maxIterations?: number | undefined
}

/** The options of one mechanism with every default in place. */
export interface ScramSettings extends ScramOptions {
  readonly name: string
  readonly gs2: Gs2Binding
  readonly nonce: NonceSource
  readonly minIterations: number
  readonly maxIterations: number
}

/** Throws RangeError for limits that contradict each other or RFC 7677, and for an `authzid` with U+0000. */
export function settleScram(options: ScramOptions): ScramSettings {
  const {
    gs2 = { flag: 'n' },
    maxIterations = scramIterationCeiling,
    minIterations = scramIterationFloor,
    nonce = randomNonce,
  } = options
  if (!(minIterations >= scramIterationFloor && minIterations <= maxIterations)) {
    throw new RangeError(
      `minIterations must lie between ${scramIterationFloor} and maxIterations: ${minIterations}`,
    )
  }
  refuseNul(options.authzid)
  const name = `SCRAM-${options.hash}${gs2.flag === 'p' ? '-PLUS' : ''}`
  return { ...options, name, gs2, maxIterations, minIterations, nonce }
}

/** Browsers give WebCrypto only to pages that came over https or from this machine: throws `AuthenticationError` without. */
export function refuseMissingCrypto(
  { name }: Pick<ScramSettings, 'name'>,
  { isMissing }: Pick<Hashing, 'isMissing'>,
): void {
  if (!isMissing) return
  throw new AuthenticationError(
    'no-mechanism',
    `${name} needs WebCrypto, which this environment does not give: load the page over https`,
    { mechanism: name },
  )
}
