import type { Jid } from '../../stanza/jid.js'
import { findRoomEntrance, toRoomUserElement, type RoomEntrance } from '../../stanza/muc.js'
import type { Presence } from '../../stanza/presence.js'
import { xml } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { withDelay, type Envelope } from '../envelope.js'
import { withoutSession, withSession, type Occupant, type RoomSession } from './occupants.js'
import { tell, tellItself, tellOf, tellOfOthers, tellOthers, type Notice } from './presences.js'
import type { Room } from './room.js'
import { refuseEntrance, refuseNickname, roleOf, type Entering } from './rules.js'

/**
 * Presence for the room, or for a nickname in it: somebody enters, takes another nickname, is otherwise available, or goes.
 * @see XEP-0045 §7.2, §7.6, §7.7, §7.14
 */
export function takePresence(room: Room, envelope: Envelope, presence: Presence): void {
  const { element, from, to } = envelope
  const occupant = room.occupants.of(from)
  const { type } = presence
  const session: RoomSession = { jid: from, presence: element }
  if (type === 'unavailable') {
    if (occupant !== undefined) leave(room, occupant, session)
    return
  }
  if (type !== undefined) return
  const entrance = findRoomEntrance(presence.payloads)
  if (occupant === undefined) {
    if (entrance === undefined && to.resource !== undefined) tellStranger(room, envelope)
    else enter(room, envelope, entrance)
  } else if (!to.equals(occupant.address)) changeNickname(room, occupant, envelope, entrance)
  else beThere(room, seat(room, to, session, occupant.role), session, entrance)
}

/** A session goes, of its own accord or because it is over, and the occupant with the last of them. @see XEP-0045 §7.14 */
function leave(room: Room, occupant: Occupant, session: RoomSession): void {
  const notice = { leaving: session.presence }
  const rest = withoutSession(occupant, session.jid)
  if (rest === undefined) {
    room.occupants.remove(occupant)
    return tell(room, occupant, notice)
  }
  stay(room, occupant, rest)
  return tellItself(room, occupant, notice, [session])
}

/** Some sessions of an occupant are left, as which it may look otherwise. */
function stay(room: Room, before: Occupant, rest: Occupant): void {
  room.occupants.put(rest)
  if (rest.sessions[0] !== before.sessions[0]) tell(room, rest)
}

function enter(room: Room, { element, from, to }: Envelope, entrance: RoomEntrance | undefined): void {
  const { affiliations, configuration, occupants } = room
  // §10.1: who makes it owns it. It is open at once, as rooms that nobody configures are.
  const isNew = affiliations.size === 0 && occupants.size === 0
  const affiliation = isNew ? 'owner' : affiliations.of(from)
  const refusal = refuseEntrance(configuration, {
    affiliation,
    nickname: to.resource,
    password: entrance?.password,
    owner: ownerOf(room, to, from),
    occupants: occupants.size,
  })
  if (refusal !== undefined) return room.refuse({ element, from, to }, refusal)
  if (isNew) affiliations.set(from, 'owner')
  const session = { jid: from, presence: element }
  const occupant = seat(room, to, session, roleOf(affiliation, configuration.isModerated))
  return receive(room, occupant, session, entrance, isNew ? [201] : [])
}

/** Whose a nickname is, as one sees it who wants it. */
function ownerOf({ occupants }: Room, address: Jid, from: Jid): Entering['owner'] {
  const owner = occupants.named(address.resource)?.account
  if (owner === undefined) return 'nobody'
  return owner.equals(from.bare) ? 'itself' : 'another'
}

/** Gives a session its place: it is one of an occupant that is there, or the first of one with this role. */
function seat({ occupants }: Room, address: Jid, session: RoomSession, role: Occupant['role']): Occupant {
  const there = occupants.named(address.resource)
  const first: Occupant = { address, account: session.jid.bare, role, sessions: [session] }
  const occupant = there === undefined ? first : withSession(there, session)
  occupants.put(occupant)
  return occupant
}

/** At the door all is told: of the others, of itself, of what was said. @see XEP-0045 §7.2.2 to §7.2.15 */
function receive(
  room: Room,
  occupant: Occupant,
  session: RoomSession,
  entrance: RoomEntrance | undefined,
  statuses: readonly number[] = [],
): void {
  const isOpen = room.configuration.whois === 'anyone'
  tellOfOthers(room, occupant, [session])
  tell(room, occupant, { ownStatuses: [...statuses, ...(isOpen ? [100] : [])] })
  tellOfPast(room, session.jid, entrance)
}

/** What was said, then the subject, which is the last before what is said now. @see XEP-0045 §7.2.13, §7.2.15 */
function tellOfPast(room: Room, to: Jid, entrance: RoomEntrance | undefined): void {
  const { host, jid, past, subject } = room
  for (const message of past.select(entrance?.history ?? {}, { room: jid, to, now: host.now() })) {
    host.deliver(message)
  }
  if (subject === undefined) {
    room.send(xml('message', ns.client, { type: 'groupchat' }, xml('subject', ns.client)), jid, to)
  } else room.send(withDelay(subject.element, jid, subject.sentAt), subject.from, to)
}

/**
 * A session takes another nickname. Others of the same occupant keep theirs: then, as where the new one is shared with others,
 * nobody else sees it as one that is renamed.
 * @see XEP-0045 §7.6
 */
function changeNickname(
  room: Room,
  before: Occupant,
  { element, from, to }: Envelope,
  entrance: RoomEntrance | undefined,
): void {
  const { affiliations, configuration, occupants } = room
  const session = { jid: from, presence: element }
  const rest = withoutSession(before, from)
  const owner = ownerOf(room, to, from)
  const refusal = refuseNickname(configuration, {
    affiliation: affiliations.of(from),
    nickname: to.resource,
    owner,
    // Who goes with all its sessions has its place already.
    occupants: rest === undefined ? 0 : occupants.size,
  })
  if (refusal !== undefined) return room.refuse({ element, from, to }, refusal)
  const renaming: Notice = { leaving: 'silently', nickname: to.resource, statuses: [303] }
  if (rest !== undefined) stay(room, before, rest)
  else {
    occupants.remove(before)
    tellOthers(room, before, owner === 'nobody' ? renaming : { leaving: 'silently' })
  }
  tellItself(room, before, renaming, [session])
  const now = seat(room, to, session, before.role)
  beThere(room, now, session, entrance)
  // What it was is another to it from now on; before it has its new name that would be itself.
  if (rest !== undefined && entrance === undefined) tellOf(room, rest, now, [session])
}

/** A session that is in the room is otherwise available there; who enters anew has lost what it knew. @see XEP-0045 §7.7, §17.3 */
function beThere(
  room: Room,
  occupant: Occupant,
  session: RoomSession,
  entrance: RoomEntrance | undefined,
): void {
  if (entrance === undefined) tell(room, occupant)
  else receive(room, occupant, session, entrance)
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
