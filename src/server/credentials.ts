import type { AccountLookup, Accounts } from '../sasl/accounts.js'
import { decoySecretBytes } from '../sasl/accounts.js'
import { encodeUtf8, equalInConstantTime } from '../sasl/bytes.js'
import { legacyDigest } from '../sasl/legacy-digest.js'
import { findMechanism } from '../sasl/mechanisms.js'
import type { ScramHash } from '../sasl/scram-hashes.js'
import { scramIterationFloor } from '../sasl/scram-keys.js'
import { deriveStoredKeys, type ScramStoredKeys } from '../sasl/scram-stored-keys.js'
import { Jid, tryParseJid } from '../stanza/jid.js'

/** What the server keeps of passwords: the keys that SCRAM stores, never the passwords (RFC 5802 §3). */
export class Credentials implements Accounts {
  readonly decoySecret = crypto.getRandomValues(new Uint8Array(2 * decoySecretBytes))
  readonly decoyIterations = scramIterationFloor
  readonly #domain: string
  readonly #hashes: readonly ScramHash[]
  readonly #keys = new Map<string, ReadonlyMap<ScramHash, ScramStoredKeys>>()

  /** Kept where a digest of them has to be compared (XEP-0078), and nowhere else. */
  readonly #passwords: Map<string, string> | undefined

  /**
   * @param mechanisms what is offered: keys are kept for these and no others
   * @param keepsPasswords clients may identify without SASL
   */
  constructor(domain: string, mechanisms: readonly string[], keepsPasswords = false) {
    this.#passwords = keepsPasswords ? new Map() : undefined
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
    this.#passwords?.set(local, password)
    this.#keys.set(local, new Map(keys.map((one) => [one.hash, one])))
  }

  remove(username: string): void {
    const local = this.localOf(username) ?? ''
    this.#passwords?.delete(local)
    this.#keys.delete(local)
  }

  /** Whether this is the password, or the digest of it; nobody has the same time taken as somebody. @see XEP-0078 §3.1 */
  async matches(
    username: string,
    given: { password: string } | { digest: string; streamId: string },
  ): Promise<boolean> {
    const known = this.#passwords?.get(this.localOf(username) ?? '')
    const password = known ?? crypto.randomUUID()
    const [said, expected] =
      'digest' in given
        ? [given.digest, await legacyDigest(given.streamId, password)]
        : await Promise.all([given.password, password].map((text) => legacyDigest('', text)))
    return equalInConstantTime(encodeUtf8(said ?? ''), encodeUtf8(expected ?? '')) && known !== undefined
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
