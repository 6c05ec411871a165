import type { Jid } from '../../stanza/jid.js'
import { toRoomUserElement, type RoomActor, type RoomDestruction } from '../../stanza/muc.js'
import { toOccupantIdElement } from '../../stanza/occupant-id.js'
import { XmlElement, type XmlNode } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { nicknameOf, type Occupant } from './occupants.js'
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
  for (const other of room.occupants.all()) {
    if (!other.jid.equals(occupant.jid)) tellOne(room, other, occupant, notice)
  }
  tellItself(room, occupant, notice)
}

/** What an occupant hears of itself. */
export function tellItself(room: Room, occupant: Occupant, notice: Notice = {}): void {
  const statuses = [...(notice.ownStatuses ?? []), ...(notice.statuses ?? []), 110]
  tellOne(room, occupant, occupant, { ...notice, statuses })
}

/** Tells an occupant of all others, whatever it has heard of them before. */
export function tellOfOthers(room: Room, hearer: Occupant): void {
  for (const other of room.occupants.all()) {
    if (!other.jid.equals(hearer.jid)) tellOne(room, hearer, other, {})
  }
}

function tellOne(room: Room, hearer: Occupant, occupant: Occupant, notice: Notice): void {
  const { leaving, statuses = [], nickname, actor, reason, destruction } = notice
  const isKnown = mayKnow(room, hearer, occupant)
  const user = toRoomUserElement({
    item: {
      affiliation: destruction === undefined ? room.affiliations.of(occupant.jid) : 'none',
      // §7.6: who takes another nickname has not gone.
      role: leaving === undefined || nickname !== undefined ? occupant.role : 'none',
      jid: isKnown ? occupant.jid : undefined,
      nickname,
      actor: actor === undefined ? undefined : toActor(room, hearer, actor),
      reason,
    },
    destruction,
    statuses: [...statuses].toSorted((one, other) => one - other),
  })
  const source = leaving === undefined ? occupant.presence : leaving
  const said: readonly XmlNode[] = source === 'silently' ? [] : reflected(source.children)
  const type = leaving === undefined ? [] : [{ name: 'type', namespace: '', value: 'unavailable' }]
  // The language of what is said.
  const others = source === 'silently' ? [] : source.attributes.filter(({ namespace }) => namespace !== '')
  const id = toOccupantIdElement(room.occupantIds.of(occupant.jid))
  const presence = new XmlElement('presence', ns.client, [...others, ...type], [...said, user, id])
  room.send(presence, occupant.address, hearer.jid)
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

/** Whether one sees the address behind another: of the account itself always. @see XEP-0045 §7.2.3, §7.2.4 */
export function mayKnow({ configuration }: Room, hearer: Occupant, { jid }: Pick<Occupant, 'jid'>): boolean {
  return configuration.whois === 'anyone' || hearer.role === 'moderator' || hearer.jid.bare.equals(jid.bare)
}

function toActor(room: Room, hearer: Occupant, jid: Jid): RoomActor | undefined {
  const occupant = room.occupants.of(jid)
  const isKnown = mayKnow(room, hearer, { jid })
  if (occupant === undefined && !isKnown) return undefined
  return { nickname: occupant && nicknameOf(occupant), jid: isKnown ? jid.bare : undefined }
}
