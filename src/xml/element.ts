export interface XmlAttribute {
  readonly name: string
  /** Empty for attributes without a prefix. */
  readonly namespace: string
  readonly value: string
}

export type XmlNode = XmlElement | string

/**
 * One element: expanded name, attributes, children; immutable. Namespace and local name are two fields and prefixes are
 * not kept, so that nothing can be mistaken for something else by how it was spelled.
 */
export class XmlElement {
  readonly name: string
  readonly namespace: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]

  constructor(
    name: string,
    namespace: string,
    attributes: readonly XmlAttribute[] = [],
    children: readonly XmlNode[] = [],
  ) {
    this.name = name
    this.namespace = namespace
    this.attributes = attributes
    this.children = children
  }

  is(name: string, namespace: string): boolean {
    return this.name === name && this.namespace === namespace
  }

  /** Value of an attribute, by default one without a namespace. */
  attribute(name: string, namespace = ''): string | undefined {
    for (const attribute of this.attributes) {
      if (attribute.name === name && attribute.namespace === namespace) return attribute.value
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
}

/** Attributes as an author writes them: `undefined` leaves one out; `'xml:lang'` is the only name with a prefix. */
export type AttributeInput = Readonly<Record<string, string | number | undefined>>

/** Builds an element: `xml('body', ns.client, {}, 'Hello')`. */
export function xml(
  name: string,
  namespace: string,
  attributes: AttributeInput = {},
  ...children: readonly (XmlNode | undefined)[]
): XmlElement {
  const list: XmlAttribute[] = []
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue
    const value = attributes[key]
    if (value === undefined) continue
    const text = typeof value === 'string' ? value : String(value)
    if (key === 'xml:lang') list.push({ name: 'lang', namespace: xmlNamespace, value: text })
    else list.push({ name: key, namespace: '', value: text })
  }
  const content: XmlNode[] = []
  for (const child of children) if (child !== undefined) content.push(child)
  return new XmlElement(name, namespace, list, content)
}

/** The namespace that the prefix `xml` is bound to, always. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
