import type { Jid } from '../../stanza/jid.js'
import type { RoomRole } from '../../stanza/muc.js'
import type { XmlElement } from '../../xml/element.js'

/** Somebody who is in the room. */
export interface Occupant {
  /** In the room: its resourcepart is the nickname. */
  readonly address: Jid
  /** The full JID behind it. */
  readonly jid: Jid
  readonly role: Exclude<RoomRole, 'none'>
  /** The last available presence, as it came. */
  readonly presence: XmlElement
}

/** Who is in a room: one full JID under one nickname. */
export class Occupants {
  readonly #byNickname = new Map<string, Occupant>()
  readonly #nicknames = new Map<string, string>()

  get size(): number {
    return this.#byNickname.size
  }

  /** In the order in which they came; whoever leaves meanwhile stays in this list. */
  all(): readonly Occupant[] {
    return [...this.#byNickname.values()]
  }

  named(nickname: string | undefined): Occupant | undefined {
    return this.#byNickname.get(nickname ?? '')
  }

  /** By full JID. */
  of(jid: Jid): Occupant | undefined {
    return this.named(this.#nicknames.get(jid.toString()))
  }

  /** Of all resources of a bare JID. */
  ofAccount(bare: Jid): readonly Occupant[] {
    return this.all().filter(({ jid }) => jid.bare.equals(bare))
  }

  /** In the place of the one with the same full JID, if there is one. */
  put(occupant: Occupant): void {
    const before = this.of(occupant.jid)
    if (before !== undefined && !before.address.equals(occupant.address)) this.remove(before)
    this.#byNickname.set(nicknameOf(occupant), occupant)
    this.#nicknames.set(occupant.jid.toString(), nicknameOf(occupant))
  }

  remove(occupant: Occupant): void {
    this.#byNickname.delete(nicknameOf(occupant))
    this.#nicknames.delete(occupant.jid.toString())
  }

  clear(): void {
    this.#byNickname.clear()
    this.#nicknames.clear()
  }
}

export const nicknameOf = ({ address }: Occupant): string => address.resource ?? ''
