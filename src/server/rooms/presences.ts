import type { Jid } from '../../stanza/jid.js'
import { toRoomUserElement, type RoomActor, type RoomDestruction } from '../../stanza/muc.js'
import { toOccupantIdElement } from '../../stanza/occupant-id.js'
import { XmlElement, type XmlNode } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { nicknameOf, type Occupant, type RoomSession } from './occupants.js'
import type { Room } from './room.js'

/** What is told of an occupant, beside what it is. */
export interface Notice {
  /** It has gone: with these words of its own, or with none. */
  readonly leaving?: XmlElement | 'silently' | undefined
  readonly statuses?: readonly number[]
  /** For the occupant alone. */
  readonly ownStatuses?: readonly number[]
  /** The one that it takes. */
  readonly nickname?: string | undefined
  readonly actor?: Jid | undefined
  readonly reason?: string | undefined
  readonly destruction?: RoomDestruction | undefined
}

/** Tells everybody, the occupant last: then it has heard of all others before it hears of itself (§7.2.2). */
export function tell(room: Room, occupant: Occupant, notice: Notice = {}): void {
  tellOthers(room, occupant, notice)
  tellItself(room, occupant, notice)
}

export function tellOthers(room: Room, occupant: Occupant, notice: Notice = {}): void {
  const [seen] = occupant.sessions
  for (const other of room.occupants.others(occupant))
    room.sendTo(other, toPresence(room, other, occupant, seen, notice), occupant.address)
}

/** What an occupant hears of itself: each of its sessions, or some of them, of its own presence. */
export function tellItself(
  room: Room,
  occupant: Occupant,
  notice: Notice = {},
  sessions: readonly RoomSession[] = occupant.sessions,
): void {
  const statuses = [...(notice.ownStatuses ?? []), ...(notice.statuses ?? []), 110]
  for (const session of sessions) {
    const presence = toPresence(room, occupant, occupant, session, { ...notice, statuses })
    room.send(presence, occupant.address, session.jid)
  }
}

/** Tells all sessions of an occupant, or some of them, of all others, whatever they have heard of those before. */
export function tellOfOthers(
  room: Room,
  hearer: Occupant,
  sessions: readonly Pick<RoomSession, 'jid'>[] = hearer.sessions,
): void {
  for (const other of room.occupants.others(hearer)) tellOf(room, other, hearer, sessions)
}

/** Tells some sessions of an occupant of another one. */
export function tellOf(
  room: Room,
  occupant: Occupant,
  hearer: Occupant,
  sessions: readonly Pick<RoomSession, 'jid'>[],
): void {
  const presence = toPresence(room, hearer, occupant, occupant.sessions[0], {})
  for (const { jid } of sessions) room.send(presence, occupant.address, jid)
}

/** An occupant, as one of its sessions is, in the eyes of one who hears of it. */
function toPresence(
  room: Room,
  hearer: Occupant,
  { account, role }: Occupant,
  { jid, presence }: RoomSession,
  { leaving, statuses = [], nickname, actor, reason, destruction }: Notice,
): XmlElement {
  const user = toRoomUserElement({
    item: {
      affiliation: destruction === undefined ? room.affiliations.of(account) : 'none',
      // §7.6: who takes another nickname has not gone.
      role: leaving === undefined || nickname !== undefined ? role : 'none',
      jid: mayKnow(room, hearer, account) ? jid : undefined,
      nickname,
      actor: actor === undefined ? undefined : toActor(room, hearer, actor),
      reason,
    },
    destruction,
    statuses: [...statuses].toSorted((one, other) => one - other),
  })
  const source = leaving === undefined ? presence : leaving
  const said: readonly XmlNode[] = source === 'silently' ? [] : reflected(source.children)
  const type = leaving === undefined ? [] : [{ name: 'type', namespace: '', value: 'unavailable' }]
  // The language of what is said.
  const others = source === 'silently' ? [] : source.attributes.filter(({ namespace }) => namespace !== '')
  const id = toOccupantIdElement(room.occupantIds.of(account))
  return new XmlElement('presence', ns.client, [...others, ...type], [...said, user, id])
}

/** Without what only a room may say. @see XEP-0045 §17.3, XEP-0421 §4 */
export function reflected(children: readonly XmlNode[]): readonly XmlNode[] {
  return children.filter((child) => typeof child === 'string' || !ownNamespaces.has(child.namespace))
}

const ownNamespaces: ReadonlySet<string> = new Set([
  ns.room,
  ns.roomUser,
  ns.roomAdmin,
  ns.roomOwner,
  ns.occupantId,
])

/** Whether one sees the addresses behind another: of the account itself always. @see XEP-0045 §7.2.3, §7.2.4 */
export function mayKnow({ configuration }: Room, hearer: Occupant, { bare }: Jid): boolean {
  return configuration.whois === 'anyone' || hearer.role === 'moderator' || hearer.account.equals(bare)
}

function toActor(room: Room, hearer: Occupant, jid: Jid): RoomActor | undefined {
  const occupant = room.occupants.of(jid)
  const isKnown = mayKnow(room, hearer, jid)
  if (occupant === undefined && !isKnown) return undefined
  return { nickname: occupant && nicknameOf(occupant), jid: isKnown ? jid.bare : undefined }
}
