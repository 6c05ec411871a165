import type { AttributeName } from './element.js'
import { xmlNamespace } from './namespaces.js'
import { Interner } from './interner.js'

const nameStart =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}'
const nameRest = `${nameStart}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}`
const ncName = `[${nameStart}][${nameRest}]*`

const localName = new RegExp(`^${ncName}$`, 'u')
const qualifiedName = new RegExp(`^(?:(${ncName}):)?(${ncName})$`, 'u')

/** Source of a pattern for the characters of a name, colons included (XML 1.0 §2.3). */
export const nameCharacters = { start: `:${nameStart}`, rest: `:${nameRest}` } as const

/** Whether a text can be the local name of an element or attribute (Namespaces in XML 1.0, NCName). */
export function isLocalName(text: string): boolean {
  return localName.test(text)
}

/** A name as it is written in a tag, taken apart. */
export interface QualifiedName {
  readonly raw: string
  /** Empty where there is none. */
  readonly prefix: string
  readonly local: string
  /** What it means as the name of an attribute; of a prefix other than `xml` the namespace is not known yet. */
  readonly attribute: AttributeName
  /** Of `xmlns` and `xmlns:p`: the declared prefix (empty for the default namespace). */
  readonly declares: string | undefined
}

/** Takes a name apart; `undefined` if it is none (Namespaces in XML 1.0, QName). */
export function parseQualifiedName(raw: string): QualifiedName | undefined {
  const match = qualifiedName.exec(raw)
  if (match === null) return undefined
  const [, prefix = '', local = ''] = match
  let declares: string | undefined
  if (prefix === 'xmlns') declares = local
  else if (raw === 'xmlns') declares = ''
  const attribute = { name: local, namespace: prefix === 'xml' ? xmlNamespace : '' }
  return { raw, prefix, local, attribute, declares }
}

/** Names seen in tags; one table for all readers, since names carry no state of a stream. */
export const names = new Interner(parseQualifiedName)

/** Namespace names seen in declarations. */
const namespaceNames = new Interner((raw) => ({ raw }))

/** The namespace name `text.slice(from, to)`, the same string each time if it is of usual length. */
export function readNamespace(text: string, from: number, to: number): string {
  const remembered = to > from && to - from <= 256 ? namespaceNames.read(text, from, to) : undefined
  return remembered === undefined ? text.slice(from, to) : remembered.raw
}
