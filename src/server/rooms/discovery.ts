import { toFormTypeField, toDataFormElement } from '../../stanza/data-form.js'
import { toDiscoInfoElement, toDiscoItemsElement } from '../../stanza/disco.js'
import { findPageRequest, toPage } from '../../stanza/result-set.js'
import type { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import { pageOf } from '../services/page-of.js'
import type { Room } from './room.js'

/** Sent with messages that are reflected, their ids are as they were (§7.4). */
const stableIds = `${ns.room}#stable_id`

/** What the service is. @see XEP-0045 §6.2 */
export const toServiceInfo = (name: string): XmlElement =>
  toDiscoInfoElement({
    identities: [{ category: 'conference', type: 'text', name }],
    features: [ns.discoInfo, ns.discoItems, ns.ping, ns.resultSet, ns.room, ns.occupantId, stableIds],
  })

/** Rooms that are listed, in pages. @see XEP-0045 §6.3, XEP-0059 */
export function toRoomItems(rooms: Iterable<Room>, query: XmlElement): XmlElement {
  const all = [...rooms]
    .filter(({ configuration }) => configuration.isPublic)
    .map((room) => ({ jid: room.jid, name: nameOf(room) }))
  if (query.child('set', ns.resultSet) === undefined || all.length === 0)
    return toDiscoItemsElement({ items: all })
  const { items, page } = pageOf(all, findPageRequest(query), ({ jid }) => jid.toString())
  return toDiscoItemsElement({ items, payloads: [toPage(page)] })
}

/** What a room is. @see XEP-0045 §6.4 */
export function toRoomInfo(room: Room): XmlElement {
  const { configuration, occupants, subject } = room
  const { description, isMembersOnly, isModerated, isPersistent, isPublic, password, whois } = configuration
  return toDiscoInfoElement({
    identities: [{ category: 'conference', type: 'text', name: nameOf(room) }],
    features: [
      ns.discoInfo,
      ns.discoItems,
      ns.ping,
      ns.room,
      ns.archive,
      ns.stanzaIds,
      ns.occupantId,
      stableIds,
      // XEP-0410 §3
      `${ns.room}#self-ping-optimization`,
      isPersistent ? 'muc_persistent' : 'muc_temporary',
      isPublic ? 'muc_public' : 'muc_hidden',
      isMembersOnly ? 'muc_membersonly' : 'muc_open',
      isModerated ? 'muc_moderated' : 'muc_unmoderated',
      password === undefined ? 'muc_unsecured' : 'muc_passwordprotected',
      whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous',
    ],
    payloads: [
      toDataFormElement({
        type: 'result',
        fields: [
          toFormTypeField(`${ns.room}#roominfo`),
          { name: 'muc#roominfo_description', values: [description] },
          // What is spoken of behind a door is not for those before it (§14.4).
          ...(isMembersOnly || password !== undefined
            ? []
            : [{ name: 'muc#roominfo_subject', values: [subject?.element.child('subject')?.text() ?? ''] }]),
          { name: 'muc#roominfo_occupants', values: [String(occupants.size)] },
        ],
      }),
    ],
  })
}

function nameOf({ configuration, jid }: Room): string | undefined {
  return configuration.name === '' ? jid.local : configuration.name
}
