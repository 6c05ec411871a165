import type { Jid } from '../../stanza/jid.js'
import { toRoomOwnerElement, type RoomOwnerRequest } from '../../stanza/muc-admin.js'
import { toRoomUserElement, type RoomDestruction } from '../../stanza/muc.js'
import { xml } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { ServiceAnswer } from '../services/service.js'
import { dismiss } from './administering.js'
import { configured, statusesOf, toConfigurationForm, type RoomConfiguration } from './configuration.js'
import { tellItself } from './presences.js'
import type { Room } from './room.js'
import { mayStay } from './rules.js'

/** What owners alone may do: see and change the configuration, and end the room. @see XEP-0045 §10.2, §10.9 */
export function serveOwner(
  room: Room,
  from: Jid,
  type: 'get' | 'set',
  request: RoomOwnerRequest,
): ServiceAnswer {
  const { affiliations, configuration, host } = room
  if (affiliations.of(from) !== 'owner') return { kind: 'refused', condition: 'forbidden' }
  if ((request.kind === 'ask') !== (type === 'get')) return { kind: 'refused', condition: 'bad-request' }
  if (request.kind === 'ask') {
    const form = toConfigurationForm(configuration, host.limits.roomOccupants)
    return { kind: 'result', payload: toRoomOwnerElement(form) }
  }
  if (request.kind === 'destroy') {
    destroy(room, request.destruction)
    return { kind: 'result' }
  }
  // The room was open before it was configured, so that giving up is not the end of it (§10.1.3).
  if (request.form.type === 'cancel') return { kind: 'result' }
  const wanted = configured(configuration, request.form, host.limits)
  if (wanted === undefined) return { kind: 'refused', condition: 'not-acceptable' }
  return { kind: 'result', afterwards: () => configure(room, wanted) }
}

function configure(room: Room, after: RoomConfiguration): void {
  const before = room.configuration
  room.configuration = after
  if (after.isMembersOnly && !before.isMembersOnly) putOutStrangers(room)
  const statuses = statusesOf(before, after)
  if (statuses.length === 0) return
  room.broadcast(xml('message', ns.client, { type: 'groupchat' }, toRoomUserElement({ statuses })), room.jid)
}

/** @see XEP-0045 §10.2 */
function putOutStrangers(room: Room): void {
  for (const occupant of room.occupants.all()) {
    if (!mayStay(room.affiliations.of(occupant.account), true)) dismiss(room, occupant, 322)
  }
}

/** Everybody hears of their own end alone. @see XEP-0045 §10.9 */
function destroy(room: Room, destruction: RoomDestruction): void {
  room.isDestroyed = true
  for (const occupant of room.occupants.all()) {
    tellItself(room, occupant, { leaving: 'silently', destruction })
  }
  room.occupants.clear()
}
