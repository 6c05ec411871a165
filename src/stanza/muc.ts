import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { parseDateTime, toDateTime } from './date-time.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** What an occupant may do as long as it is in the room. @see XEP-0045 §5.1 */
export type RoomRole = 'moderator' | 'none' | 'participant' | 'visitor'

/** What somebody is to the room, whether there or not. @see XEP-0045 §5.2 */
export type RoomAffiliation = 'admin' | 'member' | 'none' | 'outcast' | 'owner'

/** Who did it. */
export interface RoomActor {
  readonly nickname: string | undefined
  readonly jid: Jid | undefined
}

/** What a room says of an occupant, or of somebody on one of its lists; a word that nobody knows is not said. */
export interface RoomItem {
  readonly affiliation: RoomAffiliation | undefined
  readonly role: RoomRole | undefined
  readonly jid: Jid | undefined
  readonly nickname: string | undefined
  readonly actor: RoomActor | undefined
  readonly reason: string | undefined
}

/** The same as the application gives it. */
export interface RoomItemInput extends Partial<Omit<RoomItem, 'actor' | 'jid'>> {
  readonly jid?: JidInput | undefined
  readonly actor?: { readonly nickname?: string | undefined; readonly jid?: JidInput | undefined } | undefined
}

/** How much of what was said before is wanted; where several are given, all of them bind. @see XEP-0045 §7.2.14 */
export interface RoomHistory {
  /** 0 for none. Default as many as the room gives. */
  readonly maxMessages?: number | undefined
  /** Characters of whole stanzas as they are sent, not of the text in them. */
  readonly maxCharacters?: number | undefined
  /** What was said so many seconds ago, or later. */
  readonly seconds?: number | undefined
  /** Milliseconds since 1970 began, UTC. */
  readonly since?: number | undefined
}

/** What is said at the door. @see XEP-0045 §7.2 */
export interface RoomEntrance {
  readonly password: string | undefined
  readonly history: RoomHistory | undefined
}

/** The end of a room. @see XEP-0045 §10.9 */
export interface RoomDestruction {
  /** The room that takes its place. */
  readonly alternate: Jid | undefined
  /** Of that one. */
  readonly password: string | undefined
  readonly reason: string | undefined
}

/** The same as the application gives it. */
export interface RoomDestructionInput extends Partial<Omit<RoomDestruction, 'alternate'>> {
  readonly alternate?: JidInput | undefined
}

/** An invitation that goes through the room, or a decline of one. @see XEP-0045 §7.8.2 */
export interface MediatedInvitation {
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly reason: string | undefined
}

/** The same as the application gives it. */
export interface MediatedInvitationInput {
  readonly from?: JidInput | undefined
  readonly to?: JidInput | undefined
  readonly reason?: string | undefined
}

/** What a room says to a user, or a user to a room. */
export interface RoomUser {
  readonly item: RoomItem | undefined
  /** What happened, by number. @see XEP-0045 §16.6.2 */
  readonly statuses: ReadonlySet<number>
  readonly destruction: RoomDestruction | undefined
  readonly invitations: readonly MediatedInvitation[]
  readonly declines: readonly MediatedInvitation[]
  /** Of the room, in an invitation. */
  readonly password: string | undefined
}

/** The same as the application gives it. */
export interface RoomUserInput {
  readonly item?: RoomItemInput | undefined
  readonly statuses?: Iterable<number> | undefined
  readonly destruction?: RoomDestructionInput | undefined
  readonly invitations?: readonly MediatedInvitationInput[] | undefined
  readonly declines?: readonly MediatedInvitationInput[] | undefined
  readonly password?: string | undefined
}

/**
 * Writes what makes a presence an entrance; throws `RangeError` for a number that is no count and a moment that is none.
 * @see XEP-0045 §7.2.1
 */
export function toRoomEntrance({ password, history }: Partial<RoomEntrance> = {}): XmlElement {
  return xml(
    'x',
    ns.room,
    {},
    history === undefined ? undefined : toHistoryElement(history),
    toTextElement('password', ns.room, password),
  )
}

function toHistoryElement({ maxMessages, maxCharacters, seconds, since }: RoomHistory): XmlElement {
  return xml('history', ns.room, {
    maxstanzas: toCount(maxMessages),
    // Nothing at all has one way to be asked for (§7.2.14).
    maxchars: maxMessages === 0 ? 0 : toCount(maxCharacters),
    seconds: toCount(seconds),
    since: since === undefined ? undefined : toDateTime(since),
  })
}

function toCount(count: number | undefined): number | undefined {
  if (count === undefined || (Number.isInteger(count) && count >= 0 && count <= countLimit)) return count
  throw new RangeError(`how much of the history is wanted must be a whole number from 0, not ${count}`)
}

// The specification's numbers have 32 bits.
const countLimit = 2 ** 31 - 1

/** What is said at the door, among the payloads of a presence; `undefined` where it is no entrance. */
export function findRoomEntrance(payloads: readonly XmlElement[]): RoomEntrance | undefined {
  const entrance = payloads.find((payload) => payload.is('x', ns.room))
  if (entrance === undefined) return undefined
  const history = entrance.child('history')
  return {
    password: entrance.child('password')?.text(),
    history: history === undefined ? undefined : readHistory(history),
  }
}

function readHistory(element: XmlElement): RoomHistory {
  return {
    maxMessages: readCount(element.attribute('maxstanzas')),
    maxCharacters: readCount(element.attribute('maxchars')),
    seconds: readCount(element.attribute('seconds')),
    since: parseDateTime(element.attribute('since') ?? ''),
  }
}

function readCount(text = ''): number | undefined {
  return /^\d{1,10}$/.test(text) ? Math.min(Number(text), countLimit) : undefined
}

/** Whether a stanza comes from somebody in a room, or is for one: such a room marks it. */
export const isOfRoom = (payloads: readonly XmlElement[]): boolean =>
  payloads.some((payload) => payload.is('x', ns.roomUser))

/** What a room says, or what is said to it, among the payloads of a stanza. */
export function findRoomUser(payloads: readonly XmlElement[]): RoomUser | undefined {
  const user = payloads.find((payload) => payload.is('x', ns.roomUser))
  if (user === undefined) return undefined
  const item = user.child('item')
  const destruction = user.child('destroy')
  return {
    item: item === undefined ? undefined : readRoomItem(item),
    statuses: readStatuses(user),
    destruction: destruction === undefined ? undefined : readDestruction(destruction),
    invitations: user.elements('invite').map(readInvitation),
    declines: user.elements('decline').map(readInvitation),
    password: user.child('password')?.text(),
  }
}

function readStatuses(user: XmlElement): ReadonlySet<number> {
  const statuses = new Set<number>()
  for (const status of user.elements('status')) {
    const code = status.attribute('code') ?? ''
    if (/^[1-9]\d\d$/.test(code)) statuses.add(Number(code))
  }
  return statuses
}

function readInvitation(element: XmlElement): MediatedInvitation {
  return {
    from: readJid(element.attribute('from')),
    to: readJid(element.attribute('to')),
    reason: readReason(element),
  }
}

/** Writes what a room says to a user, or a user to a room; throws `RangeError` for an address that cannot be prepared. */
export function toRoomUserElement(user: RoomUserInput): XmlElement {
  const { item, statuses, destruction, invitations = [], declines = [], password } = user
  return xml(
    'x',
    ns.roomUser,
    {},
    ...invitations.map((invitation) => toInvitationElement('invite', invitation)),
    ...declines.map((decline) => toInvitationElement('decline', decline)),
    item === undefined ? undefined : toRoomItemElement(item, ns.roomUser),
    destruction === undefined ? undefined : toDestructionElement(destruction, ns.roomUser),
    toTextElement('password', ns.roomUser, password),
    ...Array.from(new Set(statuses), (code) => xml('status', ns.roomUser, { code })),
  )
}

function toInvitationElement(name: string, { from, to, reason }: MediatedInvitationInput): XmlElement {
  return xml(
    name,
    ns.roomUser,
    { from: toAddress(from), to: toAddress(to) },
    toTextElement('reason', ns.roomUser, reason),
  )
}

/** Reads an item of whichever of the namespaces that have them. */
export function readRoomItem(element: XmlElement): RoomItem {
  const actor = element.child('actor')
  return {
    affiliation: affiliations.find((known) => known === element.attribute('affiliation')),
    role: roles.find((known) => known === element.attribute('role')),
    jid: readJid(element.attribute('jid')),
    nickname: element.attribute('nick') || undefined,
    actor:
      actor === undefined
        ? undefined
        : { nickname: actor.attribute('nick') || undefined, jid: readJid(actor.attribute('jid')) },
    reason: readReason(element),
  }
}

const roles: readonly RoomRole[] = ['moderator', 'none', 'participant', 'visitor']
const affiliations: readonly RoomAffiliation[] = ['admin', 'member', 'none', 'outcast', 'owner']

/** Writes an item; throws `RangeError` for an address that cannot be prepared. */
export function toRoomItemElement(item: RoomItemInput, namespace: string): XmlElement {
  const { affiliation, role, jid, nickname, actor, reason } = item
  return xml(
    'item',
    namespace,
    { affiliation, role, jid: toAddress(jid), nick: nickname },
    actor === undefined
      ? undefined
      : xml('actor', namespace, { nick: actor.nickname, jid: toAddress(actor.jid) }),
    toTextElement('reason', namespace, reason),
  )
}

/** Reads the end of a room in whichever of the namespaces that have it. */
export function readDestruction(element: XmlElement): RoomDestruction {
  return {
    alternate: readJid(element.attribute('jid')),
    password: element.child('password')?.text(),
    reason: readReason(element),
  }
}

/** Writes the end of a room; throws `RangeError` for an address that cannot be prepared. */
export function toDestructionElement(destruction: RoomDestructionInput, namespace: string): XmlElement {
  return xml(
    'destroy',
    namespace,
    { jid: toAddress(destruction.alternate) },
    toTextElement('password', namespace, destruction.password),
    toTextElement('reason', namespace, destruction.reason),
  )
}

function readJid(text: string | undefined): Jid | undefined {
  const jid = text === undefined ? undefined : tryParseJid(text)
  return jid instanceof Jid ? jid : undefined
}

function readReason(element: XmlElement): string | undefined {
  return element.child('reason')?.text().trim() || undefined
}

function toAddress(jid: JidInput | undefined): string | undefined {
  return jid === undefined ? undefined : toJid(jid).toString()
}

function toTextElement(name: string, namespace: string, text: string | undefined): XmlElement | undefined {
  if (text === undefined) return undefined
  return text === '' ? xml(name, namespace) : xml(name, namespace, {}, text)
}
