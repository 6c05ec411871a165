import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { SinkFeed } from './sink-feed.js'
import type { TlsFacts, Transport, TransportSink } from './transport.js'
import { closeOutcome } from './web-socket-close.js'
import { defaultFrameLimitBytes, xmppSubprotocol, type WebSocketDialOptions } from './web-socket-dial.js'
import { parseWebSocketUrl, toLoggableUrl } from './web-socket-url.js'

/** What may wait while paused, in UTF-16 units: browsers cannot make the other side wait. */
export const heldLimit = 4_194_304

/** How often a browser is asked what it has sent: it does not tell by itself. */
const flushPollMs = 10

/**
 * Opens a WebSocket with the subprotocol `xmpp` by the browser's own means; it tells neither why it could not connect nor
 * anything about TLS.
 * @throws TransportError; RangeError for an unusable URL
 * @see RFC 7395
 */
export async function dialWebSocket(options: WebSocketDialOptions): Promise<Transport> {
  const { signal, frameLimitBytes = defaultFrameLimitBytes } = options
  const url = parseWebSocketUrl(options.url)
  const address = toLoggableUrl(url)
  const deed = `connecting to ${address}`
  if (signal.aborted) throw abortedError(deed, signal)
  const socket = openSocket(url, deed)
  return new Promise((resolve, reject) => {
    const listeners = new AbortController()
    const giveUp = (error: TransportError): void => {
      disarm()
      listeners.abort()
      socket.close()
      reject(error)
    }
    const disarm = onAbort(signal, () => giveUp(abortedError(deed, signal)))
    const onFailure = (): void => {
      const why = 'the browser does not say why (host, certificate, subprotocol, or a server that refuses)'
      giveUp(new TransportError('failed', `${deed} failed: ${why}`))
    }
    const onOpen = (): void => {
      if (socket.protocol !== xmppSubprotocol) {
        giveUp(new TransportError('failed', `${address} does not speak the WebSocket subprotocol xmpp`))
        return
      }
      disarm()
      listeners.abort()
      resolve(new BrowserWebSocketTransport(socket, address, frameLimitBytes))
    }
    socket.addEventListener('open', onOpen, { signal: listeners.signal })
    socket.addEventListener('error', onFailure, { signal: listeners.signal })
    socket.addEventListener('close', onFailure, { signal: listeners.signal })
  })
}

function openSocket(url: string, deed: string): WebSocket {
  try {
    return new WebSocket(url, xmppSubprotocol)
  } catch (cause) {
    throw new TransportError('failed', `${deed} failed: the browser forbids it (ws: from an https: page?)`, {
      cause,
    })
  }
}

type Flushed = (error: TransportError | null) => void

class BrowserWebSocketTransport implements Transport {
  readonly framing = 'frames'
  readonly address: string
  readonly tls: TlsFacts | null
  readonly #feed = new SinkFeed()
  readonly #socket: WebSocket
  readonly #frameLimitBytes: number
  readonly #listeners = new AbortController()
  readonly #encoder = new TextEncoder()
  /** Each flush callback with the count of bytes that must have left before it may run. */
  #unflushed: { readonly mark: number; readonly flushed: Flushed }[] = []
  #writtenBytes = 0
  #poll: ReturnType<typeof setTimeout> | undefined
  #destroyed = false

  constructor(socket: WebSocket, address: string, frameLimitBytes: number) {
    this.address = address
    this.tls = address.startsWith('wss:') ? { version: 'unknown', alpn: undefined } : null
    this.#socket = socket
    this.#frameLimitBytes = frameLimitBytes
    const { signal } = this.#listeners
    socket.addEventListener('message', this.#onMessage, { signal })
    socket.addEventListener('close', this.#onClose, { signal })
  }

  get bufferedBytes(): number {
    return this.#feed.ended ? 0 : this.#socket.bufferedAmount
  }

  get leftBytes(): number {
    return this.#writtenBytes - this.#socket.bufferedAmount
  }

  start(sink: TransportSink): void {
    this.#feed.start(sink)
  }

  write(data: string | readonly string[], flushed?: Flushed): void {
    const tracked = flushed === undefined ? undefined : this.#feed.track(flushed)
    if (this.#socket.readyState !== this.#socket.OPEN) {
      tracked?.(new TransportError('closed', `${this.address} is closed for writing`))
      return
    }
    const before = this.#socket.bufferedAmount
    for (const text of typeof data === 'string' ? [data] : data) this.#socket.send(text)
    this.#writtenBytes += this.#socket.bufferedAmount - before
    if (tracked === undefined) return
    this.#unflushed.push({ mark: this.#writtenBytes, flushed: tracked })
    this.#poll ??= setTimeout(this.#checkFlushed, 0)
  }

  pause(): void {
    this.#feed.pause()
  }

  resume(): void {
    if (!this.#destroyed) this.#feed.resume()
  }

  async startTls(): Promise<void> {
    throw new TypeError('STARTTLS is for byte streams: use a wss: URL')
  }

  channelBinding(): undefined {
    return undefined
  }

  close(): void {
    this.#socket.close(1000)
  }

  destroy(reason?: TransportError): void {
    if (this.#destroyed || this.#feed.ended) return
    this.#destroyed = true
    this.#feed.pause()
    this.#release()
    queueMicrotask(() => this.#feed.finish(reason ?? null))
  }

  readonly #checkFlushed = (): void => {
    this.#poll = undefined
    const sent = this.#writtenBytes - this.#socket.bufferedAmount
    while (this.#unflushed[0] !== undefined && this.#unflushed[0].mark <= sent) {
      this.#unflushed.shift()?.flushed(null)
    }
    if (this.#unflushed.length > 0) this.#poll ??= setTimeout(this.#checkFlushed, flushPollMs)
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    if (typeof data !== 'string') {
      this.#fail(new TransportError('failed', `${this.address} sent a binary frame; XMPP has text only`))
    } else if (this.#isTooLong(data)) {
      const limit = `${this.#frameLimitBytes} bytes`
      this.#fail(new TransportError('overflow', `${this.address} sent a frame of more than ${limit}`))
    } else if (this.#feed.heldBytes + data.length > heldLimit) {
      this.#fail(new TransportError('overflow', `${this.address} sent more than ${heldLimit} while paused`))
    } else this.#feed.data(data)
  }

  #isTooLong(data: string): boolean {
    if (data.length > this.#frameLimitBytes) return true
    // A UTF-16 unit takes at most three bytes.
    if (data.length * 3 <= this.#frameLimitBytes) return false
    return this.#encoder.encode(data).length > this.#frameLimitBytes
  }

  readonly #onClose = ({ code, reason }: CloseEvent): void => {
    this.#release()
    const outcome = closeOutcome(this.address, code, reason)
    if (outcome === null) this.#feed.end()
    else this.#feed.finish(outcome)
  }

  #fail(error: TransportError): void {
    this.#release()
    this.#feed.finish(error)
  }

  /** The closing handshake, if there is still one to do, is the browser's own affair. */
  #release(): void {
    clearTimeout(this.#poll)
    this.#unflushed = []
    this.#listeners.abort()
    this.#socket.close()
  }
}
