import { TransportError, type StreamErrorCondition } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import { xml, XmlElement, xmlNamespace } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { closingTag, serialize, serializeOpening } from '../xml/serializer.js'
import type { StreamHeader } from './inbound.js'

export type Flushed = (error: TransportError | null) => void

/** The writing half of a stream: one writer, corked per turn. */
export interface Outbound {
  open(header: StreamHeader): void
  send(element: XmlElement, flushed?: Flushed): void
  /** Writes the closing tag, at once; `flushed` even if there is nothing to write. */
  close(flushed?: Flushed): void
  /** Writes a stream error and the closing tag, at once, and then ends the connection. */
  abort(condition: StreamErrorCondition): void
  /** Nothing is written any more; what was not yet, fails. */
  stop(reason: TransportError): void
}

const bytesScope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }

/** Text collected in one turn that is written before the turn ends, so that a burst needs no more memory than this. */
const corkLimit = 64 * 1024

/**
 * @param limitBytes how much may wait for the operating system; a `send` beyond it throws `TransportError` (`overflow`) and
 * sends nothing
 */
export function createOutbound(transport: Transport, limitBytes: number): Outbound {
  const framed = transport.framing === 'frames'
  let corked = ''
  let waiting: Flushed[] = []
  let scheduled = false
  let stopped = false
  let opened = false
  let lang: string | undefined

  const flush = () => {
    scheduled = false
    if (corked === '') return
    const text = corked
    const flushes = waiting
    corked = ''
    waiting = []
    if (flushes.length === 0) transport.write(text)
    else transport.write(text, (error) => flushes.forEach((flushed) => flushed(error)))
  }

  const write = (text: string, flushed?: Flushed) => {
    if (framed) return transport.write(text, flushed)
    corked += text
    if (flushed !== undefined) waiting.push(flushed)
    if (corked.length > corkLimit) flush()
    else if (!scheduled) {
      scheduled = true
      queueMicrotask(flush)
    }
  }

  const close = (flushed?: Flushed) => {
    if (stopped) return flushed?.(null)
    if (opened) write(framed ? serialize(xml('close', ns.framing)) : closingTag, flushed)
    else flushed?.(null)
    flush()
    stopped = true
  }

  return {
    open: (header) => {
      opened = true
      lang = header.lang
      if (!framed) return write(serializeOpening(header))
      const { to, from, id, version } = header
      write(serialize(xml('open', ns.framing, { to, from, id, version, 'xml:lang': lang })))
    },
    send: (element, flushed) => {
      if (stopped) return
      const text = framed ? serialize(withLang(element, lang)) : serialize(element, bytesScope)
      if (transport.bufferedBytes + corked.length + text.length > limitBytes) {
        throw new TransportError('overflow', `more than ${limitBytes} bytes wait for ${transport.address}`)
      }
      write(text, flushed)
    },
    close,
    abort: (condition) => {
      if (stopped) return
      if (!opened) return transport.destroy()
      const error = xml('error', ns.streams, {}, xml(condition, ns.streamErrors))
      write(framed ? serialize(error) : serialize(error, bytesScope))
      close(() => transport.destroy())
    },
    stop: (reason) => {
      stopped = true
      const flushes = waiting
      corked = ''
      waiting = []
      flushes.forEach((flushed) => flushed(reason))
    },
  }
}

/** No language crosses frames either (RFC 7395 §3.3.3). */
function withLang(element: XmlElement, lang: string | undefined): XmlElement {
  const isNeeded = lang !== undefined && element.namespace === ns.client
  if (!isNeeded || element.attribute('lang', xmlNamespace) !== undefined) return element
  const attributes = [...element.attributes, { name: 'lang', namespace: xmlNamespace, value: lang }]
  return new XmlElement(element.name, element.namespace, attributes, element.children)
}
