import { xmlNamespace } from './namespaces.js'
import { exceeded, Violation } from './violation.js'

/** The namespace of namespace declarations; nothing may be declared to be in it. */
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/** Prefixes in scope: a list that inner elements prolong and never change. */
export interface PrefixScope {
  readonly prefix: string
  readonly uri: string
  readonly outer: PrefixScope | undefined
  /** Declarations in this list. */
  readonly size: number
}

/** The namespace of a prefix, or `undefined` if none is declared. */
export function namespaceOf(prefix: string, scope: PrefixScope | undefined): string | undefined {
  if (prefix === 'xml') return xmlNamespace
  for (let at = scope; at !== undefined; at = at.outer) if (at.prefix === prefix) return at.uri
  return undefined
}

/** The scope with one more prefix declared (Namespaces in XML 1.0 §3 and §5). */
export function declarePrefix(
  prefix: string,
  uri: string,
  outer: PrefixScope | undefined,
  limit: number,
): PrefixScope | undefined {
  if (prefix === 'xmlns') throw new Violation('not-well-formed', 'the prefix "xmlns" is declared')
  if (prefix === 'xml') {
    if (uri === xmlNamespace) return outer
    throw new Violation('not-well-formed', 'the prefix "xml" is bound to another namespace')
  }
  if (uri === '') throw new Violation('not-well-formed', `the prefix "${prefix}" is bound to no namespace`)
  refuseReserved(uri)
  const size = outer === undefined ? 1 : outer.size + 1
  if (size > limit) throw exceeded('there are more than', limit, 'prefixes at once')
  return { prefix, uri, outer, size }
}

/** The two namespaces of XML itself are not for other prefixes, nor for the default one. */
export function refuseReserved(uri: string): void {
  if (uri === xmlNamespace || uri === xmlnsNamespace) {
    throw new Violation('invalid-namespace', `the namespace ${uri} is bound to another prefix or to none`)
  }
}
