import { TransportError, type StreamErrorCondition } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import { xml, type XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { closingTag, serialize, serializeOpening } from '../xml/serializer.js'
import type { StreamHeader } from './inbound.js'

export type Flushed = (error: TransportError | null) => void

/** The writing half of a stream: one writer, corked per turn. */
export interface Outbound {
  open(header: StreamHeader): void
  send(element: XmlElement, flushed?: Flushed): void
  /** Writes the closing tag, at once. */
  close(): void
  /** Writes a stream error and the closing tag, at once, and then ends the connection. */
  abort(condition: StreamErrorCondition): void
  /** Nothing is written any more; what was not yet, fails. */
  stop(reason: TransportError): void
}

const bytesScope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }

/** Text collected in one turn that is written before the turn ends, so that a burst needs no more memory than this. */
const corkLimit = 64 * 1024

/**
 * @param limitBytes how much may wait in the transport before sending fails
 * @param overflowed called once when that limit is passed
 */
export function createOutbound(
  transport: Transport,
  limitBytes: number,
  overflowed: (error: TransportError) => void,
): Outbound {
  const framed = transport.framing === 'frames'
  let corked = ''
  let waiting: Flushed[] = []
  let scheduled = false
  let stopped = false
  let opened = false

  const checkLimit = () => {
    if (transport.bufferedBytes <= limitBytes || stopped) return
    overflowed(new TransportError('overflow', `more than ${limitBytes} bytes wait for ${transport.address}`))
  }

  const flush = () => {
    scheduled = false
    if (corked === '') return
    const text = corked
    const flushes = waiting
    corked = ''
    waiting = []
    if (flushes.length === 0) transport.write(text)
    else transport.write(text, (error) => flushes.forEach((flushed) => flushed(error)))
    checkLimit()
  }

  const write = (text: string, flushed?: Flushed) => {
    if (framed) {
      transport.write(text, flushed)
      checkLimit()
      return
    }
    corked += text
    if (flushed !== undefined) waiting.push(flushed)
    if (corked.length > corkLimit) flush()
    else if (!scheduled) {
      scheduled = true
      queueMicrotask(flush)
    }
  }

  const close = () => {
    if (stopped) return
    if (opened) write(framed ? serialize(xml('close', ns.framing)) : closingTag)
    flush()
    stopped = true
  }

  return {
    open: (header) => {
      opened = true
      if (!framed) return write(serializeOpening(header))
      const { to, from, id, version, lang } = header
      write(serialize(xml('open', ns.framing, { to, from, id, version, 'xml:lang': lang })))
    },
    send: (element, flushed) => {
      if (!stopped) write(framed ? serialize(element) : serialize(element, bytesScope), flushed)
    },
    close,
    abort: (condition) => {
      if (stopped) return
      if (!opened) return transport.destroy()
      const error = xml('error', ns.streams, {}, xml(condition, ns.streamErrors))
      write(framed ? serialize(error) : serialize(error, bytesScope))
      close()
      transport.write('', () => transport.destroy())
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
