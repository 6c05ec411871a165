import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, tryParseJid } from './jid.js'

/** Asks for a resource: the server chooses one where none is given. @see RFC 6120 §7 */
export function toBindElement(resource?: string): XmlElement {
  return xml('bind', ns.bind, {}, resource === undefined ? undefined : xml('resource', ns.bind, {}, resource))
}

/** Reads a request for a resource, unprepared as it came; `undefined` if the element is none. */
export function parseBindElement(element: XmlElement): { readonly resource: string | undefined } | undefined {
  if (!element.is('bind', ns.bind)) return undefined
  const resource = element.child('resource')?.text()
  return { resource: resource === '' ? undefined : resource }
}

/** Tells a client its full JID. @see RFC 6120 §7.6.1 */
export function toBindResultElement(jid: Jid): XmlElement {
  return xml('bind', ns.bind, {}, xml('jid', ns.bind, {}, jid.toString()))
}

/**
 * Reads the full JID that a server has bound, out of the payload or the IQ that holds it; `undefined` where it names
 * none.
 */
export function parseBindResult(element: XmlElement): Jid | undefined {
  const bind = element.is('bind', ns.bind) ? element : element.child('bind', ns.bind)
  const text = bind?.child('jid')?.text()
  const jid = text === undefined ? undefined : tryParseJid(text)
  return jid instanceof Jid && jid.resource !== undefined ? jid : undefined
}
