import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Asks for a session, which only servers before RFC 6120 need. @see RFC 3921 §3 */
export function toSessionElement(): XmlElement {
  return xml('session', ns.session)
}

/** Tells whether a payload asks for a session. */
export function isSessionElement(element: XmlElement): boolean {
  return element.is('session', ns.session)
}
