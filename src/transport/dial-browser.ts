import type { Dialer, DialerOptions } from './dial.js'
import { discoverEndpoints } from './discovery-browser.js'
import { formatEndpoint, parseEndpoint } from './endpoint.js'
import { dialWebSocket } from './web-socket-browser.js'

/** The dialer of browsers: host-meta and WebSockets. */
export function createDialer({ frameLimitBytes }: DialerOptions = {}): Dialer {
  return {
    tlsOptions: (domain) => ({ domain }),
    discover: async (domain, signal) => (await discoverEndpoints({ domain, signal })).map(formatEndpoint),
    dial: async (text, _domain, signal) => {
      const endpoint = parseEndpoint(text)
      if (endpoint.kind !== 'websocket') {
        throw new RangeError('a browser reaches XMPP by WebSocket only: give a ws: or wss: endpoint')
      }
      const { url } = endpoint
      return dialWebSocket({ url, signal, ...(frameLimitBytes === undefined ? {} : { frameLimitBytes }) })
    },
  }
}
