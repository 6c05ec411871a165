import { xmlNamespace } from './namespaces.js'
import { serialize } from './serializer.js'

/** The expanded name of an attribute. */
export interface AttributeName {
  readonly name: string
  /** Empty for attributes without a prefix. */
  readonly namespace: string
}

/** An attribute and what it says. */
export interface XmlAttribute extends AttributeName {
  readonly value: string
}

/** Attributes as two lists of one length, so that many elements can have the names in common. */
export interface AttributeLists {
  readonly names: readonly AttributeName[]
  readonly values: readonly string[]
}

/** An element or text. */
export type XmlNode = XmlElement | string

const inspection: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * One element: expanded name, attributes, children; immutable. Namespace and local name are two fields and prefixes are
 * not kept, so that nothing can be mistaken for something else by how it was spelled.
 */
export class XmlElement {
  readonly name: string
  readonly namespace: string
  /** In order; elements that were read may share the list. */
  readonly attributeNames: readonly AttributeName[]
  /** The values to these names. */
  readonly attributeValues: readonly string[]
  readonly children: readonly XmlNode[]

  constructor(
    name: string,
    namespace: string,
    attributes: readonly XmlAttribute[] | AttributeLists = noAttributes,
    children: readonly XmlNode[] = [],
  ) {
    const { names, values } = 'names' in attributes ? attributes : toLists(attributes)
    this.name = name
    this.namespace = namespace
    this.attributeNames = names
    this.attributeValues = values
    this.children = children
  }

  /** Names and values together, made when asked for. */
  get attributes(): readonly XmlAttribute[] {
    const { attributeNames, attributeValues } = this
    return attributeNames.map(({ name, namespace }, index) => {
      return { name, namespace, value: attributeValues[index] ?? '' }
    })
  }

  /** Whether it has this local name in this namespace. */
  is(name: string, namespace: string): boolean {
    return this.name === name && this.namespace === namespace
  }

  /** Value of an attribute, by default one without a namespace. */
  attribute(name: string, namespace = ''): string | undefined {
    const { attributeNames, attributeValues } = this
    for (let index = 0; index < attributeValues.length; index++) {
      const known = attributeNames[index]
      if (known?.name === name && known.namespace === namespace) return attributeValues[index]
    }
    return undefined
  }

  /** First child element of this name, by default in the namespace of this element. */
  child(name: string, namespace: string = this.namespace): XmlElement | undefined {
    for (const child of this.children) {
      if (typeof child !== 'string' && child.name === name && child.namespace === namespace) return child
    }
    return undefined
  }

  /** Every child element, or those of one name. */
  elements(name?: string, namespace: string = this.namespace): readonly XmlElement[] {
    const found: XmlElement[] = []
    for (const child of this.children) {
      if (typeof child === 'string') continue
      if (name === undefined || (child.name === name && child.namespace === namespace)) found.push(child)
    }
    return found
  }

  /** The character data directly inside this element. */
  text(): string {
    let text = ''
    for (const child of this.children) if (typeof child === 'string') text += child
    return text
  }

  /** Its XML, to be read by people: what XML cannot carry is only named, where `serialize` throws. */
  toString(): string {
    try {
      return serialize(this)
    } catch {
      return `<${this.name}> (no XML)`
    }
  }

  /** What `console.log` prints in Node. */
  [inspection](): string {
    return this.toString()
  }
}

/** Attributes as an author writes them: `undefined` leaves one out; `'xml:lang'` is the only name with a prefix. */
export type AttributeInput = Readonly<Record<string, string | number | undefined>>

/** Builds an element: `xml('body', ns.client, {}, 'Hello')`. @throws TypeError for what is given in another way */
export function xml(
  name: string,
  namespace: string,
  attributes: AttributeInput = {},
  ...children: readonly (XmlNode | undefined)[]
): XmlElement {
  if (typeof namespace !== 'string' || !isAttributes(attributes)) throw toBuildingError()
  const names: AttributeName[] = []
  const values: string[] = []
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue
    const value = attributes[key]
    if (value === undefined) continue
    names.push(key === 'xml:lang' ? { name: 'lang', namespace: xmlNamespace } : { name: key, namespace: '' })
    values.push(typeof value === 'string' ? value : String(value))
  }
  const content: XmlNode[] = []
  for (const child of children) {
    if (child === undefined) continue
    if (typeof child !== 'string' && typeof child.namespace !== 'string') throw toBuildingError()
    content.push(child)
  }
  return new XmlElement(name, namespace, { names, values }, content)
}

const isAttributes = (given: AttributeInput | null): boolean =>
  typeof given === 'object' && given !== null && !('attributeNames' in given)

/** Other builders take attributes where this one takes a namespace: what came of that nobody could read. */
const toBuildingError = () =>
  new TypeError('an element is built by xml(name, namespace, { attributes }, ...elements and texts)')

/** Of an element that has none. */
export const noAttributes: AttributeLists = { names: Object.freeze([]), values: Object.freeze([]) }

function toLists(attributes: readonly XmlAttribute[]): AttributeLists {
  return {
    names: attributes.map(({ name, namespace }) => ({ name, namespace })),
    values: attributes.map(({ value }) => value),
  }
}
