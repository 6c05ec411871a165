import { StreamError, streamErrorConditions, type StreamErrorCondition } from '../errors.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { isIpv6 } from './ip-literal.js'
import { pickText, readLang, readText, toTextElement } from './language-text.js'

/** What is said when a stream is ended with an error; a received `StreamError` can be given as it is. */
export interface StreamErrorInput {
  readonly condition: StreamErrorCondition
  readonly text?: string | undefined
  /** The language of `text`, where it is not that of the stream. */
  readonly lang?: string | undefined
  /** With `see-other-host` alone: `host` or `host:port`, an IPv6 address in brackets. */
  readonly otherHost?: string | undefined
  /** An application-specific condition. */
  readonly application?: XmlElement | undefined
}

/** Reads `<stream:error/>`; an unknown condition is `undefined-condition`. @see RFC 6120 §4.9 */
export function parseStreamError(element: XmlElement, streamLang?: string): StreamError {
  const lang = readLang(element, streamLang)
  const elements = element.elements()
  const defined = elements.filter((child) => child.namespace === ns.streamErrors)
  const known = defined.find((child) => isCondition(child.name))
  const texts = defined.filter((child) => child.name === 'text')
  const otherHost = known?.name === 'see-other-host' ? known.text().trim() : ''
  return new StreamError(
    known !== undefined && isCondition(known.name) ? known.name : 'undefined-condition',
    {
      text: pickText(
        texts.map((text) => readText(text, lang)),
        [lang],
      ),
      otherHost: otherHost === '' ? undefined : otherHost,
      applicationCondition: elements.find((child) => child.namespace !== ns.streamErrors)?.name,
    },
  )
}

const conditionNames: ReadonlySet<string> = new Set(streamErrorConditions)

function isCondition(name: string): name is StreamErrorCondition {
  return conditionNames.has(name)
}

/** Writes `<stream:error/>`. @see RFC 6120 §4.9.2 */
export function toStreamErrorElement(input: StreamErrorInput): XmlElement {
  const { condition, text, lang, otherHost, application } = input
  return xml(
    'error',
    ns.streams,
    {},
    xml(condition, ns.streamErrors, {}, condition === 'see-other-host' ? otherHost : undefined),
    text === undefined ? undefined : toTextElement('text', ns.streamErrors, { lang, text }, undefined),
    application,
  )
}

/** Where `see-other-host` leads; `host` has no brackets, `port` is absent where the usual way to find it applies. */
export interface OtherHost {
  readonly host: string
  readonly port: number | undefined
}

/** Reads the content of `see-other-host`; `undefined` where it names no host. @see RFC 6120 §4.9.3.19 */
export function parseOtherHost(text: string): OtherHost | undefined {
  if (isIpv6(text)) return { host: text, port: undefined }
  const match = /^(?:\[([^\]]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const [, literal, name, digits] = match
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  if (literal !== undefined) return isIpv6(literal) ? { host: literal, port } : undefined
  return name === undefined ? undefined : { host: name, port }
}
