import { ProtocolError } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import { xmlNamespace, type XmlElement } from '../xml/element.js'
import { createFrameReader } from '../xml/frame-reader.js'
import { detach } from '../xml/interner.js'
import { resolveXmlLimits, type XmlLimits } from '../xml/limits.js'
import { ns } from '../xml/namespaces.js'
import { createStreamReader, type StreamReader, type StreamReaderHandler } from '../xml/stream-reader.js'

/** What the header of either side says (RFC 6120 §4.7). */
export interface StreamHeader {
  readonly to?: string | undefined
  readonly from?: string | undefined
  readonly id?: string | undefined
  readonly version?: string | undefined
  readonly lang?: string | undefined
}

export interface InboundEvents {
  readonly opened: (header: StreamHeader) => void
  readonly element: (element: XmlElement) => void
  /** @param otherUri where to go instead, only over WebSocket (RFC 7395 §3.6.1) */
  readonly closed: (otherUri?: string) => void
  readonly failed: (error: ProtocolError) => void
}

/** The reading half of a stream, the same over bytes and over frames. */
export interface Inbound {
  write(chunk: Uint8Array | string): void
  /** Reads nothing more, from the end of the construct that is being delivered. */
  halt(): void
  resume(): void
  /** Forgets what arrived and was not read yet, and tells how much that was. */
  dropHeld(): number
  /** A new stream begins with the next byte; stays halted. */
  restart(): void
  /** Delivers nothing any more. */
  stop(): void
}

export function createInbound(
  transport: Transport,
  events: InboundEvents,
  limits: Partial<XmlLimits> = {},
): Inbound {
  const all = resolveXmlLimits(limits)
  return transport.framing === 'bytes'
    ? new ByteInbound(events, all)
    : new FrameInbound(transport, events, all)
}

class ByteInbound implements Inbound, StreamReaderHandler {
  readonly #events: InboundEvents
  readonly #reader: StreamReader
  #stopped = false

  constructor(events: InboundEvents, limits: XmlLimits) {
    this.#events = events
    this.#reader = createStreamReader(this, limits)
  }

  opened(root: XmlElement, contentNamespace: string): void {
    const error = judgeRoot(root, contentNamespace)
    if (error === undefined) this.#events.opened(toHeader(root))
    else this.#events.failed(error)
  }

  element(element: XmlElement): void {
    this.#events.element(element)
  }

  closed(): void {
    this.#events.closed()
  }

  failed(error: ProtocolError): void {
    this.#events.failed(error)
  }

  write(chunk: Uint8Array | string): void {
    if (!this.#stopped) this.#reader.write(chunk)
  }

  halt(): void {
    this.#reader.halt()
  }

  resume(): void {
    if (!this.#stopped) this.#reader.resume()
  }

  dropHeld(): number {
    return this.#reader.takeHeld().length
  }

  restart(): void {
    this.#reader.reset()
  }

  stop(): void {
    this.#stopped = true
    this.#reader.halt()
    this.#reader.takeHeld()
  }
}

/** @see RFC 7395 §3.3: each frame is one document, `<open/>` and `<close/>` stand for the stream's tags. */
class FrameInbound implements Inbound {
  readonly #transport: Transport
  readonly #events: InboundEvents
  readonly #limits: XmlLimits
  readonly #readFrame: (frame: string) => XmlElement
  readonly #held: string[] = []
  #heldUnits = 0
  #halted = false
  #stopped = false

  constructor(transport: Transport, events: InboundEvents, limits: XmlLimits) {
    this.#transport = transport
    this.#events = events
    this.#limits = limits
    this.#readFrame = createFrameReader(limits)
  }

  write(chunk: Uint8Array | string): void {
    if (this.#stopped) return
    if (typeof chunk !== 'string') {
      const message = 'a binary frame came where only text frames may'
      return this.#events.failed(new ProtocolError('bad-format', message))
    }
    if (!this.#halted) return this.#read(chunk)
    this.#held.push(chunk)
    this.#heldUnits += chunk.length
    this.#transport.pause()
    const { heldBytes } = this.#limits
    if (this.#heldUnits > heldBytes) {
      const message = `more than ${heldBytes} code units came unasked`
      this.#events.failed(new ProtocolError('policy-violation', message))
    }
  }

  halt(): void {
    this.#halted = true
  }

  resume(): void {
    this.#halted = false
    let frame = this.#held.shift()
    while (frame !== undefined) {
      this.#heldUnits -= frame.length
      this.#read(frame)
      frame = this.#mayRead ? this.#held.shift() : undefined
    }
    if (this.#mayRead) this.#transport.resume()
  }

  dropHeld(): number {
    const dropped = this.#heldUnits
    this.#held.length = 0
    this.#heldUnits = 0
    return dropped
  }

  /** No scope crosses frames: there is nothing to forget. */
  restart(): void {}

  stop(): void {
    this.#stopped = true
    this.#held.length = 0
  }

  get #mayRead(): boolean {
    return !this.#halted && !this.#stopped
  }

  #read(frame: string): void {
    const events = this.#events
    let element: XmlElement
    try {
      element = this.#readFrame(frame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return events.failed(error)
    }
    if (element.namespace !== ns.framing) {
      if (element.name !== 'open' && element.name !== 'close') return events.element(element)
      const message = `<${element.name}/> is in the namespace ${element.namespace || 'of nothing'}`
      return events.failed(new ProtocolError('invalid-namespace', message))
    }
    if (element.name === 'open') return events.opened(toHeader(element))
    if (element.name === 'close') return events.closed(element.attribute('see-other-uri'))
    return events.failed(new ProtocolError('bad-format', `<${element.name}/> means nothing between frames`))
  }
}

function judgeRoot(root: XmlElement, contentNamespace: string): ProtocolError | undefined {
  if (root.name !== 'stream')
    return new ProtocolError('bad-format', `the stream opens with <${root.name}>, not <stream>`)
  if (root.namespace !== ns.streams) {
    return new ProtocolError('invalid-namespace', `the stream is in the namespace ${root.namespace}`)
  }
  if (contentNamespace !== ns.client) {
    return new ProtocolError(
      'invalid-namespace',
      `the stream carries ${contentNamespace || 'no namespace'}, not ${ns.client}`,
    )
  }
  return undefined
}

/** Kept as long as the session, so that it must not hold the text that it came in. */
function toHeader(root: XmlElement): StreamHeader {
  const read = (name: string, namespace?: string) => {
    const value = root.attribute(name, namespace)
    return value === undefined ? undefined : detach(value)
  }
  return {
    to: read('to'),
    from: read('from'),
    id: read('id'),
    version: read('version'),
    lang: read('lang', xmlNamespace),
  }
}
