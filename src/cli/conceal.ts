import { XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'

const secretNames: ReadonlySet<string> = new Set(['digest', 'password', 'secret', 'token'])
const mask = '•••'

/**
 * The same element with what may be a credential masked: SASL data, and the text and attributes called like a secret
 * (`<password/>` of registration, legacy authentication and chat rooms).
 */
export function conceal(element: XmlElement): XmlElement {
  const isSecret =
    secretNames.has(element.name) || (element.namespace === ns.sasl && element.name !== 'mechanism')
  return new XmlElement(
    element.name,
    element.namespace,
    element.attributes.map((attribute) =>
      secretNames.has(attribute.name) ? { ...attribute, value: mask } : attribute,
    ),
    element.children.map((child) => {
      if (typeof child !== 'string') return conceal(child)
      return isSecret && child.trim() !== '' ? mask : child
    }),
  )
}
