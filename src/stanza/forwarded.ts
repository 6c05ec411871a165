import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { findDelay, toDelayElement } from './delay.js'

/** A message that is passed on as it was. Whether the one who passes it on can be believed is another question. @see XEP-0297 */
export interface Forwarded {
  readonly message: XmlElement
  /** When it was sent, in milliseconds since 1970 began, UTC; where that is said. */
  readonly moment: number | undefined
}

/** Reads what an element has forwarded as its child; `undefined` unless that is one message. @see XEP-0297 §3 */
export function findForwarded(element: XmlElement): Forwarded | undefined {
  const [forwarded, ...others] = element.elements('forwarded', ns.forward)
  const messages = forwarded?.elements('message', ns.client) ?? []
  const [message] = messages
  if (forwarded === undefined || others.length > 0 || message === undefined || messages.length > 1) {
    return undefined
  }
  return { message, moment: findDelay(forwarded.elements())?.moment }
}

/** Writes a forwarded message; throws `RangeError` for a moment that cannot be written. @see XEP-0297 §3 */
export function toForwardedElement({ message, moment }: Forwarded): XmlElement {
  const delay = moment === undefined ? undefined : toDelayElement({ moment })
  return xml('forwarded', ns.forward, {}, delay, message)
}
