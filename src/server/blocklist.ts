import { toBlockedNames } from '../stanza/blocking.js'
import type { Jid } from '../stanza/jid.js'

/** The addresses that an account has blocked. @see XEP-0191 */
export class Blocklist {
  readonly #own: Jid
  readonly #limit: number
  readonly #names = new Set<string>()

  /** @param own the bare JID: from one of its devices nothing is kept from another (§4) */
  constructor(own: Jid, limit: number) {
    this.#own = own
    this.#limit = limit
  }

  get names(): readonly string[] {
    return [...this.#names]
  }

  /** Whether nothing passes between the account and this address. @see XEP-0191 §5 */
  blocks(jid: Jid): boolean {
    if (this.#names.size === 0 || jid.bare.equals(this.#own)) return false
    return toBlockedNames(jid).some((name) => this.#names.has(name))
  }

  hasRoomFor(jids: readonly Jid[]): boolean {
    return new Set([...this.#names, ...jids.map((jid) => jid.toString())]).size <= this.#limit
  }

  add(jids: readonly Jid[]): void {
    for (const jid of jids) this.#names.add(jid.toString())
  }

  remove(jids: readonly Jid[]): void {
    for (const jid of jids) this.#names.delete(jid.toString())
  }
}
