import { elementsOf, readDocument, textOf, type HeardElement } from '../spec/heard.js'

/** What an element says, however it is written: names with their namespaces, attributes, children in order. */
export interface Canonical {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Canonical | string)[]
}

const scope = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

/** Every first-level element of what a client has said on a connection, over all its streams; read by an independent parser. */
export function elementsIn(heard: string): readonly HeardElement[] {
  return streamsOf(heard).flatMap((text) => read(text).elements)
}

/** The element that an example is. */
export function elementOf(xml: string): HeardElement {
  const [element] = read(`${scope}${xml}`).elements
  if (element === undefined) throw new TypeError(`no element: ${xml}`)
  return element
}

/** The opening tag of the first stream. */
export function headerOf(heard: string): HeardElement {
  const [first = ''] = streamsOf(heard)
  const { header } = read(first)
  if (header === undefined) throw new TypeError(`no stream is opened: ${heard}`)
  return header
}

const streamsOf = (heard: string) => heard.split(/(?=<\?xml)/)

/** What an XML declaration says: without an encoding it is UTF-8 (XML 1.0 §4.3.3). */
export function declarationOf(xml: string): { readonly version: string; readonly encoding: string } {
  const [, version = '', encoding = 'UTF-8'] =
    /^<\?xml version='([^']*)'(?: encoding='([^']*)')?\s*\?>/.exec(xml) ?? []
  return { version, encoding }
}

function read(text: string): {
  readonly header: HeardElement | undefined
  readonly elements: readonly HeardElement[]
} {
  let header: HeardElement | undefined
  const elements: HeardElement[] = []
  readDocument({
    opened: (root) => (header = root),
    element: (element) => elements.push(element),
    text: () => undefined,
    closed: () => undefined,
    fault: (what) => {
      throw new TypeError(`${what}: ${text}`)
    },
  })(text)
  return { header, elements }
}

/**
 * The canonical form. Left out is what the one who sends is free in: ids (of a stanza), indentation; what its server sees to:
 * `from` (RFC 6120 §8.1.2.1), and whether an IQ names one's own server or, as XEP-0077 has it by now, nobody; and a priority
 * of 0, which the document calls equal to none. Names of accounts are compared as addresses are (RFC 7622 §3.3).
 * @param server the domain of one's own
 */
export function canonical(element: HeardElement, server?: string): Canonical {
  const { name, namespace } = element
  const isStanza = namespace === 'jabber:client' && ['iq', 'message', 'presence'].includes(name)
  const isFree = (attribute: string, value: string) =>
    /^xmlns(?::|$)/.test(attribute) ||
    (isStanza && ['from', 'id'].includes(attribute)) ||
    (name === 'iq' && attribute === 'to' && value === server)
  const children = element.children.filter((child) =>
    typeof child === 'string' ? child.trim() !== '' : !isDefault(child),
  )
  return {
    name: `{${namespace}}${name}`,
    attributes: Object.fromEntries(
      Object.entries(element.attributes)
        .filter(([attribute, value]) => !isFree(attribute, value))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
    children: children.map((child) => {
      if (typeof child !== 'string') return canonical(child)
      return name === 'username' ? child.toLowerCase() : child
    }),
  }
}

const isDefault = (child: HeardElement) =>
  child.name === 'priority' && elementsOf(child).length === 0 && textOf(child) === '0'
