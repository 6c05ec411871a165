import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { Jid, toJid, tryParseJid, type JidInput } from './jid.js'

/** What kind of thing an entity is. @see XEP-0030 §3.1 */
export interface DiscoIdentity {
  /** E.g. `client`. */
  readonly category: string
  /** Within the category, e.g. `pc`. */
  readonly type: string
  /** For people. */
  readonly name: string | undefined
  /** The language of the name. */
  readonly lang: string | undefined
}

/** What an entity is and can do. @see XEP-0030 §3 */
export interface DiscoInfo {
  readonly node: string | undefined
  readonly identities: readonly DiscoIdentity[]
  /** Features by name, each once. */
  readonly features: readonly string[]
  /** Every other child, such as the forms of XEP-0128. */
  readonly payloads: readonly XmlElement[]
}

/** One of the things that belong to an entity. */
export interface DiscoItem {
  readonly jid: Jid
  /** Which part of that entity; `undefined`: all of it. */
  readonly node: string | undefined
  /** For people. */
  readonly name: string | undefined
}

/** What belongs to an entity. @see XEP-0030 §4 */
export interface DiscoItems {
  readonly node: string | undefined
  readonly items: readonly DiscoItem[]
  /** Every other child, such as the paging of XEP-0059, and the items whose address cannot be prepared. */
  readonly payloads: readonly XmlElement[]
}

/** The same as the application gives it; without identities and features it is the request. */
export interface DiscoInfoInput {
  readonly node?: string | undefined
  readonly identities?: readonly (Pick<DiscoIdentity, 'category' | 'type'> & Partial<DiscoIdentity>)[]
  readonly features?: Iterable<string>
  readonly payloads?: readonly XmlElement[]
}

/** The same as the application gives it; without items it is the request. */
export interface DiscoItemsInput {
  readonly node?: string | undefined
  readonly items?: readonly ({ readonly jid: JidInput } & Partial<Pick<DiscoItem, 'node' | 'name'>>)[]
  readonly payloads?: readonly XmlElement[]
}

/** Reads a query about identity and features, or the answer to one; `undefined` if the element is none. */
export function parseDiscoInfo(element: XmlElement): DiscoInfo | undefined {
  if (!element.is('query', ns.discoInfo)) return undefined
  const identities: DiscoIdentity[] = []
  const features = new Set<string>()
  const payloads: XmlElement[] = []
  for (const child of element.elements()) {
    const identity = child.is('identity', ns.discoInfo) ? readIdentity(child) : undefined
    const feature = child.is('feature', ns.discoInfo) ? child.attribute('var') : undefined
    if (identity !== undefined) identities.push(identity)
    else if (feature !== undefined) features.add(feature)
    else payloads.push(child)
  }
  return { node: element.attribute('node'), identities, features: [...features], payloads }
}

function readIdentity(element: XmlElement): DiscoIdentity | undefined {
  const category = element.attribute('category')
  const type = element.attribute('type')
  if (category === undefined || type === undefined) return undefined
  return { category, type, name: element.attribute('name'), lang: element.attribute('lang', ns.xmlNamespace) }
}

/** Writes a query about identity and features, or the answer to one. */
export function toDiscoInfoElement(info: DiscoInfoInput = {}): XmlElement {
  return xml(
    'query',
    ns.discoInfo,
    { node: info.node },
    ...(info.identities ?? []).map(({ category, type, name, lang }) =>
      xml('identity', ns.discoInfo, { category, type, name, 'xml:lang': lang }),
    ),
    ...Array.from(new Set(info.features), (feature) => xml('feature', ns.discoInfo, { var: feature })),
    ...(info.payloads ?? []),
  )
}

/** Reads a query about items, or the answer to one; `undefined` if the element is none. */
export function parseDiscoItems(element: XmlElement): DiscoItems | undefined {
  if (!element.is('query', ns.discoItems)) return undefined
  const items: DiscoItem[] = []
  const payloads: XmlElement[] = []
  for (const child of element.elements()) {
    const jid = child.is('item', ns.discoItems) ? tryParseJid(child.attribute('jid') ?? '') : undefined
    if (jid instanceof Jid) items.push({ jid, node: child.attribute('node'), name: child.attribute('name') })
    else payloads.push(child)
  }
  return { node: element.attribute('node'), items, payloads }
}

/** Writes a query about items, or the answer to one; throws `RangeError` for an address that cannot be prepared. */
export function toDiscoItemsElement(items: DiscoItemsInput = {}): XmlElement {
  return xml(
    'query',
    ns.discoItems,
    { node: items.node },
    ...(items.items ?? []).map(({ jid, node, name }) =>
      xml('item', ns.discoItems, { jid: toJid(jid).toString(), node, name }),
    ),
    ...(items.payloads ?? []),
  )
}
