import { findRoomUser } from '../stanza/muc.js'
import type { Presence } from '../stanza/presence.js'
import { forgetOldest } from './forget-oldest.js'

/** One’s own presences in one room that are known by their id; the oldest go first. */
export const answerablePresenceLimit = 100

/** The number that a room gives with presence of oneself. @see XEP-0045 §16.6.2 */
export const selfStatus = 110
/** The number that it gives with the absence of a nickname whose occupant has another. @see XEP-0045 §16.6.2 */
export const renamedStatus = 303

/** What one’s presence says to a room. */
export type PresenceKind = 'entrance' | 'exit' | 'update'

/** What a room’s presence answers: an exit, or what another word of one’s own has made void since. */
export type RoomAnswer = 'exit' | 'outdated'

/** What one has said to a room. */
interface Said {
  count: number
  /** Which was the last entrance. */
  entrance: number
  /** Which was the last exit. */
  exit: number
  /** Exits that are yet to be answered. */
  openExits: number
  /** Which one an id is that of. */
  readonly places: Map<string, number>
}

/**
 * Which of one’s own presences the rooms answer, in one session. A room answers in order, and at times late: who has left, or has
 * closed a room and begun it anew, hears of the stay before in the next one.
 */
export class RoomAnswers {
  readonly #rooms = new Map<string, Said>()

  /** Another session begins: nobody answers any more what was said in the last one. */
  forget(): void {
    this.#rooms.clear()
  }

  note(room: string, id: string, kind: PresenceKind): void {
    const said = this.#rooms.get(room) ?? { count: 0, entrance: 0, exit: 0, openExits: 0, places: new Map() }
    this.#rooms.set(room, said)
    said.count += 1
    said.places.set(id, said.count)
    if (said.places.size > answerablePresenceLimit) forgetOldest(said.places)
    if (kind === 'entrance') said.entrance = said.count
    if (kind !== 'exit') return
    said.exit = said.count
    said.openExits += 1
  }

  /** Takes in what a room says. It need not say by id what it answers; then it is nothing of before. @see XEP-0045 §7.2.2 */
  take(room: string, { id = '', payloads, type }: Presence): RoomAnswer | undefined {
    const said = this.#rooms.get(room)
    if (said === undefined) return undefined
    const place = said.places.get(id)
    // An error has the id of what it answers (RFC 6120 §8.3.1), and not every server hands it on.
    if (type === 'error') return place !== undefined && place < said.entrance ? 'outdated' : undefined
    if (said.openExits === 0) return undefined
    const statuses = findRoomUser(payloads)?.statuses
    if (statuses?.has(selfStatus) !== true || statuses.has(renamedStatus)) return undefined
    if (type === 'unavailable') {
      said.openExits -= 1
      return 'exit'
    }
    if (place === undefined) return undefined
    if (place < said.exit) return 'outdated'
    // Whatever was before it is answered by now, or will not be.
    said.openExits = 0
    return undefined
  }
}
