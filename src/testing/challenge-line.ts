import type { ProtocolError } from '../errors.js'
import { createInbound, type Inbound, type StreamHeader } from '../router/inbound.js'
import { createOutbound, type Outbound } from '../router/outbound.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import type { XmlElement } from '../xml/element.js'

/** What the server hears of a client. */
export type Heard =
  | { readonly kind: 'header'; readonly header: StreamHeader }
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'closing' }
  /** What it sends is no XMPP. */
  | { readonly kind: 'broken'; readonly error: ProtocolError }
  /** The connection is over. */
  | { readonly kind: 'gone' }

const outboundLimitBytes = 1024 * 1024

/** The server's end of one connection: has no rules of its own, hears one thing after the other, and says anything. */
export class ChallengeLine {
  readonly transport: Transport
  /** What waits to be taken. */
  readonly #heard: Heard[] = []
  readonly #inbound: Inbound
  #outbound: Outbound
  #awaiting: (() => void) | undefined

  constructor(transport: Transport) {
    this.transport = transport
    this.#outbound = createOutbound(transport, outboundLimitBytes)
    this.#inbound = createInbound(transport, {
      opened: (header) => this.#hear({ kind: 'header', header }),
      element: (element) => this.#hear({ kind: 'element', element }),
      closed: () => this.#hear({ kind: 'closing' }),
      failed: (error) => {
        this.#inbound.stop()
        this.#hear({ kind: 'broken', error })
      },
    })
    transport.start({
      data: (chunk) => this.#inbound.write(chunk),
      closed: () => this.#hear({ kind: 'gone' }),
    })
  }

  get isSecure(): boolean {
    return this.transport.tls !== null
  }

  /** The next thing that is heard; `undefined`: nothing in that time. */
  async next(patienceMs: number): Promise<Heard | undefined> {
    if (this.#heard.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        this.#awaiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#awaiting = undefined
    }
    return this.#heard.shift()
  }

  open(header: StreamHeader): void {
    this.#outbound.open(header)
  }

  say(...elements: readonly XmlElement[]): void {
    for (const element of elements) this.#outbound.send(element)
  }

  /** Writes as it is, whatever it is, after what was said. */
  async write(text: string): Promise<void> {
    await this.#flushed()
    this.transport.write(text)
  }

  /** The next thing that the client says is a stream header. */
  restart(): void {
    this.#inbound.restart()
    this.#outbound = createOutbound(this.transport, outboundLimitBytes)
  }

  /**
   * Writes the go-ahead as it is, and does the server's side of a TLS handshake; rejects when the client breaks it off. Both
   * at once: a client answers the go-ahead with bytes that are no XML.
   */
  async secure(goAhead: string, options: TlsServerOptions, signal: AbortSignal): Promise<void> {
    this.transport.write(goAhead)
    this.restart()
    await this.transport.startTls(options, signal)
  }

  close(): void {
    this.#outbound.close()
  }

  hangUp(): void {
    this.transport.destroy()
  }

  /** What was said leaves with the end of the turn. */
  #flushed(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0))
  }

  #hear(heard: Heard): void {
    this.#heard.push(heard)
    this.#awaiting?.()
  }
}
