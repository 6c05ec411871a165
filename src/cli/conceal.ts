import { XmlElement, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

const secretNames: ReadonlySet<string> = new Set(['digest', 'password', 'secret', 'token'])
const secretFields = /password|secret|token/i
const mask = '•••'

/**
 * The same element with what may be a credential masked: SASL data, the text and attributes called like a secret
 * (`<password/>` of registration, legacy authentication and chat rooms), and the values of fields that are private or called so.
 */
export function conceal(element: XmlElement): XmlElement {
  return new XmlElement(
    element.name,
    element.namespace,
    element.attributes.map((attribute) =>
      secretNames.has(attribute.name) ? { ...attribute, value: mask } : attribute,
    ),
    isSecret(element) ? element.children.map(masked) : element.children.map(concealed),
  )
}

function isSecret(element: XmlElement): boolean {
  const { name, namespace } = element
  if (secretNames.has(name)) return true
  if (namespace === ns.sasl) return name !== 'mechanism' && name !== 'mechanisms'
  if (namespace !== ns.dataForm || name !== 'field') return false
  return element.attribute('type') === 'text-private' || secretFields.test(element.attribute('var') ?? '')
}

const concealed = (child: XmlNode): XmlNode => (typeof child === 'string' ? child : conceal(child))

function masked(child: XmlNode): XmlNode {
  if (typeof child === 'string') return child.trim() === '' ? child : mask
  const { attributes, children, name, namespace } = child
  return new XmlElement(name, namespace, attributes, children.map(masked))
}
