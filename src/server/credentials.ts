import type { AccountLookup, Accounts } from '../sasl/accounts.js'
import { decoySecretBytes } from '../sasl/accounts.js'
import { findMechanism } from '../sasl/mechanisms.js'
import { scramIterationFloor, type ScramHash } from '../sasl/scram-keys.js'
import { deriveStoredKeys, type ScramStoredKeys } from '../sasl/scram-stored-keys.js'
import { Jid, tryParseJid } from '../stanza/jid.js'

/** What the server keeps of passwords: the keys that SCRAM stores, never the passwords (RFC 5802 §3). */
export class Credentials implements Accounts {
  readonly decoySecret = crypto.getRandomValues(new Uint8Array(2 * decoySecretBytes))
  readonly decoyIterations = scramIterationFloor
  readonly #domain: string
  readonly #hashes: readonly ScramHash[]
  readonly #keys = new Map<string, ReadonlyMap<ScramHash, ScramStoredKeys>>()

  /** @param mechanisms what is offered: keys are kept for these and no others */
  constructor(domain: string, mechanisms: readonly string[]) {
    this.#domain = domain
    this.#hashes = [...new Set(mechanisms.flatMap(hashesOf))]
  }

  /** Sets or changes the password of an account; throws RangeError for one that SASLprep refuses, or an empty one. */
  async set(username: string, password: string): Promise<void> {
    const local = this.localOf(username)
    if (local === undefined) throw new RangeError(`${username} cannot be a user name`)
    if (password === '') throw new RangeError('an account needs a password: it is empty')
    const keys = await Promise.all(
      this.#hashes.map((hash) => deriveStoredKeys(password, { hash, iterations: this.decoyIterations })),
    )
    this.#keys.set(local, new Map(keys.map((one) => [one.hash, one])))
  }

  remove(username: string): void {
    this.#keys.delete(this.localOf(username) ?? '')
  }

  readonly lookup: AccountLookup = async (username, hash) => {
    const local = this.localOf(username)
    return local === undefined ? undefined : this.#keys.get(local)?.get(hash)
  }

  /** The account that a SASL user name means: it is prepared as a localpart is, which knows no upper case. */
  localOf(username: string): string | undefined {
    const jid = username.includes('/') ? undefined : tryParseJid(`${username}@${this.#domain}`)
    return jid instanceof Jid ? jid.local : undefined
  }
}

/** PLAIN is compared with the keys of SHA-256. */
function hashesOf(mechanism: string): readonly ScramHash[] {
  const facts = findMechanism(mechanism)
  if (facts?.needs !== 'password') return []
  return [facts.hash ?? 'SHA-256']
}
