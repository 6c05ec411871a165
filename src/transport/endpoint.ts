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
  // A text with credentials is not repeated in the error.
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(text)) throw new RangeError('an endpoint carries no user name or password')
  const url = toUrl(text)
  const { protocol } = url ?? {}
  if (url !== undefined && (protocol === 'ws:' || protocol === 'wss:')) return toWebSocketEndpoint(url, text)
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

/** A WebSocket URL that is safe to log: its query may hold a token. */
export function toLoggableUrl(url: string | URL): string {
  const { protocol, host, pathname } = typeof url === 'string' ? new URL(url) : url
  return `${protocol}//${host}${pathname}`
}

function toWebSocketEndpoint(url: URL, text: string): Endpoint {
  if (url.hash !== '') throw new RangeError(`not an endpoint: ${quote(text)} has a fragment`)
  return { kind: 'websocket', url: url.href }
}

/** Names of `http:` URLs are prepared for the DNS (IDNA); those of `xmpp:` URLs come as they were written. */
function toHost(hostname: string, text: string): string {
  const host = toUrl(`http://${hostname}`)?.hostname ?? ''
  if (host === '') throw new RangeError(`not an endpoint: ${quote(text)} has no valid host`)
  return host.replace(/^\[(.*)\]$/, '$1')
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const quotedLimit = 100

const quote = (text: string): string =>
  JSON.stringify(text.length > quotedLimit ? `${text.slice(0, quotedLimit)}…` : text)
