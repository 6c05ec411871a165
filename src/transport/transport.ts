import type { TransportError } from '../errors.js'

/** RFC 5929 and RFC 9266: what can tie an authentication to its TLS channel. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique'

/** What a transport tells its owner; both are called synchronously, in arrival order, and never after `closed`. */
export interface TransportSink {
  /**
   * A piece of the byte stream, cut anywhere, or one whole text frame: see `Transport.framing`. The bytes are the
   * transport's own again when this returns.
   */
  readonly data: (chunk: Uint8Array | string) => void
  /** Exactly once, whoever ended it. `null`: it ended cleanly, or `destroy()` was called here without a reason. */
  readonly closed: (error: TransportError | null) => void
}

/** The certificate that the other side showed, as far as a login by certificate needs it (SASL EXTERNAL). */
export interface PeerCertificate {
  /** DER. */
  readonly der: Uint8Array
  /** The chain leads to a trusted authority; nothing is said about names. */
  readonly authorized: boolean
  /** `XmppAddr` names: JIDs, not yet prepared (RFC 6120 §13.7.1.4). */
  readonly xmppAddresses: readonly string[]
}

/** What people want to know of an established TLS layer (RFC 7590 §3.6). */
export interface TlsDetails {
  /** As IANA names it, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string
  /** The certificate of the other side; absent where it showed none. */
  readonly certificate: CertificateDetails | undefined
}

/** A certificate as people read it. */
export interface CertificateDetails {
  /** Distinguished names, e.g. `CN=example.test, O=Example`. */
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since 1970. */
  readonly validFrom: number
  readonly validTo: number
  /** Whom it is for: DNS names, SRV names and XMPP addresses. */
  readonly names: readonly string[]
  /** Of the whole certificate: SHA-256 in hexadecimal, pairs with colons between. */
  readonly fingerprint: string
}

/** Facts about the established TLS layer. */
export interface TlsFacts {
  /** As Node names it, e.g. `TLSv1.3`; `unknown` in browsers. */
  readonly version: string
  /** Application protocol agreed by ALPN, e.g. `xmpp-client`. */
  readonly alpn: string | undefined
  /** Asks the socket for what people want to know (RFC 7590 §3.6); `undefined` where it has ended. Absent in browsers, which do not tell. */
  readonly look?: () => TlsDetails | undefined
  /** What a client showed; absent where it showed none, and on the client's own side. */
  readonly peer?: PeerCertificate
}

/** The client's side of STARTTLS; the same options serve direct TLS. */
export interface TlsClientOptions {
  readonly role?: 'client'
  /**
   * The XMPP domain, or an IP address: sent as SNI (domains only), and the only reference identity of the certificate
   * (RFC 6125, RFC 6120 §13.7.2).
   */
  readonly domain: string
  /** PEM authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[]
  /** PEM client certificate, for SASL EXTERNAL. */
  readonly cert?: string
  /** PEM key of `cert`. */
  readonly key?: string
}

/** The server's side of STARTTLS; the same options serve direct TLS. */
export interface TlsServerOptions {
  readonly role: 'server'
  /** PEM chain, the server's own certificate first. */
  readonly cert: string
  /** PEM key of that certificate. */
  readonly key: string
  /** PEM authorities that sign client certificates. */
  readonly ca?: string | readonly string[]
  /** Asks for a client certificate and goes on without one; see `TlsFacts.peer`. Default false. */
  readonly requestClientCertificate?: boolean
  /** Default TLS 1.3; the lowest is always TLS 1.2. */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** How long a client may take for its handshake, in milliseconds. Default 30,000. */
  readonly handshakeTimeoutMs?: number
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
  /** Taken by the operating system so far, as nearly as can be known: while a long write is under way it grows. */
  readonly leftBytes: number

  /** Starts delivery, not before the caller's turn is over; called once. What arrived before is delivered first. */
  start(sink: TransportSink): void
  /**
   * Queues; several texts, each a frame of its own where there are frames, leave together. `flushed` runs when the operating
   * system has taken all of it, and with no text at all when it has taken everything before (or with the error that prevented it), before `closed` at the latest. Nothing is sent after
   * the end.
   */
  write(data: string | readonly string[], flushed?: (error: TransportError | null) => void): void
  /** Stops and resumes delivery, at once: back pressure reaches the peer. A clean end waits for what is held; a failure does not. */
  pause(): void
  resume(): void
  /**
   * STARTTLS: wraps the connection; the sink stays. Only on `bytes` transports that are not yet secure. What is written
   * from this call on goes out after the handshake. Rejects with `TransportError` (`certificate-…`, `tls-failed`,
   * `aborted` …), and then the connection is closed: `tls-failed` too if bytes received in clear wait undelivered, since
   * an attacker may have put them there. The owner checks the rest of the last piece it was given.
   * Unusable options reject with RangeError or TypeError, and leave the connection as it is.
   */
  startTls(options: TlsClientOptions | TlsServerOptions, signal: AbortSignal): Promise<void>
  /** Binding data of one type, or `undefined` where this channel has none of it. */
  channelBinding(type: ChannelBindingType): Uint8Array | undefined
  /** Ends our direction and lets the other side end its own; whoever waits sets the limit and then calls `destroy`. */
  close(): void
  /** Ends everything at once; `closed` is still reported, soon, with `reason` if given. */
  destroy(reason?: TransportError): void
}
