import type { Jid } from '../../stanza/jid.js'
import type { RoomAffiliation } from '../../stanza/muc.js'

/** Somebody on one of the lists of a room. */
export interface Affiliated {
  /** The bare JID. */
  readonly jid: Jid
  readonly affiliation: Exclude<RoomAffiliation, 'none'>
  readonly reason: string | undefined
}

/** What people are to a room, whether they are there or not. @see XEP-0045 §5.2 */
export class Affiliations {
  readonly #limit: number
  readonly #byJid = new Map<string, Affiliated>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#byJid.size
  }

  of(jid: Jid): RoomAffiliation {
    return this.#byJid.get(jid.bare.toString())?.affiliation ?? 'none'
  }

  list(affiliation: RoomAffiliation): readonly Affiliated[] {
    return [...this.#byJid.values()].filter((affiliated) => affiliated.affiliation === affiliation)
  }

  /** Whether there is no room for so many others. */
  isFullFor(others: readonly Jid[]): boolean {
    const news = new Set(others.map((jid) => jid.bare.toString()).filter((jid) => !this.#byJid.has(jid)))
    return this.#byJid.size + news.size > this.#limit
  }

  set(jid: Jid, affiliation: RoomAffiliation, reason?: string): void {
    const { bare } = jid
    if (affiliation === 'none') this.#byJid.delete(bare.toString())
    else this.#byJid.set(bare.toString(), { jid: bare, affiliation, reason })
  }
}
