import type { Socket, TcpNetConnectOpts } from 'node:net'
import {
  connect,
  createSecureContext,
  createServer,
  TLSSocket,
  type ConnectionOptions,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls'
import { TransportError } from '../errors.js'
import { peerCertificateOf } from './channel-binding.js'
import { toCertificateDetails } from './certificate-details.js'
import { readCertificateNames } from './certificate-names.js'
import { toNaming } from './certificate-identity.js'
import type {
  PeerCertificate,
  TlsClientOptions,
  TlsDetails,
  TlsFacts,
  TlsServerOptions,
} from './transport.js'

/** How long an accepted connection may take for its TLS handshake, unless told otherwise. */
export const defaultHandshakeTimeoutMs = 30_000

/** RFC 7590 §3.1 and RFC 9325 §3.1.1: nothing older. */
export const lowestTlsVersion = 'TLSv1.2'

/** One of the two is called, once: synchronously, so that no event of the secured socket is missed. */
export interface UpgradeOutcome {
  readonly secured: (socket: TLSSocket) => void
  readonly failed: (cause: unknown) => void
}

/** A TLS handshake ready to run on any number of connected sockets. */
export interface TlsUpgrade {
  readonly isServer: boolean
  /** Whoever destroys the socket ends it. */
  readonly run: (socket: Socket, outcome: UpgradeOutcome) => void
}

/** The client's side of a handshake; a socket of `dial` runs it from its first byte on. */
export interface TlsClientUpgrade extends TlsUpgrade {
  readonly dial: (options: TcpNetConnectOpts) => TLSSocket
}

/**
 * Prepares either side of a handshake.
 * @param alpn protocols to offer or accept; none for STARTTLS
 * @throws RangeError for an unusable domain, TypeError for unusable keys or certificates
 */
export function prepareUpgrade(options: TlsClientOptions | TlsServerOptions, alpn: string[]): TlsUpgrade {
  return options.role === 'server' ? prepareServer(options, alpn) : prepareClient(options, alpn)
}

/** As `prepareUpgrade`, for the client's side alone. */
export function prepareClient(options: TlsClientOptions, alpn: string[]): TlsClientUpgrade {
  const { servername, checkServerIdentity, rejectUnauthorized } = toNaming(options.domain)
  const secureContext = toSecureContext(options)
  const verified = { secureContext, servername, checkServerIdentity, rejectUnauthorized }
  const common: ConnectionOptions = alpn.length === 0 ? verified : { ...verified, ALPNProtocols: alpn }
  const run: TlsUpgrade['run'] = (socket, outcome) => {
    const secured = socket instanceof TLSSocket ? socket : connect({ ...common, socket })
    settleOnce(outcome, (settled) => {
      const { failed } = settled
      const onClose = () => failed(cutShort())
      secured.once('secureConnect', () => {
        // First, since a list of listeners that has been long keeps its room.
        secured.off('error', failed).off('close', onClose)
        settled.secured(secured)
      })
      secured.on('error', failed).on('close', onClose)
    })
  }
  return { isServer: false, run, dial: (target) => connect({ ...common, ...target }) }
}

function prepareServer(options: TlsServerOptions, alpn: readonly string[]): TlsUpgrade {
  const material = tlsMaterial(options)
  toSecureContext(options)
  const run: TlsUpgrade['run'] = (socket, outcome) => {
    // A server that never listens: the documented way to secure an accepted socket.
    const server = createServer({
      ...material,
      minVersion: lowestTlsVersion,
      handshakeTimeout: options.handshakeTimeoutMs ?? defaultHandshakeTimeoutMs,
      requestCert: options.requestClientCertificate ?? false,
      rejectUnauthorized: false,
      ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
      ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    })
    settleOnce(outcome, (settled) => {
      server.once('secureConnection', settled.secured)
      server.once('tlsClientError', settled.failed)
      socket.once('close', () => settled.failed(cutShort()))
    })
    server.emit('connection', socket)
  }
  return { isServer: true, run }
}

/** What Node's TLS takes as keys and authorities. */
export function tlsMaterial(options: TlsClientOptions | TlsServerOptions): {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
} {
  const { ca, cert, key } = options
  return {
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? [ca] : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

/** Of all connections that trust the system's authorities and show no certificate. */
let plainContext: SecureContext | undefined

/** @throws TypeError when authorities, certificate or key cannot be used */
export function toSecureContext(options: TlsClientOptions | TlsServerOptions): SecureContext {
  const material = tlsMaterial(options)
  if (Object.keys(material).length > 0) return createContext(material)
  plainContext ??= createContext(material)
  return plainContext
}

function createContext(material: SecureContextOptions): SecureContext {
  try {
    return createSecureContext({ ...material, minVersion: lowestTlsVersion })
  } catch (cause) {
    throw new TypeError(
      '`ca`, `cert` or `key` cannot be used: each must be PEM, the key that of the certificate',
      {
        cause,
      },
    )
  }
}

/** The facts of a socket whose handshake is over. */
export function tlsFactsOf(socket: TLSSocket, isServer: boolean): TlsFacts {
  const certificate = isServer ? peerCertificateOf(socket) : undefined
  return {
    version: socket.getProtocol() ?? 'unknown',
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
    look: () => detailsOf(socket),
    ...(certificate === undefined ? {} : { peer: peerOf(certificate, socket.authorized) }),
  }
}

function detailsOf(socket: TLSSocket): TlsDetails | undefined {
  // TypeScript believes that there always is one.
  const cipher: { readonly standardName: string } | undefined = socket.getCipher()
  return (
    cipher && { cipher: cipher.standardName, certificate: toCertificateDetails(peerCertificateOf(socket)) }
  )
}

function peerOf(der: Uint8Array, authorized: boolean): PeerCertificate {
  let xmppAddresses: readonly string[] = []
  try {
    xmppAddresses = readCertificateNames(der).xmpp
  } catch {
    // A certificate whose names cannot be read proves no name.
  }
  return { der: new Uint8Array(der), authorized, xmppAddresses }
}

const cutShort = (): TransportError =>
  new TransportError('reset', 'the connection ended before the handshake was over')

function settleOnce(outcome: UpgradeOutcome, arrange: (once: UpgradeOutcome) => void): void {
  let settled = false
  const once =
    <T>(report: (value: T) => void) =>
    (value: T) => {
      if (settled) return
      settled = true
      report(value)
    }
  arrange({ secured: once(outcome.secured), failed: once(outcome.failed) })
}
