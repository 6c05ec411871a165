import { ProtocolError } from '../errors.js'
import type { Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import { createFrameReader } from '../xml/frame-reader.js'
import { resolveXmlLimits, type GivenLimits, type XmlLimits } from '../xml/limits.js'
import * as ns from '../xml/namespaces.js'
import type { CreateInbound, Inbound, InboundEvents } from './inbound.js'
import { toStreamHeader } from './stream-header.js'

/**
 * The reading half over frames: each is one document, `<open/>` and `<close/>` stand for the stream's tags.
 * @see RFC 7395 §3.3
 */
export const createFrameInbound: CreateInbound = (transport, events, limits) =>
  new FrameInbound(transport, events, resolveXmlLimits(limits ?? {}))

class FrameInbound implements Inbound {
  readonly #transport: Transport
  readonly #events: InboundEvents
  #limits: XmlLimits
  #readFrame: (frame: string) => XmlElement
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
      return this.#events.failed(new ProtocolError('bad-format', message), '')
    }
    if (!this.#halted) return this.#read(chunk)
    this.#held.push(chunk)
    this.#heldUnits += chunk.length
    this.#transport.pause()
    const { heldBytes } = this.#limits
    if (this.#heldUnits > heldBytes) {
      const message = `more than ${heldBytes} code units came unasked`
      this.#events.failed(new ProtocolError('policy-violation', message), '')
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
  restart(limits: GivenLimits = this.#limits): void {
    this.#limits = resolveXmlLimits(limits)
    this.#readFrame = createFrameReader(this.#limits)
  }

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
      return events.failed(error, frame)
    }
    if (element.namespace !== ns.framing) {
      if (element.name !== 'open' && element.name !== 'close') return events.element(element, frame)
      const message = `<${element.name}/> is in the namespace ${element.namespace || 'of nothing'}`
      return events.failed(new ProtocolError('invalid-namespace', message), frame)
    }
    if (element.name === 'open') return events.opened(toStreamHeader(element), frame)
    if (element.name === 'close') return events.closed(element.attribute('see-other-uri'), frame)
    const message = `<${element.name}/> means nothing between frames`
    return events.failed(new ProtocolError('bad-format', message), frame)
  }
}
