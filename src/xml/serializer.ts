import type { AttributeName, XmlElement } from './element.js'
import { escapeAttribute, escapeText } from './escape.js'
import { isLocalName } from './names.js'
import * as ns from './namespaces.js'
import { xmlnsNamespace } from './scope.js'

/** What is in scope where an element is written. */
export interface SerializeOptions {
  /** The default namespace; by default none. */
  readonly namespace?: string
  /** Prefixes by the namespace they are bound to. An element of such a namespace is written with its prefix. */
  readonly prefixes?: ReadonlyMap<string, string>
}

/** Writes elements as the place where they go demands it. */
export type Spell = (element: XmlElement) => string

const noPrefixes: ReadonlyMap<string, string> = new Map()

/**
 * Writes an element with the namespace declarations it needs in its place.
 *
 * @throws RangeError for what XML cannot carry: illegal characters (see `escapeText`), names that are none, an attribute
 *   twice, a name in the namespace of declarations
 */
export function serialize(element: XmlElement, options: SerializeOptions = {}): string {
  return write('', element, options.namespace ?? '', options.prefixes ?? noPrefixes)
}

/** What a stream header says (RFC 6120 §4.7); what is left out is not written. */
export interface StreamHeader {
  /** The content namespace. Default `jabber:client`. */
  readonly namespace?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly id?: string | undefined
  /** `xml:lang`, a language tag. */
  readonly lang?: string | undefined
  /** Left out by servers from before XMPP 1.0. */
  readonly version?: string | undefined
}

/** Closes the stream that `serializeOpening` opened. */
export const closingTag = '</stream:stream>'

/**
 * Opens a stream: XML declaration and start tag of the root (RFC 6120 §4.2), which stays open.
 *
 * @throws RangeError for what XML cannot carry, see `escapeAttribute`
 */
export function serializeOpening(header: StreamHeader): string {
  const { namespace = ns.client, version, from, id, lang, to } = header
  const attributes: readonly (readonly [name: string, value: string | undefined])[] = [
    ['xmlns', namespace],
    ['xmlns:stream', ns.streams],
    ['version', version],
    ['from', from],
    ['to', to],
    ['id', id],
    ['xml:lang', lang],
  ]
  let out = "<?xml version='1.0'?><stream:stream"
  for (const [name, value] of attributes) {
    if (value !== undefined) out += ` ${name}='${escapeAttribute(value)}'`
  }
  return `${out}>`
}

/** Prolongs `text`, because one chain of pieces becomes bytes faster than a tree of them. */
function write(
  text: string,
  element: XmlElement,
  outer: string,
  prefixes: ReadonlyMap<string, string>,
): string {
  const { attributeNames, children, namespace } = element
  const spelling = spell(element.name)
  let { end } = spelling
  let inner = outer
  let out = text
  if (namespace === outer) out += spelling.start
  else {
    const prefix = namespace === ns.xmlNamespace ? 'xml' : prefixes.get(namespace)
    if (prefix === undefined) {
      out += spelling.start + declare(namespace)
      inner = namespace
    } else {
      out += `<${prefix}:${element.name}`
      end = `</${prefix}:${element.name}>`
    }
  }
  if (attributeNames.length > 0) out = writeAttributes(out, element, prefixes)
  if (children.length === 0) return `${out}/>`
  out += '>'
  for (const child of children) {
    if (typeof child === 'string') out += escapeText(child)
    else out = write(out, child, inner, prefixes)
  }
  return out + end
}

function writeAttributes(
  text: string,
  { attributeNames, attributeValues }: XmlElement,
  prefixes: ReadonlyMap<string, string>,
): string {
  let out = text
  let declared: Map<string, string> | undefined
  let index = 0
  for (const attribute of attributeNames) {
    const { name, namespace } = attribute
    const value = attributeValues[index] ?? ''
    if (index > 0) refuseDuplicate(attributeNames, attribute, index)
    index++
    if (namespace === '') {
      if (name === 'xmlns')
        throw new RangeError('an element is given its namespace, not an attribute "xmlns"')
      out += spell(name).attribute + escapeAttribute(value) + "'"
      continue
    }
    let prefix = namespace === ns.xmlNamespace ? 'xml' : (prefixes.get(namespace) ?? declared?.get(namespace))
    if (prefix === undefined) {
      declared ??= new Map()
      prefix = freePrefix(new Set([...prefixes.values(), ...declared.values()]))
      declared.set(namespace, prefix)
      out += declare(namespace).replace('=', `:${prefix}=`)
    }
    out += ` ${prefix}:${spell(name).local}='${escapeAttribute(value)}'`
  }
  return out
}

function freePrefix(taken: ReadonlySet<string>): string {
  let number = 1
  while (taken.has(`ns${number}`)) number++
  return `ns${number}`
}

function refuseDuplicate(names: readonly AttributeName[], attribute: AttributeName, index: number): void {
  for (let before = 0; before < index; before++) {
    const other = names[before]
    if (other?.name === attribute.name && other.namespace === attribute.namespace) {
      throw new RangeError(`the attribute "${attribute.name}" occurs twice in an element`)
    }
  }
}

/** How a name without a prefix is written; judged once. */
interface Spelling {
  readonly local: string
  readonly start: string
  readonly end: string
  /** Up to the quote of the value. */
  readonly attribute: string
}

const spellings = new Map<string, Spelling>()
const declarations = new Map<string, string>()
const rememberedLimit = 1024
const rememberedLength = 256

function spell(name: string): Spelling {
  const known = spellings.get(name)
  if (known !== undefined) return known
  if (!isLocalName(name)) throw new RangeError('an element or attribute has a name that XML does not allow')
  const spelling = { local: name, start: `<${name}`, end: `</${name}>`, attribute: ` ${name}='` }
  if (spellings.size === rememberedLimit) spellings.clear()
  if (name.length <= rememberedLength) spellings.set(name, spelling)
  return spelling
}

function declare(namespace: string): string {
  const known = declarations.get(namespace)
  if (known !== undefined) return known
  if (namespace === xmlnsNamespace) throw new RangeError(`no name can be in the namespace ${xmlnsNamespace}`)
  const declaration = ` xmlns='${escapeAttribute(namespace)}'`
  if (declarations.size === rememberedLimit) declarations.clear()
  if (namespace.length <= rememberedLength) declarations.set(namespace, declaration)
  return declaration
}
