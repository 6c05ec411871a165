import { AuthenticationError } from '../errors.js'
import { createAnonymous } from './anonymous.js'
import { createExternal } from './external.js'
import type { SaslMechanism } from './mechanism.js'
import { createPlain } from './plain.js'
import { createScram } from './scram.js'
import type { ScramOptions } from './scram-settings.js'
import { scramHashes, type ScramHash } from './scram-hashes.js'

/** What a choice between mechanisms can be made by. */
export interface SaslMechanismFacts {
  /** As registered, e.g. `SCRAM-SHA-256-PLUS`. */
  readonly name: string
  readonly needs: 'certificate' | 'nothing' | 'password'
  /** SCRAM only: its hash function. */
  readonly hash: ScramHash | undefined
  /** Bound to its TLS channel. */
  readonly bound: boolean
  /** For an encrypted and verified channel only. */
  readonly sendsPassword: boolean
}

/**
 * Every mechanism known here, strongest first: a client certificate, then SCRAM bound to its channel, then SCRAM, then
 * the bare password, then nobody. The first whose need is met and which the server offers is the one to use.
 */
export const saslMechanisms: readonly SaslMechanismFacts[] = [
  simple('EXTERNAL', 'certificate'),
  ...scramHashes.map((hash) => scram(hash, true)),
  ...scramHashes.map((hash) => scram(hash, false)),
  simple('PLAIN', 'password'),
  simple('ANONYMOUS', 'nothing'),
]

function scram(hash: ScramHash, bound: boolean): SaslMechanismFacts {
  const name = `SCRAM-${hash}${bound ? '-PLUS' : ''}`
  return { name, needs: 'password', hash, bound, sendsPassword: false }
}

function simple(name: string, needs: SaslMechanismFacts['needs']): SaslMechanismFacts {
  return { name, needs, hash: undefined, bound: false, sendsPassword: needs === 'password' }
}

/** The facts of a mechanism; `undefined` for one that is not known here. */
export function findMechanism(name: string): SaslMechanismFacts | undefined {
  return saslMechanisms.find((facts) => facts.name === name)
}

/** Everything that any mechanism may need; each takes its part. */
export interface MechanismOptions extends Partial<Omit<ScramOptions, 'hash'>> {
  /** ANONYMOUS only: a word for the operator's log. */
  readonly trace?: string | undefined
}

/**
 * The mechanism of that name, ready to run. Throws RangeError for an unknown name, TypeError when -PLUS and the channel
 * binding in `gs2` contradict each other, `AuthenticationError` (`credentials-missing`) when it needs a password and
 * there is no user name or password source.
 */
export function createMechanism(name: string, options: MechanismOptions): SaslMechanism {
  const facts = findMechanism(name)
  if (facts === undefined) throw new RangeError(`no such SASL mechanism here: ${name}`)
  if (facts.needs === 'certificate') return createExternal(options)
  if (facts.needs === 'nothing') return createAnonymous(options)
  const { gs2, password, username } = options
  if (username === undefined || password === undefined) {
    throw new AuthenticationError('credentials-missing', `${name} needs a user name and a password`, {
      mechanism: name,
    })
  }
  if (facts.hash === undefined) return createPlain({ ...options, username, password })
  if (facts.bound !== (gs2?.flag === 'p')) {
    throw new TypeError(`${name} ${facts.bound ? 'needs' : 'takes no'} channel binding`)
  }
  return createScram({ ...options, hash: facts.hash, username, password })
}
