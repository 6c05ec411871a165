import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Asks one's server to tell nobody, or to tell others again, that one is there. @see XEP-0186 §3 */
export function toVisibilityElement(name: 'invisible' | 'visible'): XmlElement {
  return xml(name, ns.invisible)
}

/** A wish of that kind; `probe`: whether to be told meanwhile who else is there, by default not. @see XEP-0186 §3 */
export interface VisibilityWish {
  readonly name: 'invisible' | 'visible'
  readonly probe: boolean
}

/** Reads such a wish; `undefined` for anything else. */
export function parseVisibilityElement(element: XmlElement): VisibilityWish | undefined {
  const { name, namespace } = element
  if (namespace !== ns.invisible || (name !== 'invisible' && name !== 'visible')) return undefined
  const probe = element.attribute('probe')
  return { name, probe: name === 'invisible' && (probe === 'true' || probe === '1') }
}

/** The presence of type `invisible`, from before XMPP; few servers know it. */
export function toInvisiblePresence(): XmlElement {
  return xml('presence', ns.client, { type: 'invisible' })
}
