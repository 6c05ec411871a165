import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { WebSocket, type RawData } from 'ws'
import { TransportError } from '../errors.js'
import { channelBindingOf } from './channel-binding.js'
import { SinkFeed } from './sink-feed.js'
import { toTransportError } from './node-failure.js'
import type { SocketReads } from './socket-reads.js'
import { takenBytes } from './taken-bytes.js'
import { tlsFactsOf } from './tls-upgrade.js'
import type { ChannelBindingType, TlsFacts, Transport, TransportSink } from './transport.js'
import { closeOutcome } from './web-socket-close.js'
import { encodeTextFrames } from './web-socket-frames.js'
import { WebSocketShortcut } from './web-socket-shortcut.js'

type Flushed = (error: TransportError | null) => void

const settled = Promise.resolve()

/**
 * What is held of what arrives while nobody reads, in UTF-16 units, before the peer is held up: a login stops to read behind
 * each step, and to stop and start the socket costs more than to hold the next one.
 */
const heldUnits = 16_384

/** An open WebSocket of the `ws` package, from either side. */
export class WebSocketTransport implements Transport {
  readonly framing = 'frames'
  readonly address: string
  readonly tls: TlsFacts | null
  readonly #feed = new SinkFeed()
  readonly #socket: WebSocket
  readonly #raw: Socket
  readonly #isServer: boolean
  #started = false
  /** Written in this turn, and not yet given to the socket. */
  #texts: string[] = []
  #flushes: Flushed[] = []
  #textUnits = 0
  #destroyed: { readonly reason: TransportError | null } | undefined
  #failure: TransportError | undefined

  /**
   * @param socket open, and not yet read from
   * @param shortcut what `raw` reads, where it was made for that, and the longest text that is taken
   */
  constructor(
    socket: WebSocket,
    raw: Socket,
    address: string,
    isServer: boolean,
    shortcut?: { readonly reads: SocketReads; readonly limitBytes: number },
  ) {
    this.address = address
    this.tls = raw instanceof TLSSocket ? tlsFactsOf(raw, isServer) : null
    this.#socket = socket
    this.#raw = raw
    this.#isServer = isServer
    socket.on('message', this.#onMessage)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    // Where the server has spoken first, `ws` is amid what it reads.
    if (shortcut !== undefined && raw.readableLength === 0) this.#shorten(shortcut)
  }

  get bufferedBytes(): number {
    return this.#feed.ended ? 0 : this.#socket.bufferedAmount + this.#textUnits
  }

  get leftBytes(): number {
    return takenBytes(this.#raw)
  }

  start(sink: TransportSink): void {
    this.#feed.start(sink)
    this.#started = true
    this.#letFlow()
  }

  write(data: string | readonly string[], flushed?: Flushed): void {
    const tracked = flushed === undefined ? undefined : this.#feed.track(flushed)
    if (this.#socket.readyState !== WebSocket.OPEN) {
      tracked?.(new TransportError('closed', `${this.address} is closed for writing`))
      return
    }
    if (tracked !== undefined) this.#flushes.push(tracked)
    if (typeof data === 'string') {
      if (this.#texts.length === 0) void settled.then(this.#flush)
      this.#texts.push(data)
      this.#textUnits += data.length
    } else this.#send(this.#texts.length === 0 ? data : [...this.#texts, ...data])
  }

  pause(): void {
    this.#feed.pause()
    this.#holdUp()
  }

  resume(): void {
    if (this.#destroyed !== undefined) return
    this.#feed.resume()
    this.#letFlow()
  }

  async startTls(): Promise<void> {
    throw new TypeError('STARTTLS is for byte streams: use a wss: URL')
  }

  channelBinding(type: ChannelBindingType): Uint8Array | undefined {
    if (!(this.#raw instanceof TLSSocket) || this.#feed.ended) return undefined
    return channelBindingOf(this.#raw, this.#isServer, type)
  }

  close(): void {
    this.#flush()
    this.#socket.close(1000)
  }

  destroy(reason?: TransportError): void {
    if (this.#feed.ended || this.#destroyed !== undefined) return
    this.#destroyed = { reason: reason ?? null }
    this.#feed.pause()
    this.#socket.terminate()
  }

  #holdUp(): void {
    const isHeld = !this.#started || this.#feed.paused
    if (isHeld && this.#feed.heldBytes > heldUnits) this.#socket.pause()
  }

  #letFlow(): void {
    if (this.#socket.isPaused && this.#started && !this.#feed.paused) this.#socket.resume()
  }

  #shorten({ limitBytes, reads }: { readonly reads: SocketReads; readonly limitBytes: number }): void {
    const other = reads.take
    const way = new WebSocketShortcut({ text: this.#onText, other }, limitBytes)
    reads.take = (bytes) => way.take(bytes)
  }

  /** The frames of one turn leave in one write. */
  readonly #flush = (): void => {
    if (this.#texts.length > 0) this.#send(this.#texts)
  }

  #send(texts: readonly string[]): void {
    const flushes = this.#flushes
    this.#texts = []
    this.#flushes = []
    this.#textUnits = 0
    if (this.#destroyed !== undefined || !this.#raw.writable) {
      const error = new TransportError('closed', `${this.address} is closed for writing`)
      for (const flushed of flushes) flushed(error)
      return
    }
    this.#raw.write(encodeTextFrames(texts, !this.#isServer), (cause) => {
      const error = cause ? toTransportError(cause, `writing to ${this.address}`, 'closed') : null
      for (const flushed of flushes) flushed(error)
    })
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    if (this.#failure !== undefined) return
    if (isBinary) {
      this.#fail(
        new TransportError('failed', `${this.address} sent a binary frame; XMPP has text only`),
        1003,
      )
    } else this.#onText(toText(data))
  }

  readonly #onText = (text: string): void => {
    if (this.#failure !== undefined) return
    this.#feed.data(text)
    this.#holdUp()
    // What is said to a message leaves before `ws` answers a closing frame behind it.
    this.#flush()
  }

  readonly #onError = (cause: Error): void => {
    const overflow = 'code' in cause && cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    this.#fail(toTransportError(cause, `connection ${this.address}`, overflow ? 'overflow' : 'failed'), 1002)
  }

  /** The closing frame is sent if it can be; nobody waits for an answer to it. */
  #fail(error: TransportError, code: number): void {
    this.#failure ??= error
    this.#flush()
    this.#socket.close(code)
    this.#socket.terminate()
  }

  readonly #onClose = (code: number, reason: Buffer): void => {
    if (this.#destroyed !== undefined) this.#feed.finish(this.#destroyed.reason)
    else if (this.#failure !== undefined) this.#feed.finish(this.#failure)
    else {
      const outcome = closeOutcome(this.address, code, reason.toString('utf8'))
      if (outcome === null) this.#feed.end()
      else this.#feed.finish(outcome)
    }
  }
}

function toText(data: RawData): string {
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('utf8')
  return (Array.isArray(data) ? Buffer.concat(data) : data).toString('utf8')
}
