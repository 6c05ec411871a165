import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { toTransportError } from './node-failure.js'
import { SocketTransport } from './socket-transport.js'
import { toAddress, xmppClientAlpn } from './tcp.js'
import { prepareUpgrade } from './tls-upgrade.js'
import type { TlsServerOptions, Transport } from './transport.js'

/** A listening port. */
export interface Listener {
  readonly port: number
  /** Connections so far, also those whose TLS came to nothing. */
  readonly accepted: number
  /** Stops listening, destroys every connection it accepted, and resolves when nothing is left; may be called again. */
  close(): Promise<void>
}

export interface TcpListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** Called for each connection that is ready; what arrives before its `start` waits. */
  readonly onTransport: (transport: Transport) => void
}

export interface TlsListenOptions extends TcpListenOptions {
  readonly tls: TlsServerOptions
}

/**
 * Accepts connections in clear, ready for `startTls` with server options.
 * @throws TransportError `failed` when the port cannot be had
 */
export function listenTcp(options: TcpListenOptions): Promise<Listener> {
  const server = createServer((socket) => {
    options.onTransport(new SocketTransport(socket, addressOf(socket, 'tcp')))
  })
  return listenOn(server, options)
}

/**
 * Accepts direct TLS; a connection whose handshake fails is closed and never announced.
 * @throws TransportError `failed` when the port cannot be had, TypeError for unusable keys or certificates
 * @see XEP-0368
 */
export async function listenTls(options: TlsListenOptions): Promise<Listener> {
  const upgrade = prepareUpgrade(options.tls, [xmppClientAlpn])
  const never = new AbortController().signal
  const server = createServer((socket) => {
    const transport = new SocketTransport(socket, addressOf(socket, 'tls'))
    transport.secure(upgrade, never).then(
      () => options.onTransport(transport),
      () => {},
    )
  })
  return listenOn(server, options)
}

/** Starts `server` (an HTTP server too) and follows its connections. */
export function listenOn(
  server: Server,
  { host = '127.0.0.1', port = 0 }: Omit<TcpListenOptions, 'onTransport'>,
): Promise<Listener> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket) => {
    accepted += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(toTransportError(cause, `listening on ${host}:${port}`)))
    server.listen({ host, port }, () => {
      resolve({
        port: portOf(server.address()),
        get accepted() {
          return accepted
        },
        close: () => closeAll(server, sockets),
      })
    })
  })
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    // The only error is that it has been closed before.
    server.close(() => resolve())
  })
  for (const socket of sockets) socket.destroy()
  await stopped
}

/** Who connected, as a transport names it. */
export function addressOf(socket: Socket, scheme: string): string {
  return toAddress(scheme, socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0)
}

const portOf = (address: AddressInfo | string | null): number =>
  address !== null && typeof address === 'object' ? address.port : 0
