import type { Jid } from '../../stanza/jid.js'

/**
 * What a room calls people, under whatever nicknames: one name for all resources of an account, drawn by lot, so that nobody
 * learns from it who that is. There are no more than accounts. @see XEP-0421 §4.1
 */
export class OccupantIds {
  readonly #byJid = new Map<string, string>()

  of({ bare }: Jid): string {
    const key = bare.toString()
    const known = this.#byJid.get(key)
    if (known !== undefined) return known
    const id = crypto.randomUUID()
    this.#byJid.set(key, id)
    return id
  }

  /** The account is gone: whoever has its address next is somebody else. */
  forget({ bare }: Jid): void {
    this.#byJid.delete(bare.toString())
  }
}
