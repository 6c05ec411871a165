import type { TransportError } from '../errors.js'
import type {
  ChannelBindingType,
  TlsClientOptions,
  TlsFacts,
  TlsServerOptions,
  Transport,
  TransportSink,
} from '../transport/transport.js'

/** The connection of one session, which can fall silent: then nothing passes either way, and nobody is told. */
export class Line implements Transport {
  readonly #transport: Transport
  #isSilent = false

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Swallows everything from now on, as a black hole does, until the other side or a time-out ends the connection. */
  fallSilent(): void {
    this.#isSilent = true
    // What the client sends must be taken from it, or it would learn from its own buffers that nobody reads.
    this.#transport.resume()
  }

  get isSilent(): boolean {
    return this.#isSilent
  }

  get framing(): Transport['framing'] {
    return this.#transport.framing
  }

  get address(): string {
    return this.#transport.address
  }

  get tls(): TlsFacts | null {
    return this.#transport.tls
  }

  /** Of what is swallowed nothing waits, whatever waited before. */
  get bufferedBytes(): number {
    return this.#isSilent ? 0 : this.#transport.bufferedBytes
  }

  get leftBytes(): number {
    return this.#transport.leftBytes
  }

  start({ closed, data }: TransportSink): void {
    this.#transport.start({
      closed,
      data: (chunk) => {
        if (!this.#isSilent) data(chunk)
      },
    })
  }

  write(data: string | readonly string[], flushed?: (error: TransportError | null) => void): void {
    if (!this.#isSilent) this.#transport.write(data, flushed)
    else if (flushed !== undefined) queueMicrotask(() => flushed(null))
  }

  pause(): void {
    if (!this.#isSilent) this.#transport.pause()
  }

  resume(): void {
    this.#transport.resume()
  }

  startTls(options: TlsClientOptions | TlsServerOptions, signal: AbortSignal): Promise<void> {
    return this.#transport.startTls(options, signal)
  }

  channelBinding(type: ChannelBindingType): Uint8Array | undefined {
    return this.#transport.channelBinding(type)
  }

  close(): void {
    if (!this.#isSilent) this.#transport.close()
  }

  destroy(reason?: TransportError): void {
    this.#transport.destroy(reason)
  }
}
