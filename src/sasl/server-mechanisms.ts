import { createAnonymousServer } from './anonymous-server.js'
import { createExternalServer } from './external-server.js'
import type { CertifiedAccount } from './external-server.js'
import type { SaslServerMechanism } from './mechanism.js'
import { findMechanism } from './mechanisms.js'
import { createPlainServer } from './plain-server.js'
import { createScramServer } from './scram-server.js'
import type { ScramServerOptions } from './scram-server.js'

/** Everything that any mechanism of a server may need, for one login. */
export interface ServerMechanismOptions extends Omit<ScramServerOptions, 'bound' | 'hash'> {
  /** EXTERNAL: accounts that the verified client certificate names. Default: none. */
  readonly certified?: readonly CertifiedAccount[] | undefined
}

/** The server's side of a mechanism; `undefined` unless `offer` has it: the answer is then `invalid-mechanism`. */
export function createServerMechanism(
  name: string,
  options: ServerMechanismOptions,
): SaslServerMechanism | undefined {
  const facts = findMechanism(name)
  if (facts === undefined || !options.offer.mechanisms.includes(name)) return undefined
  if (facts.needs === 'certificate') return createExternalServer({ accounts: options.certified ?? [] })
  if (facts.needs === 'nothing') return createAnonymousServer()
  if (facts.hash === undefined) return createPlainServer(options)
  return createScramServer({ ...options, hash: facts.hash, bound: facts.bound })
}
