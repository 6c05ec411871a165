import { TransportError } from '../errors.js'
import type { Endpoint } from './endpoint.js'
import { discoverWebSockets, type HostMetaOptions } from './host-meta.js'

/**
 * Where a domain's server may be reached from a browser, which has no DNS: the WebSockets it publishes.
 * @throws TransportError `unknown-host` when it publishes none, `aborted`
 * @see XEP-0156 §3
 */
export async function discoverEndpoints(options: HostMetaOptions): Promise<readonly Endpoint[]> {
  const endpoints = await discoverWebSockets(options)
  if (endpoints.length > 0) return endpoints
  throw new TransportError(
    'unknown-host',
    `${options.domain} publishes no WebSocket for XMPP in its host-meta`,
  )
}
