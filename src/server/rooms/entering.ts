import { findRoomEntrance, toRoomUserElement, type RoomEntrance } from '../../stanza/muc.js'
import type { Presence } from '../../stanza/presence.js'
import { xml } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { withDelay, type Envelope } from '../envelope.js'
import { nicknameOf, type Occupant } from './occupants.js'
import { tell, tellOfOthers } from './presences.js'
import type { Room } from './room.js'
import { isInvisible, refuseEntrance, roleOf } from './rules.js'

/**
 * Presence for the room, or for a nickname in it: somebody enters, takes another nickname, is otherwise available, or goes.
 * @see XEP-0045 §7.2, §7.6, §7.7, §7.14
 */
export function takePresence(room: Room, envelope: Envelope, presence: Presence): void {
  const { element, from, to } = envelope
  const occupant = room.occupants.of(from)
  const { type } = presence
  if (type === 'unavailable') {
    if (occupant !== undefined) leave(room, occupant, element)
    return
  }
  if (type !== undefined) return
  const entrance = findRoomEntrance(presence.payloads)
  if (occupant === undefined) {
    if (entrance === undefined && to.resource !== undefined) tellStranger(room, envelope)
    else enter(room, envelope, entrance)
    return
  }
  const now: Occupant = { ...occupant, address: to, presence: element }
  if (!to.equals(occupant.address)) changeNickname(room, occupant, now, envelope, entrance)
  else if (entrance === undefined) announce(room, now)
  // §17.3: it has lost what it knew, and is told all again.
  else enterAnew(room, now, entrance)
}

/** An occupant goes, of its own accord or because its session is over. @see XEP-0045 §7.14 */
function leave(room: Room, occupant: Occupant, leaving: Envelope['element']): void {
  room.occupants.remove(occupant)
  tell(room, occupant, { leaving })
}

function enter(room: Room, envelope: Envelope, entrance: RoomEntrance | undefined): void {
  const { element, from, to } = envelope
  // §10.1: who is the first owns it. It is open at once, as rooms that nobody configures are.
  const isNew = room.affiliations.size === 0
  if (isNew) room.affiliations.set(from, 'owner')
  const { configuration, occupants } = room
  const affiliation = room.affiliations.of(from)
  const refusal = refuseEntrance(configuration, {
    affiliation,
    nickname: to.resource,
    password: entrance?.password,
    isTaken: occupants.named(to.resource) !== undefined,
    occupants: occupants.size,
  })
  if (refusal !== undefined) return room.refuse(envelope, refusal)
  const role = roleOf(affiliation, configuration.isModerated)
  const occupant: Occupant = { address: to, jid: from, role, presence: element }
  occupants.put(occupant)
  tellOfOthers(room, occupant)
  tell(room, occupant, { ownStatuses: [...(isNew ? [201] : []), ...statusesAtDoor(room)] })
  return tellOfPast(room, occupant, entrance)
}

function enterAnew(room: Room, occupant: Occupant, entrance: RoomEntrance): void {
  room.occupants.put(occupant)
  tellOfOthers(room, occupant)
  tell(room, occupant, { ownStatuses: statusesAtDoor(room) })
  tellOfPast(room, occupant, entrance)
}

/** @see XEP-0045 §7.2.3 */
const statusesAtDoor = ({ configuration }: Room): readonly number[] =>
  configuration.whois === 'anyone' ? [100] : []

/** What was said, then the subject, which is the last before what is said now. @see XEP-0045 §7.2.13, §7.2.15 */
function tellOfPast(room: Room, { jid: to }: Occupant, entrance: RoomEntrance | undefined): void {
  const { host, jid, past, subject } = room
  for (const message of past.select(entrance?.history ?? {}, { room: jid, to, now: host.now() })) {
    host.deliver(message)
  }
  if (subject === undefined) {
    room.send(xml('message', ns.client, { type: 'groupchat' }, xml('subject', ns.client)), jid, to)
  } else room.send(withDelay(subject.element, jid, subject.sentAt), subject.from, to)
}

/** @see XEP-0045 §7.6 */
function changeNickname(
  room: Room,
  before: Occupant,
  now: Occupant,
  envelope: Envelope,
  entrance: RoomEntrance | undefined,
): void {
  const nickname = nicknameOf(now)
  if (isInvisible(nickname)) return room.refuse(envelope, { condition: 'jid-malformed' })
  if (room.occupants.named(nickname) !== undefined) return room.refuse(envelope, { condition: 'conflict' })
  tell(room, before, { leaving: 'silently', nickname, statuses: [303] })
  return entrance === undefined ? announce(room, now) : enterAnew(room, now, entrance)
}

/** @see XEP-0045 §7.7 */
function announce(room: Room, now: Occupant): void {
  room.occupants.put(now)
  tell(room, now)
}

/**
 * Somebody who believes to be in the room, and is not: it may have lost its place without hearing of that.
 * @see XEP-0045 §7.2.18
 */
function tellStranger(room: Room, { from, to }: Envelope): void {
  const user = toRoomUserElement({
    item: { affiliation: 'none', role: 'none', reason: 'You are not in the room.' },
    statuses: [110, 307, 333],
  })
  room.send(xml('presence', ns.client, { type: 'unavailable' }, user), to, from)
}
