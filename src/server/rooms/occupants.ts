import type { Jid } from '../../stanza/jid.js'
import type { RoomRole } from '../../stanza/muc.js'
import type { XmlElement } from '../../xml/element.js'

/** One resource by which somebody is in the room. */
export interface RoomSession {
  /** The full JID. */
  readonly jid: Jid
  /** Its last presence, as it came. */
  readonly presence: XmlElement
}

/** Somebody who is in the room, by one or more resources of one account. @see XEP-0045 §7.2.8 */
export interface Occupant {
  /** In the room: its resourcepart is the nickname. */
  readonly address: Jid
  /** The bare JID behind it. */
  readonly account: Jid
  readonly role: Exclude<RoomRole, 'none'>
  /** The one whose presence came last is first: others see the occupant as that one is. */
  readonly sessions: readonly [RoomSession, ...RoomSession[]]
}

/** The same with one session more, or with another presence of it. */
export function withSession(occupant: Occupant, session: RoomSession): Occupant {
  return { ...occupant, sessions: [session, ...sessionsBut(occupant, session.jid)] }
}

/** The same without one of its sessions; `undefined`: it was the only one. */
export function withoutSession(occupant: Occupant, jid: Jid): Occupant | undefined {
  const [first, ...others] = sessionsBut(occupant, jid)
  return first === undefined ? undefined : { ...occupant, sessions: [first, ...others] }
}

const sessionsBut = ({ sessions }: Occupant, jid: Jid): readonly RoomSession[] =>
  sessions.filter((session) => !session.jid.equals(jid))

/** Who is in a room: each full JID under one nickname, each nickname for one account. */
export class Occupants {
  readonly #byNickname = new Map<string, Occupant>()
  /** By full JID. */
  readonly #nicknames = new Map<string, string>()

  get size(): number {
    return this.#byNickname.size
  }

  /** In the order in which they came; whoever leaves meanwhile stays in this list. */
  all(): readonly Occupant[] {
    return [...this.#byNickname.values()]
  }

  /** All but one. */
  others({ address }: Occupant): readonly Occupant[] {
    return this.all().filter((other) => !other.address.equals(address))
  }

  named(nickname: string | undefined): Occupant | undefined {
    return this.#byNickname.get(nickname ?? '')
  }

  /** By full JID. */
  of(jid: Jid): Occupant | undefined {
    return this.named(this.#nicknames.get(jid.toString()))
  }

  /** Of an account: one by each of its nicknames. */
  ofAccount(bare: Jid): readonly Occupant[] {
    return this.all().filter(({ account }) => account.equals(bare))
  }

  /** In the place of the one with the same nickname, if there is one. */
  put(occupant: Occupant): void {
    const nickname = nicknameOf(occupant)
    this.#forgetSessions(this.named(nickname))
    this.#byNickname.set(nickname, occupant)
    for (const { jid } of occupant.sessions) this.#nicknames.set(jid.toString(), nickname)
  }

  remove(occupant: Occupant): void {
    const nickname = nicknameOf(occupant)
    this.#forgetSessions(this.named(nickname))
    this.#byNickname.delete(nickname)
  }

  clear(): void {
    this.#byNickname.clear()
    this.#nicknames.clear()
  }

  #forgetSessions(occupant: Occupant | undefined): void {
    for (const { jid } of occupant?.sessions ?? []) this.#nicknames.delete(jid.toString())
  }
}

export const nicknameOf = ({ address }: Occupant): string => address.resource ?? ''
