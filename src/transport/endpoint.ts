import { isWebSocketUrl, parseWebSocketUrl, quote, readUrl } from './web-socket-url.js'

/** Where and how to connect. */
export type Endpoint =
  | {
      /** `starttls`: in clear first, then STARTTLS; `direct-tls`: TLS from the first byte (XEP-0368). */
      readonly kind: 'starttls' | 'direct-tls'
      /** A name as A-labels, or an IP address without brackets. */
      readonly host: string
      readonly port: number
    }
  | {
      readonly kind: 'websocket'
      /** `ws:` or `wss:`, normalised. */
      readonly url: string
    }

/** RFC 6120 §14.7 registers 5222; 5223 is what direct TLS has always used. */
export const defaultPorts = { starttls: 5222, 'direct-tls': 5223 } as const

/**
 * Reads `xmpp://host:5222` (STARTTLS), `xmpps://host:5223` (direct TLS), `ws://…` or `wss://…`; ports may be left out.
 * @throws RangeError for anything else, a path or query with `xmpp:`, and credentials in any of them
 */
export function parseEndpoint(text: string): Endpoint {
  const url = readUrl(text)
  if (url !== undefined && isWebSocketUrl(url)) return { kind: 'websocket', url: parseWebSocketUrl(text) }
  const { protocol } = url ?? {}
  if (url === undefined || (protocol !== 'xmpp:' && protocol !== 'xmpps:') || !text.includes('://')) {
    throw new RangeError(
      `not an endpoint: ${quote(text)}; write xmpp://host:5222, xmpps://host:5223, ws://… or wss://…`,
    )
  }
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    throw new RangeError(`not an endpoint: ${quote(text)} has more than a host and a port`)
  }
  const kind = protocol === 'xmpp:' ? 'starttls' : 'direct-tls'
  const port = url.port === '' ? defaultPorts[kind] : Number(url.port)
  if (port === 0) throw new RangeError(`not an endpoint: ${quote(text)} has port 0`)
  return { kind, host: toHost(url.hostname, text), port }
}

/** Whether `parseEndpoint` can read it: what others publish may be anything. */
export function isEndpoint(text: string): boolean {
  try {
    parseEndpoint(text)
    return true
  } catch {
    return false
  }
}

/** The URL text that `parseEndpoint` reads. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'websocket') return endpoint.url
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host
  return `${endpoint.kind === 'starttls' ? 'xmpp' : 'xmpps'}://${host}:${endpoint.port}`
}

/** Names of `http:` URLs are prepared for the DNS (IDNA); those of `xmpp:` URLs come as they were written. */
function toHost(hostname: string, text: string): string {
  const host = readUrl(`http://${hostname}`)?.hostname ?? ''
  if (host === '') throw new RangeError(`not an endpoint: ${quote(text)} has no valid host`)
  return host.replace(/^\[(.*)\]$/, '$1')
}
