import { parseDelay } from '../../stanza/delay.js'
import type { Jid } from '../../stanza/jid.js'
import { findRoomUser, toRoomUserElement, type MediatedInvitation } from '../../stanza/muc.js'
import type { Message } from '../../stanza/message.js'
import { toOccupantIdElement } from '../../stanza/occupant-id.js'
import { parseStanzaId, toStanzaIdElement } from '../../stanza/stanza-id.js'
import { xml, XmlElement, type XmlNode } from '../../xml/element.js'
import * as ns from '../../xml/namespaces.js'
import type { ArchivedMessage } from '../archive.js'
import type { Envelope } from '../envelope.js'
import type { Occupant } from './occupants.js'
import { reflected } from './presences.js'
import type { Room } from './room.js'
import { isAtLeast, mayChangeSubject } from './rules.js'

/**
 * A message for the room, or for one who is in it: to all, in private, or an invitation.
 * @see XEP-0045 §7.4, §7.5, §7.8, §8.1
 */
export function takeMessage(room: Room, envelope: Envelope, message: Message): void {
  const { to } = envelope
  if (to.resource !== undefined) return whisper(room, envelope, message)
  if (message.type === 'groupchat') return say(room, envelope, message)
  // An answer to what the room has sent: nobody waits for it.
  if (message.type === 'error') return undefined
  const user = findRoomUser(message.payloads)
  if (user !== undefined && user.invitations.length > 0) return invite(room, envelope, user.invitations)
  if (user !== undefined && user.declines.length > 0) return decline(room, envelope, user.declines)
  return room.refuse(envelope, { condition: 'bad-request' })
}

function say(room: Room, envelope: Envelope, message: Message): void {
  const { host, jid, occupants } = room
  const speaker = occupants.of(envelope.from)
  if (speaker === undefined) return room.refuse(envelope, { condition: 'not-acceptable' })
  const { bodies, subjects, thread } = message
  const isSubject = subjects.length > 0 && bodies.length === 0 && thread === undefined
  const mayDo = isSubject ? mayChangeSubject(speaker, room.configuration) : speaker.role !== 'visitor'
  if (!mayDo) return room.refuse(envelope, { condition: 'forbidden' })
  const id = host.nextId()
  const unnamed = spokenBy(room, speaker, envelope.element)
  const said = withChildren(unnamed, [...unnamed.children, toStanzaIdElement({ id, by: jid })])
  const kept = { element: said, from: speaker.address, sentAt: host.now() }
  if (isSubject || bodies.length > 0)
    keep(room, envelope.from, { id, moment: kept.sentAt.getTime(), from: speaker.address, element: unnamed })
  if (isSubject) room.subject = kept
  else if (bodies.length > 0) room.past.add(kept)
  return room.broadcast(said, speaker.address)
}

/** What somebody says, as the room passes it on. @see XEP-0421 §4 */
function spokenBy(room: Room, { account }: Occupant, element: XmlElement): XmlElement {
  const id = toOccupantIdElement(room.occupantIds.of(account))
  return withChildren(element, [...unclaimed(room, element.children), id])
}

/** Each message once, from the occupant, and to nobody in particular. @see XEP-0313 §6.1.2 */
function keep({ archive, jid }: Room, speaker: Jid, said: Omit<ArchivedMessage, 'to'>): void {
  const { element, from } = said
  const others = element.attributes.filter(({ name, namespace }) => namespace !== '' || !isAddress(name))
  const attributes = [...others, { name: 'from', namespace: '', value: from.toString() }]
  const kept = new XmlElement(element.name, element.namespace, attributes, element.children)
  archive.add({ ...said, to: jid, element: kept, speaker })
}

const isAddress = (name: string): boolean => name === 'from' || name === 'to'

/** Without what is said in the name of the room: its ids, its delays, its knowledge of people. @see XEP-0359 §6 */
function unclaimed({ jid }: Room, children: readonly XmlNode[]): readonly XmlNode[] {
  return reflected(children).filter((child) => {
    if (typeof child === 'string') return true
    const by = parseStanzaId(child)?.by ?? parseDelay(child)?.from
    return by?.equals(jid) !== true
  })
}

const withChildren = (
  { name, namespace, attributes }: XmlElement,
  children: readonly XmlNode[],
): XmlElement => new XmlElement(name, namespace, attributes, children)

/** @see XEP-0045 §7.5 */
function whisper(room: Room, envelope: Envelope, { type }: Message): void {
  const { element, from, to } = envelope
  const speaker = room.occupants.of(from)
  const hearer = room.occupants.named(to.resource)
  if (speaker === undefined) return room.refuse(envelope, { condition: 'not-acceptable' })
  if (type === 'groupchat') return room.refuse(envelope, { condition: 'bad-request' })
  if (hearer === undefined) return room.refuse(envelope, { condition: 'item-not-found' })
  const said = spokenBy(room, speaker, element)
  const whispered = withChildren(said, [...said.children, toRoomUserElement({})])
  return room.sendTo(hearer, whispered, speaker.address)
}

/** @see XEP-0045 §7.8.2 */
function invite(room: Room, envelope: Envelope, invitations: readonly MediatedInvitation[]): void {
  const { affiliations, configuration, host } = room
  const { from } = envelope
  const inviter = room.standingOf(from)
  if (inviter.role === 'none') return room.refuse(envelope, { condition: 'not-acceptable' })
  if (configuration.isMembersOnly && !isAtLeast(inviter.affiliation, 'admin'))
    return room.refuse(envelope, { condition: 'forbidden' })
  const guests = invitations.flatMap(({ to }) => to ?? [])
  if (guests.length < invitations.length) return room.refuse(envelope, { condition: 'jid-malformed' })
  if (guests.some((guest) => host.accountOf(guest) === undefined))
    return room.refuse(envelope, { condition: 'item-not-found' })
  const newMembers = configuration.isMembersOnly
    ? guests.filter((guest) => affiliations.of(guest) === 'none')
    : []
  if (affiliations.isFullFor(newMembers)) return room.refuse(envelope, { condition: 'resource-constraint' })
  for (const guest of newMembers) affiliations.set(guest, 'member')
  for (const { reason, to } of invitations) {
    if (to !== undefined)
      sendInvitation(room, { from: from.bare, to, reason }, envelope.element.attribute('id'))
  }
  return undefined
}

/** Invites in the name of somebody, with the password where one is needed. @see XEP-0045 §7.8.2, §9.5 */
export function sendInvitation(
  room: Room,
  { from, to, reason }: MediatedInvitation & { readonly to: Jid },
  id?: string,
): void {
  const { password } = room.configuration
  const user = toRoomUserElement({ invitations: [{ from, reason }], password })
  room.send(xml('message', ns.client, { id }, user), room.jid, to)
}

/** @see XEP-0045 §7.8.2 */
function decline(room: Room, envelope: Envelope, [first]: readonly MediatedInvitation[]): void {
  const { host, jid, occupants } = room
  const { element, from } = envelope
  const to = first?.to
  if (to === undefined) return room.refuse(envelope, { condition: 'jid-malformed' })
  const user = toRoomUserElement({ declines: [{ from: from.bare, reason: first?.reason }] })
  const message = xml('message', ns.client, { id: element.attribute('id') }, user)
  const isInside = to.bare.equals(jid)
  const inviter = isInside ? occupants.named(to.resource) : undefined
  if (inviter !== undefined) return room.sendTo(inviter, message, jid)
  if (isInside || host.accountOf(to) === undefined)
    return room.refuse(envelope, { condition: 'item-not-found' })
  return room.send(message, jid, to)
}
