import { xml, XmlElement, type XmlAttribute, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { readLang } from './language-text.js'
import {
  blockElements,
  isRichElement,
  readAttribute,
  readHref,
  silentElements,
  type RichElementName,
} from './rich-text-profile.js'

/** Elements inside of each other that are kept; what is deeper leaves its text. */
export const richDepthLimit = 20

/** Elements and texts that are kept of one rich text; the rest is cut off. */
export const richNodeLimit = 5_000

/** An image that a rich text has named. Nothing loads it: who asked for it knows that one is there, and when. */
export interface NamedImage {
  /** Its words, which stand for it in the text; may be empty. */
  readonly alt: string
  /** An `http(s):` or `cid:` address; `undefined` where it is another. */
  readonly src: string | undefined
}

/** A rich text that is safe to show. */
export interface RichText {
  /** `<body/>` of the XHTML namespace, in the profile of XEP-0071 §7 and nothing else. */
  readonly body: XmlElement
  /** The same without markup. */
  readonly text: string
  /** `undefined` where neither it nor the message says one. */
  readonly lang: string | undefined
  /** In the text each of them is its words. */
  readonly images: readonly NamedImage[]
}

/** Attributes of an element of rich text, as its author gives them. */
export interface RichAttributes {
  /** Only of `a`: `http:`, `https:`, `mailto:` or `xmpp:`. */
  readonly href?: string | undefined
  /** Only of `a`: the media type of what is there. */
  readonly type?: string | undefined
  /** Of all but `br`, `em` and `strong`: properties by name, or declarations as CSS writes them; 500 characters at most. */
  readonly style?: Readonly<Record<string, string>> | string | undefined
}

/**
 * Makes one element of rich text.
 * @throws RangeError for what is not in the profile of XEP-0071
 * @example
 * rich('p', {}, 'Hello ', rich('strong', {}, 'you'), '!')
 */
export function rich(
  name: Exclude<RichElementName, 'body'>,
  { href, style, type }: RichAttributes = {},
  ...children: readonly XmlNode[]
): XmlElement {
  const declarations =
    typeof style === 'object'
      ? Object.entries(style)
          .map(([property, value]) => `${property}: ${value}`)
          .join('; ')
      : style
  const element = xml(name, ns.xhtml, { href, style: declarations, type }, ...children)
  demandProfile(element)
  return element
}

/**
 * Writes `<html/>` for the payloads of a message, which has to say the same in its plain body.
 * @throws RangeError for what is not in the profile of XEP-0071
 */
export function toRichTextElement(content: readonly XmlNode[], lang?: string): XmlElement {
  const body = xml('body', ns.xhtml, { 'xml:lang': lang }, ...content)
  demandProfile(body)
  return xml('html', ns.richText, {}, body)
}

/** The rich texts among the payloads of a message, one for each language, sanitised. @see XEP-0071 §5, §8 */
export function readRichTexts(payloads: readonly XmlElement[], lang?: string): readonly RichText[] {
  const html = payloads.find((payload) => payload.is('html', ns.richText))
  return (html?.elements('body', ns.xhtml) ?? []).map((body) => sanitise(body, lang))
}

/**
 * What of a tree may be shown: the elements, attributes, styles and addresses of the profile. Unknown elements leave their
 * content, scripts and the like leave nothing, images leave their words.
 * @see XEP-0071 §7, §9.1
 */
export function sanitise(body: XmlElement, lang?: string): RichText {
  const images: NamedImage[] = []
  let count = 0

  const read = (nodes: readonly XmlNode[], depth: number, inLink: boolean): readonly XmlNode[] =>
    nodes.flatMap((node) => {
      count += 1
      if (count > richNodeLimit) return []
      return typeof node === 'string' ? [node] : readElement(node, depth, inLink)
    })
  const readElement = (element: XmlElement, depth: number, inLink: boolean): readonly XmlNode[] => {
    const { children, name, namespace } = element
    if (silentElements.has(name.toLowerCase())) return []
    if (namespace === ns.xhtml && name === 'img') return [nameImage(element, images)]
    const isLink = name === 'a'
    const isKept = isRichElement(name, namespace) && name !== 'body' && depth < richDepthLimit
    if (!isKept || (isLink && inLink)) return read(children, depth + 1, inLink)
    const content = name === 'br' ? [] : read(children, depth + 1, inLink || isLink)
    return [new XmlElement(name, ns.xhtml, attributesOf(name, element), content)]
  }

  const content = read(body.children, 0, false)
  const safe = new XmlElement('body', ns.xhtml, attributesOf('body', body), content)
  return { body: safe, text: toPlainText(safe), lang: readLang(body, lang), images }
}

/** The text of a sanitised tree as people read it without markup: a line for each block, and addresses behind their words. */
function toPlainText(tree: XmlElement): string {
  let text = ''
  const breakLine = () => {
    if (text !== '' && !text.endsWith('\n')) text += '\n'
  }
  const write = (element: XmlElement, marker: string) => {
    const isBlock = blockElements.has(element.name)
    if (isBlock) breakLine()
    text += marker
    const before = text.length
    let index = 0
    for (const child of element.children) {
      if (typeof child === 'string') {
        const words = child.replaceAll(/[ \t\r\n]+/g, ' ')
        text += text === '' || /\s$/.test(text.slice(-1)) ? words.trimStart() : words
      } else if (child.name === 'br') text += '\n'
      else write(child, child.name === 'li' ? (element.name === 'ol' ? `${(index += 1)}. ` : '- ') : '')
    }
    const href = element.attribute('href')
    if (href !== undefined && !text.slice(before).includes(href)) text += ` <${href}>`
    if (isBlock) breakLine()
  }
  write(tree, '')
  return text.replaceAll(/ +(?=\n|$)/g, '').trim()
}

function attributesOf(name: RichElementName, element: XmlElement): readonly XmlAttribute[] {
  return element.attributes.flatMap((attribute) => {
    if (attribute.namespace === ns.xmlNamespace)
      return name === 'body' && attribute.name === 'lang' ? [attribute] : []
    if (attribute.namespace !== '') return []
    const value = readAttribute(name, attribute.name, attribute.value)
    return value === undefined ? [] : [{ ...attribute, value }]
  })
}

function nameImage(element: XmlElement, images: NamedImage[]): string {
  const alt = element.attribute('alt') ?? ''
  const given = element.attribute('src') ?? ''
  const src = /^cid:[\w.+@-]{1,200}$/.test(given) ? given : readHref(given)
  images.push({
    alt,
    src: src?.startsWith('mailto:') === true || src?.startsWith('xmpp:') === true ? undefined : src,
  })
  return alt
}

function demandProfile(element: XmlElement): void {
  const complaint = complaintOf(element, 0)
  if (complaint !== undefined)
    throw new RangeError(`${complaint} is not in the profile of rich text (XEP-0071 §7)`)
}

function complaintOf(
  { attributes, children, name, namespace }: XmlElement,
  depth: number,
): string | undefined {
  if (!isRichElement(name, namespace) || depth > richDepthLimit)
    return `<${name}/>${depth > richDepthLimit ? ' this deep' : ''}`
  for (const { name: attribute, namespace: space, value } of attributes) {
    if (name === 'body' && attribute === 'lang' && space === ns.xmlNamespace) continue
    const kept = space === '' ? readAttribute(name, attribute, value) : undefined
    if (kept === undefined || (attribute === 'style' && isPartly(value, kept)))
      return `${attribute}="${value}" of <${name}/>`
  }
  for (const child of children) {
    const complaint = typeof child === 'string' ? undefined : complaintOf(child, depth + 1)
    if (complaint !== undefined) return complaint
  }
  return undefined
}

/** Whether a declaration of a style had to be left out. */
function isPartly(style: string, kept: string): boolean {
  const count = (text: string) => text.split(';').filter((part) => part.trim() !== '').length
  return count(style) !== count(kept)
}
