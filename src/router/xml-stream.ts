import { createInbound } from '#inbound'
import { ProtocolError, StreamError, TransportError, type XmppError } from '../errors.js'
import { parseStreamError } from '../stanza/stream-error.js'
import type { TlsClientOptions, Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'
import type { GivenLimits } from '../xml/limits.js'
import * as ns from '../xml/namespaces.js'
import type { Sender } from './cork.js'
import { watchInbound, type Watch } from './crossing.js'
import type { Inbound, InboundEvents, StreamHeader } from './inbound.js'
import { createOutbound, type Outbound, type Sendable } from './outbound.js'

export interface StreamSink {
  /** A first-level element, synchronously and in arrival order; stream errors never come this way. */
  readonly element: (element: XmlElement) => void
  /** Once: how the stream ended. Nothing comes after it. */
  readonly ended: (error: XmppError) => void
}

/** Limits of an XML stream, both ways. */
export interface XmlStreamOptions extends GivenLimits {
  /** The most bytes that may wait for the operating system, default 16 MiB; sending beyond fails. What is longer leaves alone. */
  readonly outboundLimitBytes?: number | undefined
}

type Item = { readonly header: StreamHeader } | { readonly element: XmlElement }

interface Reading {
  readonly take: (item: Item) => void
  readonly fail: (error: XmppError) => void
}

/**
 * One XML stream over one transport. While phases negotiate, it is pulled: nothing past the construct that was asked for is
 * read, so that a restart or TLS begins at the exact byte. Once live, it is pushed: every element goes to one sink at once.
 */
export class XmlStream implements InboundEvents {
  readonly transport: Transport
  /** When something last arrived, on the clock of `performance.now()`. */
  lastReceivedMs = performance.now()
  /** When some of what was sent was last seen to leave, on the same clock. */
  lastLeftMs = this.lastReceivedMs
  /** What had left by then. */
  #leftBytes = 0
  readonly #inbound: Inbound
  readonly #outbound: Outbound
  #reading: Reading | undefined
  #ready: Item | undefined
  #sink: StreamSink | undefined
  #end: XmppError | undefined
  #begun = false
  #awaitsHeader = false
  #heard: (() => void) | undefined
  #disconnected = false
  #awaitingEnd: (() => void)[] | undefined

  /** @param watch told of everything that crosses, both ways; it must not throw */
  constructor(transport: Transport, options: XmlStreamOptions = {}, watch?: Watch) {
    this.transport = transport
    const { outboundLimitBytes = defaultOutboundLimitBytes, ...limits } = options
    const events = watch === undefined ? this : watchInbound(this, transport.framing, watch)
    this.#inbound = createInbound(transport, events, limits, watch !== undefined)
    this.#outbound = createOutbound(transport, outboundLimitBytes, watch)
    transport.start({
      data: (chunk) => {
        this.lastReceivedMs = performance.now()
        this.#heard?.()
        this.#inbound.write(chunk)
      },
      closed: (error) => {
        this.#finish(error ?? new TransportError('closed', `${transport.address} ended the connection`))
        this.#disconnected = true
        for (const resolve of this.#awaitingEnd ?? []) resolve()
      },
    })
    this.#inbound.halt()
  }

  /** For the reading half. */
  opened(header: StreamHeader): void {
    this.#arrived({ header })
  }

  /** For the reading half. */
  element(element: XmlElement): void {
    if (element.is('error', ns.streams)) {
      this.#outbound.close()
      this.#finish(parseStreamError(element))
    } else if (element.namespace === ns.server) {
      this.abort(new ProtocolError('invalid-namespace', `<${element.name}/> is in the namespace of servers`))
    } else if (this.#sink === undefined) this.#arrived({ element })
    else this.#sink.element(element)
  }

  /** For the reading half: the peer has closed the stream. */
  closed(otherUri?: string): void {
    this.#outbound.close()
    this.#finish(
      otherUri === undefined
        ? new TransportError('closed', `${this.transport.address} closed the stream`)
        : new StreamError('see-other-host', { otherHost: otherUri }),
    )
    this.transport.close()
  }

  /** For the reading half. */
  failed(error: ProtocolError): void {
    this.abort(error)
  }

  /** Why the stream has ended, if it has. */
  get end(): XmppError | undefined {
    return this.#end
  }

  /** Sees whether some has left since this was called last, and gives `lastLeftMs`. */
  lookWhetherLeaving(): number {
    const { leftBytes } = this.transport
    if (leftBytes > this.#leftBytes) {
      this.#leftBytes = leftBytes
      this.lastLeftMs = performance.now()
    }
    return this.lastLeftMs
  }

  /** Sends our header and resolves with the peer's. The first stream and every restart begin here. */
  async open(header: StreamHeader, signal: AbortSignal): Promise<StreamHeader> {
    if (this.#begun) this.#inbound.restart()
    this.#begun = true
    this.#awaitsHeader = true
    this.#outbound.open(header)
    const item = await this.#pull(signal)
    if ('header' in item) {
      this.#awaitsHeader = false
      return item.header
    }
    throw this.abort(new ProtocolError('bad-format', `<${item.element.name}/> came before the stream header`))
  }

  /** Resolves with the next first-level element; rejects with how the stream ended. */
  async next(signal: AbortSignal): Promise<XmlElement> {
    const item = await this.#pull(signal)
    if ('element' in item) return item.element
    throw this.abort(secondHeader())
  }

  /** Resolves when anything at all arrives; stays pending when the stream ends, which is told elsewhere. */
  heard(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        if (this.#heard === settle) this.#heard = undefined
        signal.removeEventListener('abort', settle)
        resolve()
      }
      this.#heard = settle
      signal.addEventListener('abort', settle, { once: true })
    })
  }

  /**
   * Queues one stanza; everything sent in one turn leaves in one write, see `Cork`.
   * @throws TransportError (`overflow`) when too much waits already; RangeError for what XML cannot carry
   */
  send(stanza: Sendable, sender?: Sender): void {
    if (this.#end === undefined) this.#outbound.send(stanza, sender)
    else sender?.written(new TransportError('not-connected', 'the stream has ended', { cause: this.#end }))
  }

  /** Tells, once, when everything that was sent so far has left; never where the connection ends before. */
  whenRoom(tell: () => void): void {
    if (this.#end !== undefined) return
    this.#outbound.whenRoom((error) => {
      if (error === null) tell()
    })
  }

  /** Goes live: from here on every element is pushed, what already waits first. */
  flow(sink: StreamSink): void {
    if (this.#end !== undefined) {
      sink.ended(this.#end)
      return
    }
    this.#sink = sink
    const waiting = this.#ready
    this.#ready = undefined
    if (waiting !== undefined) this.#arrived(waiting)
    this.#inbound.resume()
  }

  /**
   * STARTTLS: encrypts what follows. Bytes that came in clear after the go-ahead end the stream.
   * @see RFC 6120 §5.4.3.3
   */
  async secure(options: TlsClientOptions, signal: AbortSignal): Promise<void> {
    if (this.#inbound.dropHeld() > 0 || this.#ready !== undefined) {
      throw this.abort(
        new ProtocolError('policy-violation', 'unencrypted bytes followed the go-ahead for TLS'),
      )
    }
    await this.transport.startTls(options, signal)
  }

  /**
   * Sends the closing tag, reads on until the peer has sent its own, and resolves when the connection has ended.
   * @param signal ends the wait, and the connection at once
   * @see RFC 6120 §4.4
   */
  async close(signal: AbortSignal): Promise<void> {
    this.#outbound.close()
    if (this.#end === undefined) this.flow(this.#sink ?? deafSink)
    else this.transport.destroy()
    const destroy = () => this.transport.destroy()
    if (signal.aborted) destroy()
    else signal.addEventListener('abort', destroy, { once: true })
    await this.#disconnection()
    signal.removeEventListener('abort', destroy)
  }

  /**
   * The peer broke the protocol: says so (RFC 6120 §4.9.1.1), ends the connection, and gives the error back.
   * @param application says more than the condition does
   */
  abort(error: ProtocolError, application?: XmlElement): ProtocolError {
    if (this.#end === undefined) {
      this.#outbound.abort(error.condition, application)
      this.#finish(error)
    }
    return error
  }

  /** Ends the connection at once and says nothing, so that the other side may keep the session (XEP-0198 §8). */
  abandon(): void {
    if (this.#disconnected) return
    this.#finish(new TransportError('aborted', 'the stream was abandoned'))
    this.transport.destroy()
  }

  /** Ends the connection once our closing tag has left, without waiting for the peer's. */
  leave(): void {
    if (this.#disconnected) return
    this.#outbound.close()
    this.#finish(new TransportError('aborted', 'the stream was left'))
    const destroy = () => this.transport.destroy()
    const linger = setTimeout(destroy, lingerMs)
    void this.#disconnection().then(() => clearTimeout(linger))
    this.#outbound.left(destroy)
  }

  #disconnection(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#disconnected) resolve()
      else (this.#awaitingEnd ??= []).push(resolve)
    })
  }

  #arrived(item: Item): void {
    if (this.#sink !== undefined) {
      if ('element' in item) this.#sink.element(item.element)
      else if (this.#awaitsHeader) this.#awaitsHeader = false
      else this.abort(secondHeader())
      return
    }
    this.#inbound.halt()
    if (this.#reading === undefined) this.#ready = item
    else this.#reading.take(item)
  }

  #pull(signal: AbortSignal): Promise<Item> {
    if (signal.aborted) return Promise.reject(noLongerAwaited())
    if (this.#reading !== undefined)
      return Promise.reject(new TypeError('somebody reads this stream already'))
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#reading = undefined
        signal.removeEventListener('abort', aborted)
      }
      const aborted = () => reading.fail(noLongerAwaited())
      const reading: Reading = {
        take: (item) => {
          settle()
          resolve(item)
        },
        fail: (error) => {
          settle()
          reject(error)
        },
      }
      const ready = this.#ready
      this.#ready = undefined
      if (ready !== undefined) return resolve(ready)
      if (this.#end !== undefined) return reject(this.#end)
      this.#reading = reading
      signal.addEventListener('abort', aborted, { once: true })
      this.#inbound.resume()
    })
  }

  #finish(error: XmppError): void {
    if (this.#end !== undefined) return
    this.#end = error
    this.#inbound.stop()
    this.#outbound.stop(new TransportError('not-connected', 'the stream has ended', { cause: error }))
    this.#reading?.fail(error)
    this.#sink?.ended(error)
  }
}

const defaultOutboundLimitBytes = 16 * 1024 * 1024

/** How long the last word may wait for the operating system. */
const lingerMs = 1_000

const deafSink: StreamSink = { element: () => {}, ended: () => {} }

const noLongerAwaited = () => new TransportError('aborted', 'no longer awaited')

const secondHeader = () => new ProtocolError('bad-format', 'a second stream header came without a restart')
