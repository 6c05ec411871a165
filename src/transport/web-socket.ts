import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import { WebSocket } from 'ws'
import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { connectFirst, type Lookup, type Target } from './address-race.js'
import { toNaming } from './certificate-identity.js'
import { toTransportError } from './node-failure.js'
import { SocketReads } from './socket-reads.js'
import { toSecureContext } from './tls-upgrade.js'
import type { Transport } from './transport.js'
import { defaultFrameLimitBytes, xmppSubprotocol, type WebSocketDialOptions } from './web-socket-dial.js'
import { parseWebSocketUrl, toLoggableUrl } from './web-socket-url.js'
import { WebSocketTransport } from './web-socket-transport.js'

export interface NodeWebSocketDialOptions extends WebSocketDialOptions {
  /** Default: the system's. */
  readonly lookup?: Lookup
}

/**
 * Opens a WebSocket with the subprotocol `xmpp`. No time-out of its own: see `signal`.
 * @throws TransportError; RangeError for an unusable URL, TypeError for unusable keys or certificates
 * @see RFC 7395
 */
export async function dialWebSocket(options: NodeWebSocketDialOptions): Promise<Transport> {
  const { signal, lookup } = options
  const url = new URL(parseWebSocketUrl(options.url))
  const deed = `connecting to ${toLoggableUrl(url)}`
  const reads = new SocketReads()
  const { onread } = reads
  const tls = tlsOptionsOf(url, options.tls ?? {})
  const isSecure = url.protocol === 'wss:'
  const race = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    signal,
    deed,
    connect: (target: Target) => {
      const readFrom = { ...target, onread }
      return isSecure ? connectSecurely({ ...tls, ...readFrom }) : connect(readFrom)
    },
    lookup,
  }
  return connectFirst(race, (below) => open(below, url, { ...options, reads, deed }))
}

interface Opening extends WebSocketDialOptions {
  readonly reads: SocketReads
  readonly deed: string
}

/** The socket below is read without a stream; the handshake, and whatever has no shorter way, is told as if there were one. */
function open(
  below: Socket,
  url: URL,
  { signal, reads, deed, frameLimitBytes = defaultFrameLimitBytes }: Opening,
): Promise<Transport> {
  const address = toLoggableUrl(url)
  reads.take = (chunk) => below.emit('data', Buffer.from(chunk))
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [xmppSubprotocol], {
      createConnection: () => below,
      maxPayload: frameLimitBytes,
      perMessageDeflate: false,
    })
    const giveUp = (error: TransportError): void => {
      disarm()
      reject(error)
      socket.terminate()
    }
    const onError = (cause: Error): void => giveUp(toTransportError(cause, deed))
    const disarm = onAbort(signal, () => giveUp(abortedError(deed, signal)))
    socket.on('error', onError)
    const onRefusal = (_request: unknown, { statusCode = 0 }: IncomingMessage): void =>
      giveUp(
        new TransportError('refused', `${address} answered ${statusCode} instead of opening a WebSocket`),
      )
    socket.once('unexpected-response', onRefusal)
    socket.once('open', () => {
      if (signal.aborted) return
      if (socket.protocol !== xmppSubprotocol) {
        giveUp(new TransportError('failed', `${address} does not speak the WebSocket subprotocol xmpp`))
        return
      }
      disarm()
      const transport = new WebSocketTransport(socket, below, address, false, {
        reads,
        limitBytes: frameLimitBytes,
      })
      socket.off('error', onError).off('unexpected-response', onRefusal)
      resolve(transport)
    })
  })
}

/** XEP-0156 §3.2: the certificate is for the URL's host or for the XMPP domain. */
function tlsOptionsOf({ hostname }: URL, tls: NonNullable<WebSocketDialOptions['tls']>): ConnectionOptions {
  const { servername, checkServerIdentity, rejectUnauthorized } = toNaming(hostname, tls.domain)
  const secureContext = toSecureContext({ domain: hostname, ...tls })
  return { servername, checkServerIdentity, rejectUnauthorized, secureContext }
}
