import { SaxesParser } from 'saxes'
import { XmlElement, type XmlAttribute, type XmlNode } from '../../src/xml/element.js'

export interface Judgement {
  /** `undefined`: refused. */
  readonly root: XmlElement | undefined
  /** It has what RFC 6120 §11.1 forbids and XML does not. */
  readonly restricted: boolean
  /**
   * It has what saxes is known to be wrong about: namespaces with white space at their ends, which saxes cuts off, or
   * local names that begin like no name, which it accepts behind a prefix.
   */
  readonly mistaken: boolean
  /** What the XML declaration says, if it says anything. */
  readonly encoding: string | undefined
  readonly version: string | undefined
}

const xmlns = 'http://www.w3.org/2000/xmlns/'

/** What another strict parser, saxes with namespaces, makes of a document. */
export function judgeWithSaxes(document: string): Judgement {
  const parser = new SaxesParser({ xmlns: true })
  const open: { name: string; uri: string; attributes: XmlAttribute[]; children: XmlNode[] }[] = []
  let root: XmlElement | undefined
  let refused = false
  let restricted = false
  let mistaken = false
  let encoding: string | undefined
  let version: string | undefined

  const addText = (text: string) => {
    const children = open.at(-1)?.children
    if (children === undefined || text === '') return
    const last = children.at(-1)
    if (typeof last === 'string') children[children.length - 1] = last + text
    else children.push(text)
  }
  parser.on('error', () => {
    refused = true
  })
  parser.on('xmldecl', (declaration) => {
    encoding = declaration.encoding
    version = declaration.version
  })
  parser.on('comment', () => {
    restricted = true
  })
  parser.on('processinginstruction', () => {
    restricted = true
  })
  parser.on('doctype', () => {
    restricted = true
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  const looseLocalName = /:[-.\d\p{M}\u{B7}\u{203F}\u{2040}]/u
  parser.on('attribute', ({ name, prefix, value }) => {
    const declares = prefix === 'xmlns' || name === 'xmlns'
    if ((declares && value !== value.trim()) || looseLocalName.test(name)) mistaken = true
  })
  parser.on('opentagstart', ({ name }) => {
    if (looseLocalName.test(name)) mistaken = true
  })
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes)
      .filter(({ uri }) => uri !== xmlns)
      .map(({ local, uri, value }) => ({ name: local, namespace: uri, value }))
    open.push({ name: tag.local, uri: tag.uri, attributes, children: [] })
  })
  parser.on('closetag', () => {
    const closed = open.pop()
    if (closed === undefined) return
    const element = new XmlElement(closed.name, closed.uri, closed.attributes, closed.children)
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
  })
  try {
    parser.write(document).close()
  } catch {
    refused = true
  }
  return { root: refused ? undefined : root, restricted, mistaken, encoding, version }
}
