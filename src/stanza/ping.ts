import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Asks whether somebody is there. @see XEP-0199 */
export function toPingElement(): XmlElement {
  return xml('ping', ns.ping)
}

/** Tells whether a payload is a ping. */
export function isPingElement(element: XmlElement): boolean {
  return element.is('ping', ns.ping)
}
