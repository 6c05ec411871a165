import type { StanzaError } from '../errors.js'
import { XmlElement, type XmlNode } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import type { Jid } from './jid.js'
import { parseStanzaError, toStanzaErrorElement, type StanzaErrorInput } from './stanza-error.js'
import { readHead, toHeadAttributes, type StanzaHeadInput } from './stanza-head.js'
import { toProblem, type StanzaProblem } from './stanza-problem.js'

interface IqHead {
  readonly kind: 'iq'
  readonly from: Jid | undefined
  readonly to: Jid | undefined
  readonly id: string
  /** The language in effect: the stanza's own, else the stream's. */
  readonly lang: string | undefined
}

/** A request: exactly one payload says what is wanted. */
export interface IqRequest extends IqHead {
  readonly type: 'get' | 'set'
  readonly payload: XmlElement
}

/** The answer to a request that succeeded. */
export interface IqResult extends IqHead {
  readonly type: 'result'
  /** `undefined` where there is nothing more to say. */
  readonly payload: XmlElement | undefined
}

/** The answer to a request that failed. */
export interface IqError extends IqHead {
  readonly type: 'error'
  readonly error: StanzaError
  /** The same as it came: an application-specific condition may have content. */
  readonly errorElement: XmlElement | undefined
  /** The payload of the request, where it was sent back. */
  readonly payload: XmlElement | undefined
}

/** An IQ as it came. @see RFC 6120 §8.2.3 */
export type Iq = IqRequest | IqResult | IqError

/** A request to send. */
export interface IqRequestInput extends StanzaHeadInput {
  readonly kind?: 'iq' | undefined
  readonly type: 'get' | 'set'
  readonly id: string
  readonly payload: XmlElement
}

/** An answer to send; a received one can be given as it is. */
export type IqAnswerInput = StanzaHeadInput & {
  readonly kind?: 'iq' | undefined
  readonly id: string
  readonly payload?: XmlElement | undefined
} & (
    | { readonly type: 'result' }
    | {
        readonly type: 'error'
        readonly error: StanzaErrorInput
        readonly errorElement?: XmlElement | undefined
      }
  )

export type IqInput = IqRequestInput | IqAnswerInput

/** Reads `<iq/>`: it needs an id and a known type, a request exactly one child, a result at most one. */
export function parseIq(element: XmlElement, streamLang?: string): Iq | StanzaProblem {
  if (!element.is('iq', ns.client)) return toProblem(element, 'bad-request', 'this is not an IQ')
  const head = readHead(element, streamLang)
  if ('kind' in head) return head
  const { from, to, id, type, lang } = head
  if (id === undefined) return toProblem(element, 'bad-request', 'an IQ needs an id')
  const elements = element.elements()
  const [payload] = elements
  switch (type) {
    case 'get':
    case 'set':
      if (payload === undefined || elements.length > 1) {
        return toProblem(element, 'bad-request', `a request has one child element, not ${elements.length}`)
      }
      return { kind: 'iq', type, from, to, id, lang, payload }
    case 'result':
      if (elements.length > 1) {
        return toProblem(
          element,
          'bad-request',
          `a result has at most one child element, not ${elements.length}`,
        )
      }
      return { kind: 'iq', type, from, to, id, lang, payload }
    case 'error': {
      const errorElement = element.child('error')
      const error = parseStanzaError(element, streamLang)
      const echo = elements.find((child) => child !== errorElement)
      return { kind: 'iq', type, from, to, id, lang, error, errorElement, payload: echo }
    }
    default:
      return toProblem(element, 'bad-request', 'the type of an IQ is get, set, result or error')
  }
}

/** Writes `<iq/>`; throws `RangeError` for an address that cannot be prepared. */
export function toIqElement(iq: IqInput): XmlElement {
  const children: XmlNode[] = iq.payload === undefined ? [] : [iq.payload]
  if (iq.type === 'error') children.push(iq.errorElement ?? toStanzaErrorElement(iq.error))
  return new XmlElement('iq', ns.client, toHeadAttributes(iq, iq.type), children)
}

/** The answer that grants a request. */
export function toResultElement(request: IqRequest, payload?: XmlElement): XmlElement {
  return toIqElement({ type: 'result', from: request.to, to: request.from, id: request.id, payload })
}
