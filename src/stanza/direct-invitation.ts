import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** An invitation from person to person. @see XEP-0249 §2 */
export interface DirectInvitation {
  readonly room: Jid
  readonly reason: string | undefined
  readonly password: string | undefined
  /** Of the conversation between two that goes on in the room. */
  readonly thread: string | undefined
}

/** The same as the application gives it. */
export interface DirectInvitationInput extends Partial<Omit<DirectInvitation, 'room'>> {
  readonly room: JidInput
}

/** Writes an invitation from person to person; throws `RangeError` for an address that cannot be prepared. */
export function toDirectInvitationElement(invitation: DirectInvitationInput): XmlElement {
  const { room, reason, password, thread } = invitation
  return xml('x', ns.directInvitation, {
    jid: toJid(room).bare.toString(),
    password,
    reason,
    continue: thread === undefined ? undefined : 'true',
    thread,
  })
}

/** An invitation from person to person among the payloads of a message; `undefined` where it names no room. */
export function findDirectInvitation(payloads: readonly XmlElement[]): DirectInvitation | undefined {
  const element = payloads.find((payload) => payload.is('x', ns.directInvitation))
  const room = tryParseJid(element?.attribute('jid') ?? '')
  if (element === undefined || !(room instanceof Jid)) return undefined
  return {
    room: room.bare,
    reason: element.attribute('reason') || undefined,
    password: element.attribute('password'),
    thread: element.attribute('thread') || undefined,
  }
}
