import { toDelayElement } from '../stanza/delay.js'
import type { Jid } from '../stanza/jid.js'
import { XmlElement, type XmlAttribute } from '../xml/element.js'
import { xmlNamespace } from '../xml/namespaces.js'

/** A stanza under way, its addresses read and checked; the element carries the same ones. */
export interface Envelope {
  readonly element: XmlElement
  readonly from: Jid
  readonly to: Jid
  /** Other full JIDs of the same account that get the same, each under its own address. */
  readonly alsoTo?: readonly Jid[]
  /** When it came, where it was held back since then. */
  readonly sentAt?: Date
}

/** Puts a stanza under way: addresses as given, everything else untouched (RFC 6120 §8.1.2.1). */
export function toEnvelope(element: XmlElement, from: Jid, to: Jid): Envelope {
  const attributes: XmlAttribute[] = element.attributes.filter(
    ({ name, namespace }) => namespace !== '' || (name !== 'from' && name !== 'to'),
  )
  attributes.push({ name: 'from', namespace: '', value: from.toString() })
  attributes.push({ name: 'to', namespace: '', value: to.toString() })
  return {
    element: new XmlElement(element.name, element.namespace, attributes, element.children),
    from,
    to,
  }
}

/** The same, telling since when it was held back, and by whom (XEP-0203). */
export function withDelay(element: XmlElement, domain: Jid, sentAt: Date): XmlElement {
  const delay = toDelayElement({ from: domain, moment: sentAt.getTime() })
  return new XmlElement(element.name, element.namespace, element.attributes, [...element.children, delay])
}

/**
 * A stanza without a language of its own is in that of its sender's stream, which its reader cannot know.
 * @see RFC 6120 §8.1.5
 */
export function withLang(element: XmlElement, lang: string | undefined): XmlElement {
  if (lang === undefined || !languageTag.test(lang)) return element
  if (element.attribute('lang', xmlNamespace) !== undefined) return element
  const attributes = [...element.attributes, { name: 'lang', namespace: xmlNamespace, value: lang }]
  return new XmlElement(element.name, element.namespace, attributes, element.children)
}

const languageTag = /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,10}$/

/** An IQ of type `get` or `set`. */
export function isRequest(element: XmlElement): boolean {
  const type = element.attribute('type')
  return element.name === 'iq' && (type === 'get' || type === 'set')
}
