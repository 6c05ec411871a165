import type { StanzaErrorInput } from '../../stanza/stanza-error.js'
import type { Jid } from '../../stanza/jid.js'
import { toRoomAdminElement } from '../../stanza/muc-admin.js'
import { toRoomUserElement, type RoomAffiliation, type RoomItem, type RoomRole } from '../../stanza/muc.js'
import { xml } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { refused, type ServiceAnswer } from '../services/service.js'
import { nicknameOf, type Occupant } from './occupants.js'
import { tell, tellOfOthers } from './presences.js'
import type { Room } from './room.js'
import { isAtLeast, mayRead, mayStay, refuseAffiliation, refuseRole, roleAfter } from './rules.js'
import { sendInvitation } from './speaking.js'

/** One change that was asked for. */
type Change =
  | {
      readonly kind: 'role'
      readonly occupant: Occupant
      readonly role: RoomRole
      readonly reason: string | undefined
    }
  | {
      readonly kind: 'affiliation'
      readonly jid: Jid
      readonly affiliation: RoomAffiliation
      readonly reason: string | undefined
    }

type Condition = StanzaErrorInput['condition']

/** Reads one of the lists of a room: those of a role who are there, or those of an affiliation. @see XEP-0045 §8.5, §9.2, §9.5 */
export function readList(room: Room, from: Jid, items: readonly RoomItem[]): ServiceAnswer {
  const [item, another] = items
  if (item === undefined || another !== undefined) return refused('bad-request')
  const { affiliation, role } = item
  const { affiliations, configuration, occupants } = room
  const reader = room.standingOf(from)
  if (role !== undefined && role !== 'none' && affiliation === undefined) {
    if (reader.role !== 'moderator' && !isAtLeast(reader.affiliation, 'admin')) return refused('forbidden')
    const listed = occupants.all().filter((occupant) => occupant.role === role)
    return listOf(
      listed.map((occupant) => ({
        affiliation: affiliations.of(occupant.account),
        role,
        jid: occupant.sessions[0].jid,
        nickname: nicknameOf(occupant),
      })),
    )
  }
  if (affiliation === undefined || affiliation === 'none' || role !== undefined) return refused('bad-request')
  if (!mayRead(affiliation, reader, configuration)) return refused('forbidden')
  return listOf(
    affiliations.list(affiliation).map(({ jid, reason }) => {
      const [occupant] = occupants.ofAccount(jid)
      return { affiliation, jid, nickname: occupant && nicknameOf(occupant), reason }
    }),
  )
}

const listOf = (items: Parameters<typeof toRoomAdminElement>[0]): ServiceAnswer => ({
  kind: 'result',
  payload: toRoomAdminElement(items),
})

/** Changes roles and affiliations: all that was asked for, or, where one may not be, none. @see XEP-0045 §8.2 to §9.7, §10.3 to §10.8 */
export function change(room: Room, from: Jid, items: readonly RoomItem[]): ServiceAnswer {
  // Each is told to everybody who is there.
  if (items.length > room.host.limits.roomChanges) return refused('policy-violation')
  const changes: Change[] = []
  for (const item of items) {
    const change = toChange(room, item)
    if (typeof change === 'string') return refused(change)
    const condition = refuse(room, from, change)
    if (condition !== undefined) return refused(condition)
    changes.push(change)
  }
  if (changes.length === 0) return refused('bad-request')
  const condition = refuseTogether(room, changes)
  if (condition !== undefined) return refused(condition)
  return {
    kind: 'result',
    afterwards: () => {
      for (const change of changes) {
        if (change.kind === 'role') changeRole(room, from, change)
        else changeAffiliation(room, from, change)
      }
    },
  }
}

/** What an item asks for, or why it cannot be. @see XEP-0045 §17.4 */
function toChange({ host, occupants }: Room, item: RoomItem): Change | Condition {
  const { affiliation, role, jid, nickname, reason } = item
  if (reason !== undefined && reason.length > host.limits.roomTextUnits) return 'not-acceptable'
  if (role !== undefined && affiliation === undefined && nickname !== undefined) {
    const occupant = occupants.named(nickname)
    return occupant === undefined ? 'item-not-found' : { kind: 'role', occupant, role, reason }
  }
  if (affiliation === undefined || role !== undefined || jid === undefined) return 'bad-request'
  return { kind: 'affiliation', jid: jid.bare, affiliation, reason }
}

function refuse(room: Room, from: Jid, change: Change): Condition | undefined {
  const actor = room.standingOf(from)
  if (change.kind === 'role') {
    const { account, role } = change.occupant
    return refuseRole(actor, { affiliation: room.affiliations.of(account), role }, change.role)
  }
  const target = { affiliation: room.affiliations.of(change.jid), isActor: change.jid.equals(from.bare) }
  return refuseAffiliation(actor, target, change.affiliation)
}

/** §10.4: somebody must own it, whatever is changed at once. */
function refuseTogether({ affiliations }: Room, changes: readonly Change[]): Condition | undefined {
  const owners = new Set(affiliations.list('owner').map(({ jid }) => jid.toString()))
  const added: Jid[] = []
  for (const change of changes) {
    if (change.kind === 'role') continue
    if (change.affiliation === 'owner') owners.add(change.jid.toString())
    else owners.delete(change.jid.toString())
    if (change.affiliation !== 'none') added.push(change.jid)
  }
  if (owners.size === 0) return 'conflict'
  return affiliations.isFullFor(added) ? 'resource-constraint' : undefined
}

function changeRole(
  room: Room,
  actor: Jid,
  { occupant, role, reason }: Extract<Change, { kind: 'role' }>,
): void {
  const current = room.occupants.named(nicknameOf(occupant))
  if (current === undefined) return
  if (role === 'none') return dismiss(room, current, 307, actor, reason)
  return settle(room, current, role, { actor, reason })
}

function changeAffiliation(
  room: Room,
  actor: Jid,
  { jid, affiliation, reason }: Extract<Change, { kind: 'affiliation' }>,
): void {
  const { affiliations, configuration, occupants } = room
  const before = affiliations.of(jid)
  affiliations.set(jid, affiliation, reason)
  const present = occupants.ofAccount(jid)
  if (present.length === 0) tellOfAbsent(room, jid, affiliation, reason)
  for (const occupant of present) {
    if (!mayStay(affiliation, configuration.isMembersOnly))
      dismiss(room, occupant, affiliation === 'outcast' ? 301 : 321, actor, reason)
    else {
      const role = roleAfter(occupant.role, { before, after: affiliation }, configuration.isModerated)
      settle(room, occupant, role, { actor, reason })
    }
  }
  const isNewMember = affiliation === 'member' && before === 'none' && present.length === 0
  // §9.5: who may enter from now on is asked to.
  if (isNewMember && configuration.isMembersOnly) sendInvitation(room, { from: actor.bare, to: jid, reason })
}

/** Puts an occupant out. @see XEP-0045 §8.2, §9.1, §9.4, §10.2 */
export function dismiss(room: Room, occupant: Occupant, status: number, actor?: Jid, reason?: string): void {
  room.occupants.remove(occupant)
  tell(room, occupant, { leaving: 'silently', statuses: [status], actor, reason })
}

function settle(
  room: Room,
  occupant: Occupant,
  role: Occupant['role'],
  why: { readonly actor: Jid; readonly reason: string | undefined },
): void {
  const now = { ...occupant, role }
  room.occupants.put(now)
  tell(room, now, why)
  // From now on it sees the addresses behind the nicknames.
  const seesMore = role === 'moderator' && occupant.role !== 'moderator'
  if (seesMore && room.configuration.whois === 'moderators') tellOfOthers(room, now)
}

/** To those who see addresses. @see XEP-0045 §9.1 to §9.4 */
function tellOfAbsent(room: Room, jid: Jid, affiliation: RoomAffiliation, reason: string | undefined): void {
  const user = toRoomUserElement({ item: { affiliation, role: 'none', jid, reason } })
  const message = xml('message', ns.client, {}, user)
  for (const hearer of room.occupants.all()) {
    if (room.configuration.whois === 'anyone' || hearer.role === 'moderator')
      room.sendTo(hearer, message, room.jid)
  }
}
