import { ProtocolError, type TransportError } from '../../errors.js'
import { judgeRoot } from '../../router/byte-inbound.js'
import { parseStreamError } from '../../stanza/stream-error.js'
import type { TlsClientOptions, Transport } from '../../transport/transport.js'
import * as ns from '../../xml/namespaces.js'
import { UsageError } from '../usage-error.js'
import { toSection } from './sections.js'
import { SpelledStream, type SpelledPiece } from './spelled-stream.js'
import type { WireLines } from './wire-lines.js'

/** Who follows a stream that is spoken by hand. */
export interface HandStreamEvents {
  /** Local name of what has come. */
  readonly arrived: (name: string) => void
  /** The server broke a rule; the message names the section. */
  readonly violated: (error: ProtocolError) => void
  /** The person did. */
  readonly mistyped: (error: ProtocolError) => void
  /** A remark. */
  readonly told: (text: string) => void
  readonly ended: (error: TransportError | null) => void
}

const lingerMs = 2_000

/** A connection on which a person speaks, byte for byte, and both sides are read as strictly as the engine reads. */
export class HandStream {
  readonly #transport: Transport
  readonly #wire: WireLines
  readonly #events: HandStreamEvents
  readonly #sent: SpelledStream
  readonly #received: SpelledStream
  readonly #over: Promise<void>
  #mayEncrypt = false
  #isReadable = { in: true, out: true }

  constructor(transport: Transport, wire: WireLines, events: HandStreamEvents) {
    if (transport.framing !== 'bytes') {
      transport.destroy()
      throw new UsageError('By hand only bytes can be spoken.', 'Give an endpoint xmpp://… or xmpps://….')
    }
    this.#transport = transport
    this.#wire = wire
    this.#events = events
    this.#sent = new SpelledStream({
      piece: (piece) => this.#show('out', piece),
      failed: (error, text) => {
        this.#isReadable = { ...this.#isReadable, out: false }
        wire.unread('out', text)
        events.mistyped(withSection(error))
      },
    })
    this.#received = new SpelledStream({
      piece: (piece) => this.#take(piece),
      failed: (error, text) => {
        this.#isReadable = { ...this.#isReadable, in: false }
        wire.unread('in', text)
        events.violated(withSection(error))
      },
    })
    this.#over = new Promise((resolve) => {
      transport.start({
        data: (chunk) => this.#hear(chunk),
        closed: (error) => {
          resolve()
          events.ended(error)
        },
      })
    })
  }

  /** Whether an element is begun that the person has not closed yet. */
  get isTyping(): boolean {
    return this.#isReadable.out && this.#sent.isOpen
  }

  /** Whether the server has just agreed to STARTTLS. */
  get mayEncrypt(): boolean {
    return this.#mayEncrypt
  }

  /** Sends a line, with its end only inside an element: after `<starttls/>` not a byte may follow (RFC 6120 §5.4.3.3). */
  send(line: string): void {
    this.#write(line)
    if (this.isTyping) this.#write('\n')
  }

  /** STARTTLS; resolves with the version of TLS. @see RFC 6120 §5.4.3.3 */
  async secure(options: TlsClientOptions, signal: AbortSignal): Promise<string> {
    if (this.#received.isOpen) {
      this.#transport.destroy()
      throw new ProtocolError(
        'policy-violation',
        'unencrypted bytes followed the go-ahead for TLS (RFC 6120 §5.4.3.3)',
      )
    }
    this.#mayEncrypt = false
    await this.#transport.startTls(options, signal)
    this.#restart()
    return this.#transport.tls?.version ?? ''
  }

  /** Ends our direction, and everything where the server does not end its own. */
  async end(): Promise<void> {
    this.#transport.close()
    const timer = setTimeout(() => this.#transport.destroy(), lingerMs)
    await this.#over
    clearTimeout(timer)
  }

  #write(text: string): void {
    this.#transport.write(text)
    if (this.#isReadable.out) this.#sent.write(text)
    else this.#wire.unread('out', text)
  }

  #hear(chunk: Uint8Array | string): void {
    if (this.#isReadable.in) this.#received.write(chunk)
    else this.#wire.unread('in', typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk))
  }

  #take(piece: SpelledPiece): void {
    this.#show('in', piece)
    const { contentNamespace = '', element, what } = piece
    if (what === 'end') return
    const fault =
      what === 'header' && element !== undefined ? judgeRoot(element, contentNamespace) : undefined
    if (fault !== undefined) this.#events.violated(withSection(fault))
    if (element?.is('error', ns.streams) === true) {
      const { condition } = parseStreamError(element)
      this.#events.told(`The server ends the stream: ${toSection(condition)}.`)
    }
    if (element?.is('proceed', ns.tls) === true) this.#mayEncrypt = true
    // RFC 6120 §6.4.6: what follows is a new stream.
    if (element?.is('success', ns.sasl) === true) this.#restart()
    this.#events.arrived(what === 'header' ? 'stream' : (element?.name ?? ''))
  }

  #show(direction: 'in' | 'out', { element, text, what }: SpelledPiece): void {
    this.#wire.spelled(direction, text, what === 'element' ? element : undefined)
  }

  #restart(): void {
    this.#sent.restart()
    this.#received.restart()
  }
}

const withSection = (error: ProtocolError): ProtocolError =>
  new ProtocolError(error.condition, `${error.message} (${toSection(error.condition)})`, { cause: error })
