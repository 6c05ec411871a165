import type { Dialer, DialerOptions } from './dial.js'
import { discoverEndpoints } from './discovery-browser.js'
import { dialWebSocket } from './web-socket-browser.js'
import { parseWebSocketUrl, readUrl, toLoggableUrl } from './web-socket-url.js'

/**
 * What errors and states call an endpoint; `undefined` where this platform has not the means: a browser has WebSockets alone.
 * @throws RangeError for what is no endpoint
 */
export function nameEndpoint(text: string): string | undefined {
  if (/^xmpps?:$/.test(readUrl(text)?.protocol ?? '')) return undefined
  return toLoggableUrl(parseWebSocketUrl(text))
}

/** The dialer of browsers: host-meta and WebSockets. */
export function createDialer({ frameLimitBytes }: DialerOptions = {}): Dialer {
  const limits = frameLimitBytes === undefined ? {} : { frameLimitBytes }
  return {
    tlsOptions: (domain) => ({ domain }),
    discover: (domain, signal) => discoverEndpoints({ domain, signal }),
    dial: (url, _domain, signal) => dialWebSocket({ url, signal, ...limits }),
  }
}
