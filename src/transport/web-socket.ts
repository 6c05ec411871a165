import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import { WebSocket } from 'ws'
import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { toNaming } from './certificate-identity.js'
import { toTransportError } from './node-failure.js'
import { SocketReads } from './socket-reads.js'
import { toSecureContext } from './tls-upgrade.js'
import type { Transport } from './transport.js'
import { defaultFrameLimitBytes, xmppSubprotocol, type WebSocketDialOptions } from './web-socket-dial.js'
import { parseWebSocketUrl, toLoggableUrl } from './web-socket-url.js'
import { WebSocketTransport } from './web-socket-transport.js'

/**
 * Opens a WebSocket with the subprotocol `xmpp`. No time-out of its own: see `signal`.
 * @throws TransportError; RangeError for an unusable URL, TypeError for unusable keys or certificates
 * @see RFC 7395
 */
export async function dialWebSocket(options: WebSocketDialOptions): Promise<Transport> {
  const { signal, frameLimitBytes = defaultFrameLimitBytes } = options
  const target = new URL(parseWebSocketUrl(options.url))
  const address = toLoggableUrl(target)
  const deed = `connecting to ${address}`
  const tls = tlsOptionsOf(target, options.tls ?? {})
  if (signal.aborted) throw abortedError(deed, signal)
  return new Promise((resolve, reject) => {
    const reads = new SocketReads()
    const socket = new WebSocket(target, [xmppSubprotocol], {
      createConnection: () => connectBelow(target, tls, reads),
      maxPayload: frameLimitBytes,
      perMessageDeflate: false,
    })
    let raw: Socket | undefined
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
    socket.once('upgrade', (response) => (raw = response.socket))
    socket.once('open', () => {
      if (signal.aborted || raw === undefined) return
      if (socket.protocol !== xmppSubprotocol) {
        giveUp(new TransportError('failed', `${address} does not speak the WebSocket subprotocol xmpp`))
        return
      }
      disarm()
      const transport = new WebSocketTransport(socket, raw, address, false, {
        reads,
        limitBytes: frameLimitBytes,
      })
      socket.off('error', onError).off('unexpected-response', onRefusal)
      resolve(transport)
    })
  })
}

/** The socket below, which is read without a stream; the handshake, and whatever has no shorter way, is told as if there were one. */
function connectBelow({ hostname, port, protocol }: URL, tls: ConnectionOptions, reads: SocketReads): Socket {
  const isSecure = protocol === 'wss:'
  const target = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    onread: reads.onread,
  }
  const socket = isSecure ? connectSecurely({ ...tls, ...target }) : connect(target)
  reads.take = (chunk) => socket.emit('data', Buffer.from(chunk))
  return socket
}

/** XEP-0156 §3.2: the certificate is for the URL's host or for the XMPP domain. */
function tlsOptionsOf({ hostname }: URL, tls: NonNullable<WebSocketDialOptions['tls']>): ConnectionOptions {
  const { servername, checkServerIdentity, rejectUnauthorized } = toNaming(hostname, tls.domain)
  const secureContext = toSecureContext({ domain: hostname, ...tls })
  return { servername, checkServerIdentity, rejectUnauthorized, secureContext }
}
