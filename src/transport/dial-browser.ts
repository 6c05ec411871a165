import type { Dialer, DialerOptions } from './dial.js'
import { discoverEndpoints } from './discovery-browser.js'
import { formatEndpoint, parseEndpoint, type Endpoint } from './endpoint.js'
import { dialWebSocket } from './web-socket-browser.js'

/** Whether this platform has the means: a browser has WebSockets alone. */
export const reaches = ({ kind }: Endpoint): boolean => kind === 'websocket'

/** The dialer of browsers: host-meta and WebSockets. */
export function createDialer({ frameLimitBytes }: DialerOptions = {}): Dialer {
  return {
    tlsOptions: (domain) => ({ domain }),
    discover: async (domain, signal) => (await discoverEndpoints({ domain, signal })).map(formatEndpoint),
    dial: async (text, _domain, signal) => {
      const endpoint = parseEndpoint(text)
      if (endpoint.kind !== 'websocket') {
        throw new RangeError(`a browser cannot reach ${text}`)
      }
      const { url } = endpoint
      return dialWebSocket({ url, signal, ...(frameLimitBytes === undefined ? {} : { frameLimitBytes }) })
    },
  }
}
