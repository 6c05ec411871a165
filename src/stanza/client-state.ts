import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Whether somebody is looking at the client. @see XEP-0352 */
export type ClientActivity = 'active' | 'inactive'

/** Tells one's server so; there is no answer. @see XEP-0352 §4.2 */
export function toClientStateElement(activity: ClientActivity): XmlElement {
  return xml(activity, ns.clientState)
}

/** Reads it; `undefined` for anything else. */
export function parseClientState({ name, namespace }: XmlElement): ClientActivity | undefined {
  return namespace === ns.clientState && (name === 'active' || name === 'inactive') ? name : undefined
}
