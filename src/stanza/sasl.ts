import { saslFailureConditions, type SaslFailureCondition } from '../errors.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { decodeBase64, encodeBase64 } from '../base64.js'
import { pickText, readLang, readText, toTextElement } from './language-text.js'

/** A step of a SASL exchange. `data` is `null` where there is none, which is not the same as data of length zero. */
export type SaslElement = ClientSaslElement | ServerSaslElement

/** What a client says. */
export type ClientSaslElement =
  | { readonly kind: 'auth'; readonly mechanism: string; readonly data: Uint8Array | null }
  | { readonly kind: 'response'; readonly data: Uint8Array }
  | { readonly kind: 'abort' }

/** What a server says. */
export type ServerSaslElement =
  | { readonly kind: 'challenge'; readonly data: Uint8Array }
  | { readonly kind: 'success'; readonly data: Uint8Array | null }
  | SaslFailure

/** The server refused. @see RFC 6120 §6.5 */
export interface SaslFailure {
  readonly kind: 'failure'
  /** A condition that is unknown means the same as `not-authorized`. */
  readonly condition: SaslFailureCondition
  readonly text: string | undefined
  /** Application-specific conditions. */
  readonly payloads: readonly XmlElement[]
}

/** A SASL element that cannot be read, with the failure that says so. */
export interface SaslProblem {
  readonly kind: 'problem'
  readonly condition: 'incorrect-encoding' | 'malformed-request'
  /** What is wrong with it, for people; it repeats nothing of the data. */
  readonly text: string
}

/** Reads an element of the SASL exchange; its base64 is taken strictly. @see RFC 6120 §6.4 */
export function parseSaslElement(element: XmlElement, streamLang?: string): SaslElement | SaslProblem {
  switch (element.namespace === ns.sasl && element.name) {
    case 'auth': {
      const mechanism = element.attribute('mechanism')
      if (mechanism === undefined || mechanism === '') return malformed('<auth/> names no mechanism')
      const data = readData(element)
      return data === undefined ? encodingProblem : { kind: 'auth', mechanism, data }
    }
    case 'response': {
      const data = readData(element)
      return data === undefined ? encodingProblem : { kind: 'response', data: data ?? new Uint8Array(0) }
    }
    case 'abort':
      return { kind: 'abort' }
    default:
      return parseServerSasl(element, streamLang)
  }
}

/** The same of what a server says, which is all that a client reads. */
export function parseServerSasl(element: XmlElement, streamLang?: string): ServerSaslElement | SaslProblem {
  if (element.namespace !== ns.sasl) return malformed('this is not a SASL element')
  switch (element.name) {
    case 'success': {
      const data = readData(element)
      return data === undefined ? encodingProblem : { kind: 'success', data }
    }
    case 'challenge': {
      const data = readData(element)
      return data === undefined ? encodingProblem : { kind: 'challenge', data: data ?? new Uint8Array(0) }
    }
    case 'failure':
      return readFailure(element, streamLang)
    default:
      return malformed('there is no such SASL element')
  }
}

const encodingProblem: SaslProblem = {
  kind: 'problem',
  condition: 'incorrect-encoding',
  text: 'the data is not base64 (RFC 4648 §4)',
}

function malformed(text: string): SaslProblem {
  return { kind: 'problem', condition: 'malformed-request', text }
}

/** Nothing is no data, a single `=` is data of length zero; `undefined` is not base64. @see RFC 6120 §6.4.2 */
function readData(element: XmlElement): Uint8Array | null | undefined {
  if (element.elements().length > 0) return undefined
  const text = element.text()
  if (text === '') return null
  return text === '=' ? new Uint8Array(0) : decodeBase64(text)
}

function readFailure(element: XmlElement, streamLang: string | undefined): SaslFailure {
  const lang = readLang(element, streamLang)
  const elements = element.elements()
  const known = elements.find((child) => child.namespace === ns.sasl && isCondition(child.name))
  const texts = element.elements('text').map((text) => readText(text, lang))
  return {
    kind: 'failure',
    condition: known !== undefined && isCondition(known.name) ? known.name : 'not-authorized',
    text: pickText(texts, [lang]),
    payloads: elements.filter((child) => child.namespace !== ns.sasl),
  }
}

const conditionNames: ReadonlySet<string> = new Set(saslFailureConditions)

function isCondition(name: string): name is SaslFailureCondition {
  return conditionNames.has(name)
}

/** Writes an element of the SASL exchange. @see RFC 6120 §6.4 */
export function toSaslElement(step: SaslElement): XmlElement {
  switch (step.kind) {
    case 'success':
      return xml('success', ns.sasl, {}, writeData(step.data))
    case 'challenge':
      return xml('challenge', ns.sasl, {}, writeText(step.data))
    case 'failure': {
      const text = step.text === undefined ? undefined : { lang: undefined, text: step.text }
      return xml(
        'failure',
        ns.sasl,
        {},
        xml(step.condition, ns.sasl),
        text === undefined ? undefined : toTextElement('text', ns.sasl, text, undefined),
        ...step.payloads,
      )
    }
    default:
      return toClientSasl(step)
  }
}

/** The same of what a client says. */
export function toClientSasl(step: ClientSaslElement): XmlElement {
  switch (step.kind) {
    case 'auth':
      return xml('auth', ns.sasl, { mechanism: step.mechanism }, writeData(step.data))
    case 'response':
      return xml('response', ns.sasl, {}, writeText(step.data))
    case 'abort':
      return xml('abort', ns.sasl)
  }
}

function writeData(data: Uint8Array | null): string | undefined {
  return data === null ? undefined : (writeText(data) ?? '=')
}

function writeText(data: Uint8Array): string | undefined {
  return data.length === 0 ? undefined : encodeBase64(data)
}
