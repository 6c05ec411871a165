import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { addressOf, listenOn, type Listener, type TcpListenOptions } from './listen.js'
import { defaultHandshakeTimeoutMs, lowestTlsVersion, tlsMaterial, toSecureContext } from './tls-upgrade.js'
import type { TlsServerOptions } from './transport.js'
import { defaultFrameLimitBytes, xmppSubprotocol } from './web-socket-dial.js'
import { WebSocketTransport } from './web-socket-transport.js'

export interface WebSocketListenOptions extends TcpListenOptions {
  /** Default `/xmpp-websocket`. */
  readonly path?: string
  /** Given: `wss:`; else `ws:`. */
  readonly tls?: TlsServerOptions
  /**
   * Web pages that may connect, as origins (`https://app.example`). Whoever sends no Origin is no browser and may
   * always. Default `any`.
   */
  readonly origins?: 'any' | readonly string[]
  /** The longest text frame that is taken, in bytes. Default 1 MiB. */
  readonly frameLimitBytes?: number
  /** Answers what is no WebSocket, e.g. host-meta. Default 404 to everything. */
  readonly onRequest?: RequestListener
}

/**
 * Accepts WebSockets with the subprotocol `xmpp`.
 * @throws TransportError `failed` when the port cannot be had, TypeError for unusable keys or certificates
 * @see RFC 7395
 */
export async function listenWebSocket(options: WebSocketListenOptions): Promise<Listener> {
  const { tls, frameLimitBytes = defaultFrameLimitBytes, onRequest = notFound } = options
  const scheme = tls === undefined ? 'ws' : 'wss'
  const server =
    tls === undefined ? createServer(onRequest) : createSecureServer(toHttpsOptions(tls), onRequest)
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameLimitBytes,
    perMessageDeflate: false,
    handleProtocols: () => xmppSubprotocol,
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, options)
    if (refusal !== undefined || !(stream instanceof Socket)) {
      refuse(stream, refusal ?? 500)
      return
    }
    acceptor.handleUpgrade(request, stream, head, (socket) => {
      options.onTransport(new WebSocketTransport(socket, stream, addressOf(stream, scheme), true))
    })
  })
  return listenOn(server, options)
}

function toHttpsOptions(tls: TlsServerOptions) {
  toSecureContext(tls)
  return {
    ...tlsMaterial(tls),
    minVersion: lowestTlsVersion,
    handshakeTimeout: tls.handshakeTimeoutMs ?? defaultHandshakeTimeoutMs,
    requestCert: tls.requestClientCertificate ?? false,
    rejectUnauthorized: false,
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
  } as const
}

/** The HTTP status to refuse an upgrade with. */
function refusalOf(
  { url = '', headers }: IncomingMessage,
  { path = '/xmpp-websocket', origins = 'any' }: WebSocketListenOptions,
): number | undefined {
  if (url.replace(/\?.*$/, '') !== path) return 404
  if (origins !== 'any' && headers.origin !== undefined && !origins.includes(headers.origin)) return 403
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  return offered.includes(xmppSubprotocol) ? undefined : 400
}

function refuse(stream: Duplex, status: number): void {
  // The peer may be gone already.
  stream.on('error', () => {})
  // Nor is it waited for, where it keeps its own half open.
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}

const notFound: RequestListener = (_request, response) => {
  response.writeHead(404).end()
}
