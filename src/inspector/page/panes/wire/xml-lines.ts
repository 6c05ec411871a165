import { toCounted, toLegible, toLegibleLine } from '../legible.js'
import { elementsOf, type XmlElement, type XmlNode } from './parse-xml.js'

/** What a piece of a line is, for its colour. */
export type XmlTone = 'mark' | 'name' | 'key' | 'value' | 'text'

export interface XmlPart {
  readonly tone: XmlTone
  readonly text: string
}

/** One line of a stanza in its pretty form. */
export interface XmlLine {
  /** Where the element is in the tree, e.g. `0.2`; the closing line of an element has its own. */
  readonly key: string
  readonly depth: number
  readonly parts: readonly XmlPart[]
  /** Only on the first line of what can be folded. */
  readonly fold: 'open' | 'folded' | undefined
}

/** A stanza as lines; the elements whose keys are in `folded` take one line each. */
export function toXmlLines(nodes: readonly XmlNode[], folded: ReadonlySet<string>): readonly XmlLine[] {
  return nodes.flatMap((node, index) => nodeLines(node, `${index}`, 0, folded))
}

/** The keys of every element that can be folded and lies at this depth or deeper. */
export function foldableKeys(nodes: readonly XmlNode[], fromDepth: number): readonly string[] {
  const keysIn = (inner: readonly XmlNode[], around: string, depth: number): readonly string[] =>
    inner.flatMap((node, index) => {
      if (node.kind === 'text' || isShort(node)) return []
      const key = `${around}${index}`
      const deeper = keysIn(node.children, `${key}.`, depth + 1)
      return depth < fromDepth ? deeper : [key, ...deeper]
    })
  return keysIn(nodes, '', 0)
}

function nodeLines(
  node: XmlNode,
  key: string,
  depth: number,
  folded: ReadonlySet<string>,
): readonly XmlLine[] {
  if (node.kind === 'text') {
    const text = node.text.trim()
    return text === ''
      ? []
      : [{ key, depth, parts: [{ tone: 'text', text: toLegible(text) }], fold: undefined }]
  }
  const start = [mark('<'), name(node), ...node.attributes.flatMap(attributeParts)]
  const end = [mark('</'), name(node), mark('>')]
  if (node.children.length === 0) return [{ key, depth, parts: [...start, mark('/>')], fold: undefined }]
  if (isShort(node)) {
    const text = node.children.map((child) => (child.kind === 'text' ? child.text : '')).join('')
    const words = { tone: 'text', text: toLegible(text) } as const
    return [{ key, depth, parts: [...start, mark('>'), words, ...end], fold: undefined }]
  }
  if (folded.has(key)) {
    return [{ key, depth, parts: [...start, mark('>'), mark(inside(node)), ...end], fold: 'folded' }]
  }
  return [
    { key, depth, parts: [...start, mark('>')], fold: 'open' },
    ...node.children.flatMap((child, index) => nodeLines(child, `${key}.${index}`, depth + 1, folded)),
    { key: `${key}/`, depth, parts: end, fold: undefined },
  ]
}

/** Nothing but text: its line stays whole. */
function isShort(element: XmlElement): boolean {
  return element.children.every(({ kind }) => kind === 'text')
}

function inside({ children }: XmlElement): string {
  return `… ${toCounted(elementsOf(children).length, 'element')} …`
}

function attributeParts(attribute: { readonly name: string; readonly value: string }): readonly XmlPart[] {
  const { name: key, value } = attribute
  const quote = value.includes('"') ? "'" : '"'
  return [
    { tone: 'key', text: ` ${toLegibleLine(key)}` },
    mark('='),
    { tone: 'value', text: `${quote}${toLegibleLine(value)}${quote}` },
  ]
}

const mark = (text: string): XmlPart => ({ tone: 'mark', text })
const name = (element: XmlElement): XmlPart => ({ tone: 'name', text: toLegibleLine(element.name) })
