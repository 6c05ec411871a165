/** A piece of XML as it crossed the wire; texts and values keep their escapes. */
export type XmlNode = XmlElement | XmlText

export interface XmlElement {
  readonly kind: 'element'
  /** With its prefix. */
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
}

export interface XmlAttribute {
  readonly name: string
  readonly value: string
}

export interface XmlText {
  readonly kind: 'text'
  readonly text: string
}

export interface XmlProblem {
  /** Offset of the character, from 0. */
  readonly at: number
  /** Both from 1. */
  readonly line: number
  readonly column: number
  readonly reason: string
}

export interface ParsedXml {
  /** What was read until the problem; elements that were open there are closed. */
  readonly nodes: readonly XmlNode[]
  readonly problem: XmlProblem | undefined
  /** What is left from the problem on. */
  readonly rest: string
}

/** Deeper than anything that XMPP nests; a recording may come from anybody. */
export const depthLimit = 100

interface Open {
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: XmlNode[]
  readonly prefixes: ReadonlySet<string>
  readonly at: number
}

/**
 * Reads what XMPP allows of XML 1.0: no comment, no processing instruction, no DTD, no entity but the five. Never throws.
 * @see RFC 6120 §11.1
 */
export function parseXml(text: string): ParsedXml {
  const root: Open = { name: '', attributes: [], children: [], prefixes: new Set(['xml', 'stream']), at: 0 }
  const stack: Open[] = [root]
  let at = 0
  const settle = (problem?: XmlProblem): ParsedXml => {
    while (stack.length > 1) close(stack)
    return { nodes: root.children, problem, rest: problem === undefined ? '' : text.slice(problem.at) }
  }
  const fail = (where: number, reason: string): ParsedXml => settle(problemAt(text, where, reason))

  while (at < text.length) {
    const open = stack.at(-1) ?? root
    const next = text.indexOf('<', at)
    const words = text.slice(at, next === -1 ? text.length : next)
    if (words !== '') {
      const wrong = wrongIn(words, stack.length === 1)
      if (wrong !== undefined) return fail(at + wrong.at, wrong.reason)
      open.children.push({ kind: 'text', text: words })
    }
    if (next === -1) break
    at = next
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at)
      if (end === -1) return fail(at, 'this CDATA section does not end')
      if (stack.length === 1) return fail(at, 'text stands outside of any element')
      open.children.push({ kind: 'text', text: text.slice(at, end + 3) })
      at = end + 3
    } else if (text.startsWith('</', at)) {
      endTag.lastIndex = at
      const found = endTag.exec(text)
      if (found === null) return fail(at, 'this closing tag is broken')
      if (stack.length === 1) return fail(at, `nothing is open that </${found[1]}> could close`)
      if (found[1] !== open.name) return fail(at, `</${found[1]}> where <${open.name}> is open`)
      close(stack)
      at = endTag.lastIndex
    } else {
      const tag = readTag(text, at, open.prefixes)
      if ('reason' in tag) return fail(tag.at, tag.reason)
      if (stack.length > depthLimit) return fail(at, `elements are nested deeper than ${depthLimit}`)
      const { name, attributes, prefixes } = tag
      stack.push({ name, attributes, prefixes, children: [], at })
      if (tag.isEmpty) close(stack)
      at = tag.end
    }
  }
  const unclosed = stack.length > 1 ? stack.at(-1) : undefined
  return unclosed === undefined ? settle() : fail(text.length, `<${unclosed.name}> is not closed`)
}

/** A text or a value as it was meant. */
export function unescapeXml(text: string): string {
  return text.replace(
    /<!\[CDATA\[([\s\S]*?)\]\]>|&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole: string, ...found: readonly unknown[]) => {
      const [cdata, hex, decimal, name] = found
      if (typeof cdata === 'string') return cdata
      if (typeof name === 'string') return entities.get(name) ?? whole
      const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal)
      return isCharacter(code) ? String.fromCodePoint(code) : whole
    },
  )
}

/** The value of an attribute, without its escapes. */
export function attributeOf({ attributes }: XmlElement, name: string): string | undefined {
  const found = attributes.find((attribute) => attribute.name === name)
  return found && unescapeXml(found.value)
}

export function elementsOf(nodes: readonly XmlNode[]): readonly XmlElement[] {
  return nodes.filter((node) => node.kind === 'element')
}

const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

const nameText = String.raw`[\p{L}_][\p{L}\p{M}\p{N}_.·-]*(?::[\p{L}_][\p{L}\p{M}\p{N}_.·-]*)?`
const startTag = new RegExp(`<(${nameText})`, 'uy')
const endTag = new RegExp(`</(${nameText})\\s*>`, 'uy')
const attribute = new RegExp(`\\s+(${nameText})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'uy')
const tagEnd = /\s*(\/?)>/uy

interface Tag {
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly prefixes: ReadonlySet<string>
  readonly isEmpty: boolean
  readonly end: number
}

interface Wrong {
  readonly at: number
  readonly reason: string
}

function readTag(text: string, at: number, around: ReadonlySet<string>): Tag | Wrong {
  if (text.startsWith('<!--', at)) return { at, reason: 'XMPP has no comments' }
  if (text.startsWith('<!', at)) return { at, reason: 'XMPP has no document type declarations' }
  if (text.startsWith('<?', at)) return { at, reason: 'XMPP has no processing instructions' }
  startTag.lastIndex = at
  const name = startTag.exec(text)?.[1]
  if (name === undefined) return { at, reason: 'no name follows this <; in a text it is written &lt;' }
  const attributes: XmlAttribute[] = []
  const seen = new Set<string>()
  let end = startTag.lastIndex
  for (;;) {
    attribute.lastIndex = end
    const found = attribute.exec(text)
    if (found === null) break
    const { 1: key = '', 2: double, 3: single } = found
    const value = double ?? single ?? ''
    const wrong = value.includes('<') ? 'a < in a value is written &lt;' : wrongIn(value, false)?.reason
    if (wrong !== undefined) return { at: end, reason: wrong }
    if (seen.has(key)) return { at: end, reason: `${key} stands twice in <${name}>` }
    seen.add(key)
    attributes.push({ name: key, value })
    end = attribute.lastIndex
  }
  tagEnd.lastIndex = end
  const last = tagEnd.exec(text)
  if (last === null) return { at: end, reason: `<${name}> goes on with something that is no attribute` }
  const declared = attributes.flatMap((each) => (each.name.startsWith('xmlns:') ? [each.name.slice(6)] : []))
  const prefixes = declared.length === 0 ? around : new Set([...around, ...declared])
  const unbound = [name, ...seen]
    .map(prefixOf)
    .find((prefix) => prefix !== undefined && !prefixes.has(prefix))
  if (unbound !== undefined) return { at, reason: `the prefix ${unbound} stands for no namespace` }
  return { name, attributes, prefixes, isEmpty: last[1] === '/', end: tagEnd.lastIndex }
}

function prefixOf(name: string): string | undefined {
  const colon = name.indexOf(':')
  const prefix = colon === -1 ? undefined : name.slice(0, colon)
  return prefix === 'xmlns' ? undefined : prefix
}

function wrongIn(words: string, isOutside: boolean): Wrong | undefined {
  if (isOutside && words.trim() !== '') return { at: 0, reason: 'text stands outside of any element' }
  const cdataEnd = words.indexOf(']]>')
  if (cdataEnd !== -1) return { at: cdataEnd, reason: ']]> in a text is written ]]&gt;' }
  const character = words.search(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
  if (character !== -1) return { at: character, reason: 'XML has no such character' }
  for (const found of words.matchAll(/&([^;&\s]{0,12};)?/g)) {
    if (!isReference(found[1] ?? '')) return { at: found.index, reason: 'an & in a text is written &amp;' }
  }
  return undefined
}

function isReference(text: string): boolean {
  const { 1: hex, 2: decimal, 3: name } = /^(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));$/.exec(text) ?? []
  if (name !== undefined) return entities.has(name)
  return isCharacter(hex === undefined ? Number(decimal) : parseInt(hex, 16))
}

function isCharacter(code: number): boolean {
  if (code === 9 || code === 10 || code === 13) return true
  return (
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  )
}

function close(stack: Open[]): void {
  const done = stack.pop()
  if (done === undefined) return
  const { name, attributes, children } = done
  stack.at(-1)?.children.push({ kind: 'element', name, attributes, children })
}

function problemAt(text: string, at: number, reason: string): XmlProblem {
  const before = text.slice(0, at).split('\n')
  return { at, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, reason }
}
