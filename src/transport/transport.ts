import type { TransportError } from '../errors.js'

/** RFC 5929 and RFC 9266: what can tie an authentication to its TLS channel. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique'

/** What a transport tells its owner; both are called synchronously, in arrival order, and never after `closed`. */
export interface TransportSink {
  /** A piece of the byte stream, cut anywhere, or one whole text frame: see `Transport.framing`. */
  readonly data: (chunk: Uint8Array | string) => void
  /** Exactly once, whoever ended it. `null`: the other side (or `close()` here) ended it cleanly. */
  readonly closed: (error: TransportError | null) => void
}

/** Facts about the established TLS layer. */
export interface TlsFacts {
  /** As Node names it, e.g. `TLSv1.3`; `unknown` in browsers. */
  readonly version: string
  /** Application protocol agreed by ALPN, e.g. `xmpp-client`. */
  readonly alpn: string | undefined
}

/** What STARTTLS needs; the same options serve direct TLS. */
export interface TlsClientOptions {
  /** The XMPP domain: sent as SNI, and the only reference identity of the certificate (RFC 6125, RFC 6120 §13.7.2). */
  readonly domain: string
  /** PEM authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[]
  /** PEM client certificate and key, for SASL EXTERNAL. */
  readonly cert?: string
  readonly key?: string
}

/** One connection. Moves bytes or text frames; knows neither XML nor XMPP. */
export interface Transport {
  /** `bytes`: a stream without boundaries, written and read as UTF-8 bytes; `frames`: one XML document per text frame (RFC 7395). */
  readonly framing: 'bytes' | 'frames'
  /** Human-readable and safe to log, e.g. `tcp://127.0.0.1:5222`. */
  readonly address: string
  /** `null` until TLS is established and verified. */
  readonly tls: TlsFacts | null
  /** Written, and not yet taken by the operating system. */
  readonly bufferedBytes: number

  /** Starts delivery; called once. What arrived before is delivered first. */
  start(sink: TransportSink): void
  /** Queues; `flushed` runs when the operating system has taken it (or with the error that prevented it). Ignored after the end. */
  write(data: string, flushed?: (error: TransportError | null) => void): void
  /** Stops and resumes reading: back pressure reaches the peer. */
  pause(): void
  resume(): void
  /**
   * STARTTLS: wraps the connection; the sink stays. Only on `bytes` transports that are not yet secure.
   * Rejects with `TransportError` (`certificate-…`, `tls-failed`), and then the connection is closed.
   */
  startTls(options: TlsClientOptions, signal: AbortSignal): Promise<void>
  /** Binding data of one type, or `undefined` where this channel has none of it. */
  channelBinding(type: ChannelBindingType): Uint8Array | undefined
  /** Ends our direction and lets the other side end its own; whoever waits sets the limit and then calls `destroy`. */
  close(): void
  /** Ends everything at once; `closed` is still reported, with `reason` if given. */
  destroy(reason?: TransportError): void
}
