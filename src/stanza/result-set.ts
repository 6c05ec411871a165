import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Which part of a result is wanted. @see XEP-0059 §2 */
export interface PageRequest {
  readonly max?: number | undefined
  /** What follows this one. */
  readonly after?: string | undefined
  /** What comes before this one; empty: the last page. */
  readonly before?: string | undefined
}

/** Which part of a result it is. @see XEP-0059 §2.1 */
export interface Page {
  readonly first: string | undefined
  /** Where the first one stands in the whole result, from 0. */
  readonly index: number | undefined
  readonly last: string | undefined
  /** How many the whole result has. */
  readonly count: number | undefined
}

/** Reads the request for a page among the children of a query; without one everything is wanted. */
export function findPageRequest(query: XmlElement): PageRequest {
  const set = query.child('set', ns.resultSet)
  return {
    max: readNumber(set?.child('max')?.text()),
    after: set?.child('after')?.text(),
    before: set?.child('before')?.text(),
  }
}

/** Writes the request for a page. */
export function toPageRequest({ max, after, before }: PageRequest): XmlElement {
  return xml('set', ns.resultSet, {}, field('max', max), field('after', after), field('before', before))
}

/** Reads which page came, among the children of an answer. */
export function findPage(answer: XmlElement): Page {
  const set = answer.child('set', ns.resultSet)
  const first = set?.child('first')
  return {
    first: first?.text(),
    index: readNumber(first?.attribute('index')),
    last: set?.child('last')?.text(),
    count: readNumber(set?.child('count')?.text()),
  }
}

/** Writes which page it is. */
export function toPage({ first, index, last, count }: Page): XmlElement {
  return xml(
    'set',
    ns.resultSet,
    {},
    first === undefined ? undefined : xml('first', ns.resultSet, { index }, first),
    field('last', last),
    field('count', count),
  )
}

function field(name: string, value: string | number | undefined): XmlElement | undefined {
  if (value === undefined) return undefined
  return value === '' ? xml(name, ns.resultSet) : xml(name, ns.resultSet, {}, String(value))
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined
}
