import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Asks the server to remove the account of the session. @see XEP-0077 §3.2 */
export function toRemovalElement(): XmlElement {
  return xml('query', ns.register, {}, xml('remove', ns.register))
}

/** Tells whether a payload asks for that, and for nothing else. */
export function isRemovalElement(element: XmlElement): boolean {
  const [only, ...more] = element.elements()
  return element.is('query', ns.register) && only?.is('remove', ns.register) === true && more.length === 0
}
