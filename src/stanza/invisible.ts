import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'

/** Asks one's server to tell nobody, or to tell others again, that one is there. @see XEP-0186 §3 */
export function toVisibilityElement(name: 'invisible' | 'visible'): XmlElement {
  return xml(name, ns.invisible)
}

/** The presence of type `invisible`, from before XMPP; few servers know it. */
export function toInvisiblePresence(): XmlElement {
  return xml('presence', ns.client, { type: 'invisible' })
}
