import type { AccountLookup, Accounts } from '../sasl/accounts.js'
import { decoySecretBytes } from '../sasl/accounts.js'
import {
  deriveStoredKeys,
  scramHashes,
  scramIterationFloor,
  type ScramHash,
  type ScramStoredKeys,
} from '../sasl/scram-keys.js'
import { Jid, tryParseJid } from '../stanza/jid.js'

/** What the server keeps of passwords: the keys that SCRAM stores, never the passwords (RFC 5802 §3). */
export class Credentials implements Accounts {
  readonly decoySecret = crypto.getRandomValues(new Uint8Array(2 * decoySecretBytes))
  readonly decoyIterations: number
  readonly #domain: string
  readonly #keys = new Map<string, ReadonlyMap<ScramHash, ScramStoredKeys>>()

  /** @param iterations rounds of PBKDF2; RangeError comes from `set` if there are too few or too many */
  constructor(domain: string, iterations: number = scramIterationFloor) {
    this.#domain = domain
    this.decoyIterations = iterations
  }

  /** Sets or changes the password of an account; throws RangeError for one that SASLprep refuses, or an empty one. */
  async set(local: string, password: string): Promise<void> {
    const keys = await Promise.all(
      scramHashes.map((hash) => deriveStoredKeys(password, { hash, iterations: this.decoyIterations })),
    )
    this.#keys.set(local, new Map(keys.map((one) => [one.hash, one])))
  }

  remove(local: string): void {
    this.#keys.delete(local)
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
