import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { findForwarded, toForwardedElement } from './forwarded.js'

/** Whether a message came to another resource of the account, or was sent by one. */
export type CarbonDirection = 'received' | 'sent'

/** A copy of a message that another resource of one's account received or sent. @see XEP-0280 */
export interface Carbon {
  readonly direction: CarbonDirection
  readonly message: XmlElement
}

/** Asks one's server for copies, or for no more of them. @see XEP-0280 §4, §5 */
export function toCarbonsElement(wish: 'disable' | 'enable'): XmlElement {
  return xml(wish, ns.carbons)
}

/** Reads such a wish; `undefined` for anything else. */
export function parseCarbonsElement({ name, namespace }: XmlElement): 'disable' | 'enable' | undefined {
  return namespace === ns.carbons && (name === 'enable' || name === 'disable') ? name : undefined
}

/**
 * Reads the copy that is among the payloads of a message; `undefined` where there is none, where there are several, and
 * where it holds none. Anybody can write one: it counts only from one's own bare JID.
 * @see XEP-0280 §7, §8, §12
 */
export function findCarbon(payloads: readonly XmlElement[]): Carbon | undefined {
  const [carbon, ...others] = payloads.filter(isCarbon)
  if (carbon === undefined || others.length > 0) return undefined
  const forwarded = findForwarded(carbon)
  const direction = carbon.name === 'sent' ? 'sent' : 'received'
  return forwarded === undefined ? undefined : { direction, message: forwarded.message }
}

/** Whether a payload is a copy, or says so. */
export function isCarbon({ name, namespace }: XmlElement): boolean {
  return namespace === ns.carbons && (name === 'received' || name === 'sent')
}

/** Writes a copy, the payload of a message. @see XEP-0280 §7, §8 */
export function toCarbonElement({ direction, message }: Carbon): XmlElement {
  return xml(direction, ns.carbons, {}, toForwardedElement({ message, moment: undefined }))
}

/** Marks a message of which no other resource gets a copy. @see XEP-0280 §9 */
export function isPrivate(payloads: readonly XmlElement[]): boolean {
  return payloads.some((payload) => payload.is('private', ns.carbons))
}
