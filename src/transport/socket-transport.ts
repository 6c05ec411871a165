import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { channelBindingOf } from './channel-binding.js'
import { SinkFeed } from './sink-feed.js'
import type { SocketReads } from './socket-reads.js'
import { toTransportError } from './node-failure.js'
import { takenBytes } from './taken-bytes.js'
import { prepareUpgrade, tlsFactsOf, type TlsUpgrade } from './tls-upgrade.js'
import type {
  ChannelBindingType,
  TlsClientOptions,
  TlsFacts,
  TlsServerOptions,
  Transport,
  TransportSink,
} from './transport.js'

type Flushed = (error: TransportError | null) => void

/** A connected TCP socket, in clear or inside TLS, from either side. */
export class SocketTransport implements Transport {
  readonly framing = 'bytes'
  readonly address: string
  readonly #feed = new SinkFeed()
  #socket: Socket
  /** The socket has no stream: it reads where it is not paused. */
  readonly #isDirect: boolean
  #started = false
  #upgrade: 'none' | 'running' | 'done' = 'none'
  #secured: { readonly socket: TLSSocket; readonly isServer: boolean; readonly facts: TlsFacts } | undefined
  #destroyed: { readonly reason: TransportError | null } | undefined
  #failure: TransportError | undefined
  #closing = false
  /** Written during the handshake: sent after it, never before the certificate is verified. */
  #afterUpgrade: { readonly data: string; readonly flushed: Flushed | undefined }[] = []

  /**
   * @param socket connected, and not yet read from
   * @param reads what it reads, where it was made for them; it has to be secured before it is used
   */
  constructor(socket: Socket, address: string, reads?: SocketReads) {
    this.address = address
    this.#socket = socket
    this.#isDirect = reads !== undefined
    if (reads !== undefined) reads.take = this.#onData
    socket.setNoDelay(true)
    this.#listen(socket)
  }

  get tls(): TlsFacts | null {
    return this.#secured?.facts ?? null
  }

  get bufferedBytes(): number {
    if (this.#feed.ended) return 0
    let bytes = this.#socket.writableLength
    for (const { data } of this.#afterUpgrade) bytes += Buffer.byteLength(data)
    return bytes
  }

  get leftBytes(): number {
    return takenBytes(this.#socket)
  }

  start(sink: TransportSink): void {
    this.#feed.start(sink)
    this.#started = true
    if (this.#upgrade !== 'running') this.#read()
  }

  write(data: string | readonly string[], flushed?: Flushed): void {
    const text = typeof data === 'string' ? data : data.join('')
    const tracked = flushed === undefined ? undefined : this.#feed.track(flushed)
    if (this.#closing || this.#destroyed !== undefined || !this.#socket.writable) {
      tracked?.(new TransportError('closed', `${this.address} is closed for writing`))
      return
    }
    if (this.#upgrade === 'running') this.#afterUpgrade.push({ data: text, flushed: tracked })
    else this.#send(text, tracked)
  }

  pause(): void {
    this.#feed.pause()
    this.#socket.pause()
  }

  resume(): void {
    if (this.#destroyed !== undefined) return
    this.#feed.resume()
    // Whoever hears what was held may pause again.
    if (this.#started && this.#upgrade !== 'running' && !this.#feed.paused) this.#socket.resume()
  }

  async startTls(options: TlsClientOptions | TlsServerOptions, signal: AbortSignal): Promise<void> {
    await this.secure(prepareUpgrade(options, []), signal)
  }

  /** `startTls` with a prepared handshake: direct TLS is this as the first act. */
  async secure(upgrade: TlsUpgrade, signal: AbortSignal): Promise<void> {
    if (this.#upgrade !== 'none') throw new TypeError('TLS is started once')
    const deed = `TLS handshake with ${this.address}`
    if (this.#feed.ended || this.#destroyed !== undefined)
      throw new TransportError('closed', `${deed} failed: the connection has ended`)
    this.#upgrade = 'running'
    const early = this.#socket.readableLength + this.#feed.heldBytes
    if (!this.#isDirect) this.#socket.off('data', this.#onData).pause()
    const refusal = signal.aborted
      ? abortedError(deed, signal)
      : early > 0
        ? new TransportError(
            'tls-failed',
            `${deed} refused: ${early} bytes came in clear where it should begin`,
          )
        : undefined
    if (refusal !== undefined) {
      this.destroy(refusal)
      throw refusal
    }
    const disarm = onAbort(signal, () => this.destroy(abortedError(deed, signal)))
    try {
      await this.#handshake(upgrade, deed)
    } catch (cause) {
      const error = this.#givenUp(deed) ?? this.#failure ?? toTransportError(cause, deed, 'tls-failed')
      this.destroy(error)
      throw error
    } finally {
      disarm()
    }
  }

  channelBinding(type: ChannelBindingType): Uint8Array | undefined {
    if (this.#secured === undefined || this.#feed.ended) return undefined
    return channelBindingOf(this.#secured.socket, this.#secured.isServer, type)
  }

  close(): void {
    this.#closing = true
    if (this.#upgrade !== 'running') this.#socket.end()
  }

  destroy(reason?: TransportError): void {
    if (this.#feed.ended || this.#destroyed !== undefined) return
    this.#destroyed = { reason: reason ?? null }
    this.#feed.pause()
    this.#socket.destroy()
  }

  #send(data: string, flushed: Flushed | undefined): void {
    if (flushed === undefined) this.#socket.write(data)
    else
      this.#socket.write(data, (error) => {
        flushed(error ? (this.#failure ?? toTransportError(error, `writing to ${this.address}`)) : null)
      })
  }

  #listen(socket: Socket): void {
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    if (this.#started) this.#read()
    if (this.#feed.paused) socket.pause()
  }

  #read(): void {
    if (!this.#isDirect) this.#socket.on('data', this.#onData)
    else if (!this.#feed.paused) this.#socket.resume()
  }

  #givenUp(deed: string): TransportError | undefined {
    if (this.#destroyed === undefined) return undefined
    return this.#destroyed.reason ?? new TransportError('closed', `${deed} was given up`)
  }

  /** Node itself lets everything written before leave in clear first. */
  #handshake({ isServer, run }: TlsUpgrade, deed: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const raw = this.#socket
      if (this.#isDirect) raw.off('error', this.#onError)
      run(raw, {
        secured: (socket) => {
          if (this.#feed.ended || this.#destroyed !== undefined) {
            socket.destroy()
            reject(new TransportError('closed', 'the connection ended'))
            return
          }
          raw.off('close', this.#onClose)
          socket.disableRenegotiation()
          this.#socket = socket
          this.#secured = { socket, isServer, facts: tlsFactsOf(socket, isServer) }
          this.#upgrade = 'done'
          this.#listen(socket)
          if (this.#isDirect && !this.#started) socket.pause()
          for (const { data, flushed } of this.#afterUpgrade.splice(0)) this.#send(data, flushed)
          if (this.#closing) socket.end()
          resolve()
        },
        failed: (cause) => {
          this.#failure ??= toTransportError(cause, deed, 'tls-failed')
          reject(this.#failure)
        },
      })
    })
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#feed.data(chunk)
  }

  readonly #onError = (cause: unknown): void => {
    this.#failure ??= toTransportError(cause, `connection ${this.address}`)
  }

  readonly #onClose = (): void => {
    this.#afterUpgrade = []
    if (this.#upgrade === 'running')
      this.#failure ??= new TransportError('reset', `${this.address} ended during the TLS handshake`)
    if (this.#destroyed !== undefined) this.#feed.finish(this.#destroyed.reason)
    else if (this.#failure !== undefined) this.#feed.finish(this.#failure)
    else if (this.#socket.readableEnded) this.#feed.end()
    else this.#feed.finish(new TransportError('closed', `connection ${this.address} ended unexpectedly`))
  }
}
