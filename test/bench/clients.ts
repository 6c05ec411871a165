import type { PortName, ProsodyUnderBench } from './prosody-under-bench.js'

/** How a client reaches the server. */
export type Way = 'direct TLS' | 'STARTTLS' | 'wss'

/** A client by the name of its worker; `bare` is no client but the socket below. */
export type Client = 'bare' | 'ours' | 'stanza' | 'strophe' | 'xmpp-client'

/** Which clients share a way, ours first. */
export const clientsOn = {
  'direct TLS': ['ours', 'xmpp-client'],
  STARTTLS: ['ours', 'xmpp-client'],
  wss: ['ours', 'xmpp-client', 'stanza', 'strophe'],
} as const satisfies Readonly<Record<Way, readonly Client[]>>

/** How a client is called in the table. */
export const clientTitles: Readonly<Record<Client, string>> = {
  ours: 'ours',
  'xmpp-client': '@xmpp/client',
  stanza: 'stanza',
  strophe: 'strophe.js',
  bare: 'bare socket',
}

const ways = {
  'direct TLS': { port: 'tls', url: (port: number) => `xmpps://localhost:${port}` },
  STARTTLS: { port: 'starttls', url: (port: number) => `xmpp://localhost:${port}` },
  wss: { port: 'https', url: (port: number) => `wss://localhost:${port}/xmpp-websocket` },
} as const satisfies Readonly<Record<Way, { port: PortName; url: (port: number) => string }>>

/** The server's own port on this way. */
export const portOn = (server: ProsodyUnderBench, way: Way): number => server.ports[ways[way].port]

/** Where a client is to connect, on the server's port or on a relay's. */
export const urlOn = (way: Way, port: number): string => ways[way].url(port)
