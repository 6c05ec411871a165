import { connect, type Socket } from 'node:net'
import { connectFirst, type Lookup, type Target } from './address-race.js'
import { SocketReads } from './socket-reads.js'
import { SocketTransport } from './socket-transport.js'
import { prepareClient } from './tls-upgrade.js'
import type { TlsClientOptions, Transport } from './transport.js'

/** XEP-0368 §3: what direct TLS says by ALPN. */
export const xmppClientAlpn = 'xmpp-client'
const offeredAlpn = [xmppClientAlpn]

export interface TcpDialOptions {
  /** Name or IP address to connect to: often an SRV target, never an identity to check. */
  readonly host: string
  readonly port: number
  /** Gives up at any moment; what was opened is closed. */
  readonly signal: AbortSignal
  /** Default: the system's. */
  readonly lookup?: Lookup
}

export interface TlsDialOptions extends TcpDialOptions {
  readonly tls: TlsClientOptions
}

/**
 * Connects in clear, ready for `startTls`. No time-out of its own: see `signal`.
 * @throws TransportError `unknown-host`, `refused`, `unreachable`, `aborted` …; RangeError for an impossible port
 */
export function dialTcp(options: TcpDialOptions): Promise<Transport> {
  return open(options, 'tcp', (target) => connect(target))
}

/**
 * Connects and completes a TLS handshake, the certificate checked against `tls.domain`.
 * @throws TransportError as `dialTcp` and `startTls` do
 * @see XEP-0368
 */
export async function dialTls(options: TlsDialOptions): Promise<Transport> {
  const upgrade = prepareClient(options.tls, offeredAlpn)
  const reads = new SocketReads()
  const dial = (target: Target) => upgrade.dial({ ...target, onread: reads.onread })
  const transport = await open(options, 'tls', dial, reads)
  await transport.secure(upgrade, options.signal)
  return transport
}

/** `scheme://host:port`, IPv6 in brackets. */
export function toAddress(scheme: string, host: string, port: number): string {
  // Joined, since what is put together in a template is kept with all of its pieces.
  return [scheme, '://', host.includes(':') ? `[${host}]` : host, ':', port].join('')
}

function open(
  { host, port, signal, lookup }: TcpDialOptions,
  scheme: string,
  dial: (target: Target) => Socket,
  reads?: SocketReads,
): Promise<SocketTransport> {
  const bareHost = host.replace(/^\[(.*)\]$/, '$1')
  const address = toAddress(scheme, bareHost, port)
  const race = { host: bareHost, port, signal, deed: `connecting to ${address}`, connect: dial, lookup }
  return connectFirst(race, (socket) => new SocketTransport(socket, address, reads))
}
