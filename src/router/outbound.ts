import { TransportError, type StreamErrorCondition } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import type { PlainMessage } from '../stanza/plain-message.js'
import { xml, XmlElement, xmlNamespace } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { closingTag, serialize, serializeOpening, type Spell } from '../xml/serializer.js'
import { Cork, type Flushed } from './cork.js'
import type { StreamHeader } from './inbound.js'

/** What a stream carries: an element, or what is written without being one. */
export type Sendable = XmlElement | PlainMessage

/** The writing half of a stream: one writer, corked. */
export interface Outbound {
  open(header: StreamHeader): void
  send(stanza: Sendable, flushed?: Flushed): void
  /** Writes the closing tag, at once; `flushed` even if there is nothing to write. */
  close(flushed?: Flushed): void
  /** Writes a stream error and the closing tag, at once, and then ends the connection. */
  abort(condition: StreamErrorCondition): void
  /** Nothing is written any more; what was not yet, fails. */
  stop(reason: TransportError): void
}

const bytesScope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }
const spellInStream: Spell = (element) => serialize(element, bytesScope)
const spellFrame: Spell = (element) => serialize(element)

/**
 * @param limitBytes how much may wait for the operating system; a `send` beyond it throws `TransportError` (`overflow`) and
 * sends nothing
 */
export function createOutbound(transport: Transport, limitBytes: number): Outbound {
  const framed = transport.framing === 'frames'
  const cork = new Cork(transport)
  let stopped = false
  let opened = false
  let spell = framed ? spellFrame : spellInStream

  const close = (flushed?: Flushed) => {
    if (stopped) return flushed?.(null)
    if (opened) cork.write(framed ? spellFrame(xml('close', ns.framing)) : closingTag, flushed)
    else flushed?.(null)
    cork.flush()
    stopped = true
  }

  return {
    open: (header) => {
      opened = true
      if (!framed) return cork.write(serializeOpening(header))
      const { to, from, id, version, lang } = header
      spell = lang === undefined ? spellFrame : (element) => serialize(withLang(element, lang))
      cork.write(spellFrame(xml('open', ns.framing, { to, from, id, version, 'xml:lang': lang })))
    },
    send: (stanza, flushed) => {
      if (stopped) return
      const text = stanza instanceof XmlElement ? spell(stanza) : stanza.toText(spell)
      if (transport.bufferedBytes + cork.length + text.length > limitBytes) {
        throw new TransportError('overflow', `more than ${limitBytes} bytes wait for ${transport.address}`)
      }
      cork.write(text, flushed)
    },
    close,
    abort: (condition) => {
      if (stopped) return
      if (!opened) return transport.destroy()
      const error = xml('error', ns.streams, {}, xml(condition, ns.streamErrors))
      cork.write(spell(error))
      close(() => transport.destroy())
    },
    stop: (reason) => {
      stopped = true
      cork.drop(reason)
    },
  }
}

/** No language crosses frames either (RFC 7395 §3.3.3). */
function withLang(element: XmlElement, lang: string): XmlElement {
  if (element.namespace !== ns.client || element.attribute('lang', xmlNamespace) !== undefined) return element
  const attributes = [...element.attributes, { name: 'lang', namespace: xmlNamespace, value: lang }]
  return new XmlElement(element.name, element.namespace, attributes, element.children)
}
