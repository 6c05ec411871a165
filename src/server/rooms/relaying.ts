import type { Jid } from '../../stanza/jid.js'
import { toResultElement, type Iq, type IqRequest } from '../../stanza/iq.js'
import { isPingElement } from '../../stanza/ping.js'
import { XmlElement } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { Envelope } from '../envelope.js'
import type { Occupant } from './occupants.js'
import type { Room } from './room.js'

/** An IQ for one who is in the room: a request goes on to them, an answer back to who asked. @see XEP-0045 §17.4 */
export function relay(room: Room, envelope: Envelope, iq: Iq): void {
  if (iq.type === 'get' || iq.type === 'set') return relayRequest(room, envelope, iq)
  const { element, from } = envelope
  const request = room.requests.close(iq.id, from)
  if (request !== undefined) room.send(withId(element, request.id), request.asked, request.asker)
  return undefined
}

function relayRequest(room: Room, envelope: Envelope, iq: IqRequest): void {
  const { host, occupants, requests } = room
  const { element, from, to } = envelope
  const { id, payload } = iq
  const asker = occupants.of(from)
  if (asker === undefined) {
    // §6.6; everything else as in XEP-0410 §3.
    const isDisco = payload.namespace === ns.discoInfo || payload.namespace === ns.discoItems
    return room.refuse(envelope, { condition: isDisco ? 'bad-request' : 'not-acceptable' })
  }
  const asked = occupants.named(to.resource)
  if (asked === undefined) return room.refuse(envelope, { condition: 'item-not-found' })
  if (asked === asker && iq.type === 'get' && isPingElement(payload))
    return room.send(toResultElement(iq), to, from)
  const answerer = answererOf(asked, payload)
  const relayedId = host.nextId()
  requests.open(relayedId, { asker: from, asked: to, answerer, id })
  return room.send(withId(element, relayedId), asker.address, answerer)
}

/** What an account publishes its server tells, not one of its resources; all else the session that others see. */
const answererOf = ({ account, sessions: [seen] }: Occupant, { namespace }: XmlElement): Jid =>
  [ns.vCardTemp, ns.vCard4, ns.pubsub].includes(namespace) ? account : seen.jid

function withId({ name, namespace, attributes, children }: XmlElement, id: string): XmlElement {
  const others = attributes.filter((one) => one.namespace !== '' || one.name !== 'id')
  return new XmlElement(name, namespace, [...others, { name: 'id', namespace: '', value: id }], children)
}
