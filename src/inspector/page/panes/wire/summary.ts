import type { StanzaCrossed } from '../../../recording/record.js'
import { toLegibleLine } from '../legible.js'
import { attributeOf, elementsOf, parseXml, unescapeXml, type XmlElement } from './parse-xml.js'

/** A stanza in one line. */
export interface StanzaSummary {
  /** Its name, with its type where it has one: `iq result`. */
  readonly title: string
  /** Who it is from, or for; empty where it does not say. */
  readonly peer: string
  /** What it carries, in short: `roster · 3 items`, or the words of a message. */
  readonly content: string
  readonly isError: boolean
}

const summaries = new WeakMap<StanzaCrossed, StanzaSummary>()

/** Made once for each record. */
export function summaryOf(record: StanzaCrossed): StanzaSummary {
  let summary = summaries.get(record)
  if (summary === undefined) {
    summary = summarise(record)
    summaries.set(record, summary)
  }
  return summary
}

/** Enough of a stanza for one line. */
const readLimit = 4_000

function summarise(record: StanzaCrossed): StanzaSummary {
  const { name, direction, what } = record
  if (what === 'close') return { title: name, peer: '', content: 'the end of the stream', isError: false }
  const [root] = elementsOf(parseXml(record.xml.slice(0, readLimit)).nodes)
  if (root === undefined) {
    return { title: name, peer: '', content: toLegibleLine(record.xml, 200), isError: false }
  }
  const type = attributeOf(root, 'type')
  const peer = attributeOf(root, direction === 'in' ? 'from' : 'to') ?? ''
  return {
    title: toLegibleLine(type === undefined ? name : `${name} ${type}`, 60),
    peer: toLegibleLine(peer, 200),
    content: toLegibleLine(what === 'open' ? 'a stream begins' : contentOf(root), 200),
    isError: type === 'error' || name === 'failure' || name === 'stream:error' || name === 'failed',
  }
}

function contentOf(root: XmlElement): string {
  const children = elementsOf(root.children)
  const count = attributeOf(root, 'h')
  if (root.name === 'r') return 'how much has arrived?'
  if (root.name === 'a' && count !== undefined) return `${count} arrived`
  const error = children.find(({ name }) => name === 'error')
  const condition = error && elementsOf(error.children)[0]?.name
  if (condition !== undefined) return condition
  const body = children.find(({ name }) => name === 'body')
  if (root.name === 'message' && body !== undefined) return textOf(body)
  if (children.length > 0) return children.map(childWords).join(', ')
  return attributeOf(root, 'mechanism') ?? textOf(root)
}

function childWords(child: XmlElement): string {
  const inner = elementsOf(child.children)
  const space = attributeOf(child, 'xmlns')?.replace(
    /^(?:jabber:|urn:xmpp:|urn:ietf:params:xml:ns:|http:\/\/jabber\.org\/protocol\/)/,
    '',
  )
  const label = space === undefined ? child.name : child.name === 'query' ? space : `${child.name} ${space}`
  if (inner.length > 0) return `${label} (${inner.length})`
  const text = textOf(child)
  return text === '' ? label : `${label} ${text}`
}

function textOf({ children }: XmlElement): string {
  return children
    .map((child) => (child.kind === 'text' ? unescapeXml(child.text) : ''))
    .join('')
    .trim()
}
