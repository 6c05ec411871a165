import { parseDiscoInfo, parseDiscoItems, toDiscoItemsElement } from '../../stanza/disco.js'
import type { IqRequest } from '../../stanza/iq.js'
import { toJid, type Jid } from '../../stanza/jid.js'
import { parseRoomAdmin, parseRoomOwner } from '../../stanza/muc-admin.js'
import { findRoomEntrance } from '../../stanza/muc.js'
import { isPingElement } from '../../stanza/ping.js'
import { parseStanza, type Stanza } from '../../stanza/stanza.js'
import * as ns from '../../xml/namespaces.js'
import { answerWith } from '../answer-with.js'
import type { Envelope } from '../envelope.js'
import { refused, type ServiceAnswer } from '../services/service.js'
import { change, readList } from './administering.js'
import { toRoomInfo, toRoomItems, toServiceInfo } from './discovery.js'
import { takePresence } from './entering.js'
import { serveOwner } from './owning.js'
import { servePast } from './archiving.js'
import { relay } from './relaying.js'
import { Room, type RoomHost } from './room.js'
import { takeMessage } from './speaking.js'

/** Rooms at a domain of their own. A room is there from the first who enters it to the last who leaves. @see XEP-0045 */
export class RoomService {
  readonly jid: Jid
  readonly #host: RoomHost
  /** By localpart. */
  readonly #rooms = new Map<string, Room>()

  constructor(jid: Jid, host: RoomHost) {
    this.jid = jid
    this.#host = host
  }

  /** Whether an address is its own, or of one of its rooms. */
  serves(jid: Jid): boolean {
    return jid.domain === this.jid.domain
  }

  /** Takes what is addressed to it, to a room, or to somebody in one. */
  take(envelope: Envelope): void {
    const { local } = envelope.to
    const stanza = parseStanza(envelope.element)
    if (stanza === undefined || stanza.kind === 'problem') return
    const room = local === undefined ? undefined : this.#rooms.get(local)
    if (local === undefined) this.#takeOwn(envelope, stanza)
    else if (room !== undefined) takeForRoom(room, envelope, stanza)
    else if (stanza.kind === 'presence') this.#takePresence(envelope, stanza)
    else this.#host.refuse(envelope, 'item-not-found')
    if (room?.isAlive === false) this.#rooms.delete(local ?? '')
  }

  /**
   * Whoever has this address next is somebody else: nothing is left of what one was to the rooms, but that one is kept out. A
   * room that nobody owns any more ends with its last occupant.
   */
  forget(jid: Jid): void {
    for (const [local, room] of this.#rooms) {
      const { affiliations, configuration, occupantIds } = room
      occupantIds.forget(jid)
      if (affiliations.of(jid) === 'outcast') continue
      affiliations.set(jid, 'none')
      if (affiliations.list('owner').length === 0)
        room.configuration = { ...configuration, isPersistent: false }
      if (!room.isAlive) this.#rooms.delete(local)
    }
  }

  /** Whoever enters a room that is not there makes it (§10.1). */
  #takePresence(envelope: Envelope, presence: Extract<Stanza, { kind: 'presence' }>): void {
    const { local = '', domain } = envelope.to
    const isEntrance = findRoomEntrance(presence.payloads) !== undefined
    if (isEntrance && this.#rooms.size >= this.#host.limits.rooms)
      return this.#host.refuse(envelope, 'resource-constraint', 'there are too many rooms')
    const room = new Room(toJid({ local, domain }), this.#host)
    takePresence(room, envelope, presence)
    if (room.isAlive) this.#rooms.set(local, room)
    return undefined
  }

  #takeOwn(envelope: Envelope, stanza: Stanza): void {
    if (stanza.kind === 'iq' && stanza.type === 'get' && envelope.to.resource === undefined) {
      answerWith(this.#host, envelope, stanza, this.#serve(stanza))
    } else if (stanza.kind !== 'presence') this.#host.refuse(envelope, 'service-unavailable')
    else if (findRoomEntrance(stanza.payloads) !== undefined)
      this.#host.refuse(envelope, 'jid-malformed', 'this is no room')
  }

  #serve({ payload }: IqRequest): ServiceAnswer {
    const query = parseDiscoInfo(payload) ?? parseDiscoItems(payload)
    if (query?.node !== undefined) return refused('item-not-found')
    if (query !== undefined && 'items' in query)
      return { kind: 'result', payload: toRoomItems(this.#rooms.values(), payload) }
    if (query !== undefined) return { kind: 'result', payload: toServiceInfo(serviceName) }
    return isPingElement(payload) ? { kind: 'result' } : refused('service-unavailable')
  }
}

/** What people see in a list of what belongs to the server. */
export const serviceName = 'Rooms'

function takeForRoom(room: Room, envelope: Envelope, stanza: Stanza): void {
  if (stanza.kind === 'presence') takePresence(room, envelope, stanza)
  else if (stanza.kind === 'message') takeMessage(room, envelope, stanza)
  else if (envelope.to.resource !== undefined) relay(room, envelope, stanza)
  else if (stanza.type === 'get' || stanza.type === 'set')
    answerWith(room.host, envelope, stanza, serveRoom(room, envelope.from, stanza))
}

function serveRoom(room: Room, from: Jid, iq: IqRequest): ServiceAnswer | undefined {
  const { payload, type } = iq
  const items = parseRoomAdmin(payload)
  if (items !== undefined) return type === 'get' ? readList(room, from, items) : change(room, from, items)
  const request = parseRoomOwner(payload)
  if (request !== undefined) return serveOwner(room, from, type, request)
  if (payload.is('query', ns.archive)) return servePast(room, from, iq)
  const query = parseDiscoInfo(payload) ?? parseDiscoItems(payload)
  if (type === 'set') return refused('service-unavailable')
  if (query?.node !== undefined) return refused('item-not-found')
  // §6.5: who is in it is told to those who are in it.
  if (query !== undefined && 'items' in query) return { kind: 'result', payload: toDiscoItemsElement() }
  if (query !== undefined) return { kind: 'result', payload: toRoomInfo(room) }
  return isPingElement(payload) ? { kind: 'result' } : refused('service-unavailable')
}
