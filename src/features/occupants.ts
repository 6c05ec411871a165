import type { Observable } from 'rxjs'
import type { RoomExit } from '../../machines/room-context.js'
import { Channel, StateChannel } from '../router/channel.js'
import type { Jid } from '../stanza/jid.js'
import type { RoomAffiliation, RoomRole, RoomUser } from '../stanza/muc.js'
import { findOccupantId } from '../stanza/occupant-id.js'
import type { Presence } from '../stanza/presence.js'
import type { XmlElement } from '../xml/element.js'
import { forgetOldest } from './forget-oldest.js'
import { VersionedMap } from './versioned-map.js'

/** Others in one room who are known; whoever comes beyond is not told of, but heard all the same. */
export const knownOccupantLimit = 10_000

/** Somebody in a room. @see XEP-0045 §5 */
export interface Occupant {
  readonly nickname: string
  readonly role: RoomRole
  readonly affiliation: RoomAffiliation
  /** Who it is, where the room tells. */
  readonly jid: Jid | undefined
  /** Of this account in this room, whenever and under whatever nickname it is there; where the room gives such (XEP-0421). */
  readonly occupantId: string | undefined
  /** As it came: how available, in which words. */
  readonly presence: Presence
  readonly isSelf: boolean
}

/** What has happened to somebody in a room, oneself included. */
export type OccupantChange =
  | { readonly kind: 'entered'; readonly occupant: Occupant }
  /** Other rights, or another presence. */
  | { readonly kind: 'changed'; readonly occupant: Occupant; readonly before: Occupant }
  | { readonly kind: 'renamed'; readonly occupant: Occupant; readonly before: string }
  | { readonly kind: 'left'; readonly occupant: Occupant; readonly exit: RoomExit }

/** Who is in a room: told as a whole once one is in oneself, and with every change from then on. */
export class Occupants {
  readonly #people = new VersionedMap<Occupant>()
  readonly #views = new StateChannel<ReadonlyMap<string, Occupant>>(this.#people.view)
  readonly #changes = new Channel<OccupantChange>()
  /** Those who are about to come back under another nickname, by that. */
  readonly #renamed = new Map<string, Occupant>()
  #isTold = false
  /** The room gives ids: no occupant could write one. */
  #isIdentified = false

  /** Replays. */
  get occupants$(): Observable<ReadonlyMap<string, Occupant>> {
    return this.#views.stream$
  }

  /** As it was told last. */
  get view(): ReadonlyMap<string, Occupant> {
    return this.#views.value
  }

  get change$(): Observable<OccupantChange> {
    return this.#changes.stream$
  }

  get(nickname: string): Occupant | undefined {
    return this.#people.get(nickname)
  }

  /** One enters, or is out: nobody is known to be there. */
  clear(): void {
    this.#isTold = false
    this.#isIdentified = false
    this.#renamed.clear()
    if (this.#people.view.size > 0) this.#people.replace(new Map())
    if (this.#views.value.size > 0) this.#views.next(this.#people.view)
  }

  /**
   * One is in: who is there was told before.
   * @param own one’s presence: what is in it that one has not said, the room has (XEP-0421 §4)
   */
  tell(own: Presence): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#isIdentified = findOccupantId(own.payloads) !== undefined
    if (this.#isIdentified) this.#identify()
    this.#views.next(this.#people.view)
  }

  /** What the room calls whoever says this; `undefined` where it gives no such names. */
  idOf(payloads: readonly XmlElement[]): string | undefined {
    return this.#isIdentified ? findOccupantId(payloads) : undefined
  }

  /** Those who were told of before one was in. */
  #identify(): void {
    const identified = [...this.#people.view].map(([nickname, occupant]) => {
      const occupantId = this.idOf(occupant.presence.payloads)
      return [nickname, { ...occupant, occupantId }] as const
    })
    this.#people.replace(new Map(identified))
  }

  put(nickname: string, presence: Presence, { item }: RoomUser, isSelf: boolean): void {
    const occupant: Occupant = {
      nickname,
      role: item?.role ?? 'none',
      affiliation: item?.affiliation ?? 'none',
      jid: item?.jid,
      occupantId: this.idOf(presence.payloads),
      presence,
      isSelf,
    }
    const before = this.#people.get(nickname)
    if (before === undefined && !isSelf && this.#people.view.size >= knownOccupantLimit) return
    const former = this.#renamed.get(nickname)
    this.#renamed.delete(nickname)
    this.#people.set(nickname, occupant)
    if (!this.#isTold) return
    this.#views.next(this.#people.view)
    if (before !== undefined) this.#changes.next({ kind: 'changed', occupant, before })
    else if (former !== undefined) this.#changes.next({ kind: 'renamed', occupant, before: former.nickname })
    else this.#changes.next({ kind: 'entered', occupant })
  }

  /** The next presence under the new nickname is theirs. @see XEP-0045 §7.6 */
  rename(nickname: string, next: string): void {
    const occupant = this.#people.get(nickname)
    if (occupant === undefined) return
    this.#people.delete(nickname)
    this.#renamed.set(next, occupant)
    if (this.#renamed.size > knownOccupantLimit) forgetOldest(this.#renamed)
  }

  /** Who it was that is about to come back under this nickname. */
  formerOf(nickname: string): string | undefined {
    return this.#renamed.get(nickname)?.nickname
  }

  /** Who had this nickname is about to come back under another. */
  isChanging(nickname: string): boolean {
    return [...this.#renamed.values()].some((occupant) => occupant.nickname === nickname)
  }

  /** @param know tells those of it who are to know before it is told, such as the chart where it is oneself */
  remove(nickname: string, exit: RoomExit, know = () => {}): void {
    const occupant = this.#people.get(nickname)
    const isHeard = this.#isTold
    if (occupant !== undefined) this.#people.delete(nickname)
    know()
    if (occupant === undefined || !isHeard) return
    if (this.#isTold) this.#views.next(this.#people.view)
    this.#changes.next({ kind: 'left', occupant, exit })
  }

  complete(): void {
    this.#views.complete()
    this.#changes.complete()
  }
}
