import type { IqRequest } from '../../stanza/iq.js'
import type { Jid } from '../../stanza/jid.js'
import { toRoomUserElement } from '../../stanza/muc.js'
import { XmlElement } from '../../xml/element.js'
import { readArchive } from '../services/archive.js'
import { refused, type ServiceAnswer } from '../services/service.js'
import type { Occupant } from './occupants.js'
import { mayKnow } from './presences.js'
import type { ArchivedSpeech, Room } from './room.js'

/** Lets those who are in the room read what was said there, page by page. @see XEP-0313 §6.1.2 */
export function servePast(room: Room, from: Jid, iq: IqRequest): ServiceAnswer | undefined {
  const reader = room.occupants.of(from)
  if (reader === undefined) return refused('forbidden')
  return readArchive(iq, {
    archive: room.archive,
    owner: room.jid,
    reader: from,
    pageLimit: room.host.limits.archivedPage,
    send: (result) => room.send(result, room.jid, from),
    shown: (message) => shown(room, reader, message),
  })
}

/** With who was behind the nickname, for those who may know now. */
function shown(room: Room, reader: Occupant, { element, speaker }: ArchivedSpeech): XmlElement {
  if (!mayKnow(room, reader, speaker)) return element
  const affiliation = room.affiliations.of(speaker)
  const role = room.occupants.of(speaker)?.role ?? 'none'
  const user = toRoomUserElement({ item: { affiliation, role, jid: speaker } })
  return new XmlElement(element.name, element.namespace, element.attributes, [...element.children, user])
}
