import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TransportError, TransportErrorReason } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { toTransportError } from './node-failure.js'
import { SocketTransport } from './socket-transport.js'
import { cutShort, toHandshakeOptions } from './tls-upgrade.js'
import type { TlsClientOptions, Transport } from './transport.js'

/** XEP-0368 §3: what direct TLS says by ALPN. */
export const xmppClientAlpn = 'xmpp-client'

export interface TcpDialOptions {
  /** Name or IP address to connect to: often an SRV target, never an identity to check. */
  readonly host: string
  readonly port: number
  /** Gives up at any moment; what was opened is closed. */
  readonly signal: AbortSignal
}

export interface TlsDialOptions extends TcpDialOptions {
  readonly tls: TlsClientOptions
}

/**
 * Connects in clear, ready for `startTls`. No time-out of its own: see `signal`.
 * @throws TransportError `unknown-host`, `refused`, `unreachable`, `aborted` …; RangeError for an impossible port
 */
export function dialTcp({ host, port, signal }: TcpDialOptions): Promise<Transport> {
  const bareHost = toBareHost(host)
  const address = toAddress('tcp', bareHost, port)
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw abortedError(connecting(address), signal)
    const socket = connect({ host: bareHost, port, noDelay: true })
    const dialing = new Dialing(socket, address, signal, reject)
    socket.once('connect', () => dialing.resolve(resolve))
  })
}

/**
 * Connects and completes a TLS handshake, the certificate checked against `tls.domain`.
 * @throws TransportError as `dialTcp` and `startTls` do
 * @see XEP-0368
 */
export async function dialTls({ host, port, tls, signal }: TlsDialOptions): Promise<Transport> {
  const bareHost = toBareHost(host)
  const address = toAddress('tls', bareHost, port)
  const handshake = toHandshakeOptions(tls, [xmppClientAlpn])
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw abortedError(connecting(address), signal)
    // In one socket: TLS over one of its own would keep two for as long as the connection lasts.
    const socket = connectTls({ host: bareHost, port, ...handshake }).setNoDelay(true)
    const dialing = new Dialing(socket, address, signal, reject)
    socket.once('connect', () => dialing.connected())
    socket.once('secureConnect', () => dialing.resolve(resolve))
  })
}

const connecting = (address: string): string => `connecting to ${address}`

const toBareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

/** A socket on its way to a transport. */
class Dialing {
  readonly #socket: Socket
  readonly #address: string
  readonly #reject: (error: TransportError) => void
  readonly #disarm: () => void
  #deed: string
  #fallback: TransportErrorReason = 'failed'

  constructor(socket: Socket, address: string, signal: AbortSignal, reject: (error: TransportError) => void) {
    this.#socket = socket
    this.#address = address
    this.#reject = reject
    this.#deed = connecting(address)
    this.#disarm = onAbort(signal, () => {
      reject(abortedError(this.#deed, signal))
      socket.destroy()
    })
    socket.on('error', this.#onError).on('close', this.#onClose)
  }

  /** TLS comes next. */
  connected(): void {
    this.#deed = `TLS handshake with ${this.#address}`
    this.#fallback = 'tls-failed'
  }

  /** Nothing more is in the way; of a socket that was given up meanwhile nothing is heard. */
  resolve(take: (transport: Transport) => void): void {
    this.#disarm()
    if (this.#socket.destroyed) return
    this.#socket.off('error', this.#onError).off('close', this.#onClose)
    take(new SocketTransport(this.#socket, this.#address))
  }

  readonly #onError = (cause: unknown): void => {
    this.#disarm()
    this.#reject(toTransportError(cause, this.#deed, this.#fallback))
  }

  readonly #onClose = (): void => this.#onError(cutShort())
}

/** `scheme://host:port`, IPv6 in brackets. */
export function toAddress(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
