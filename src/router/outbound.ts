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
  return new Writer(transport, limitBytes)
}

class Writer implements Outbound {
  readonly #transport: Transport
  readonly #limitBytes: number
  readonly #framed: boolean
  #corked = ''
  #waiting: Flushed[] = []
  #scheduled = false
  #stopped = false
  #opened = false
  #lang: string | undefined

  constructor(transport: Transport, limitBytes: number) {
    this.#transport = transport
    this.#limitBytes = limitBytes
    this.#framed = transport.framing === 'frames'
  }

  open(header: StreamHeader): void {
    const { to, from, id, version, lang } = header
    this.#opened = true
    this.#lang = lang
    if (this.#framed) {
      this.#write(serialize(xml('open', ns.framing, { to, from, id, version, 'xml:lang': lang })))
    } else this.#write(serializeOpening(header))
  }

  send(element: XmlElement, flushed?: Flushed): void {
    if (this.#stopped) return
    const transport = this.#transport
    const text = this.#framed ? serialize(withLang(element, this.#lang)) : serialize(element, bytesScope)
    if (transport.bufferedBytes + this.#corked.length + text.length > this.#limitBytes) {
      const message = `more than ${this.#limitBytes} bytes wait for ${transport.address}`
      throw new TransportError('overflow', message)
    }
    this.#write(text, flushed)
  }

  close(flushed?: Flushed): void {
    if (this.#stopped) return flushed?.(null)
    if (this.#opened) this.#write(this.#framed ? serialize(xml('close', ns.framing)) : closingTag, flushed)
    else flushed?.(null)
    this.#flush()
    this.#stopped = true
  }

  abort(condition: StreamErrorCondition): void {
    if (this.#stopped) return
    if (!this.#opened) return this.#transport.destroy()
    const error = xml('error', ns.streams, {}, xml(condition, ns.streamErrors))
    this.#write(this.#framed ? serialize(error) : serialize(error, bytesScope))
    this.close(() => this.#transport.destroy())
  }

  stop(reason: TransportError): void {
    this.#stopped = true
    const flushes = this.#waiting
    this.#corked = ''
    this.#waiting = []
    flushes.forEach((flushed) => flushed(reason))
  }

  #write(text: string, flushed?: Flushed): void {
    if (this.#framed) return this.#transport.write(text, flushed)
    this.#corked += text
    if (flushed !== undefined) this.#waiting.push(flushed)
    if (this.#corked.length > corkLimit) this.#flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(() => this.#flush())
    }
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#corked === '') return
    const text = this.#corked
    const flushes = this.#waiting
    this.#corked = ''
    if (flushes.length === 0) return this.#transport.write(text)
    this.#waiting = []
    this.#transport.write(text, (error) => flushes.forEach((flushed) => flushed(error)))
  }
}

/** No language crosses frames either (RFC 7395 §3.3.3). */
function withLang(element: XmlElement, lang: string | undefined): XmlElement {
  const isNeeded = lang !== undefined && element.namespace === ns.client
  if (!isNeeded || element.attribute('lang', xmlNamespace) !== undefined) return element
  const attributes = [...element.attributes, { name: 'lang', namespace: xmlNamespace, value: lang }]
  return new XmlElement(element.name, element.namespace, attributes, element.children)
}
