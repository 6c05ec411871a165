import { TransportError } from '../errors.js'
import { later } from '../later.js'
import { abortedError } from './abort.js'
import { isEndpoint, type Endpoint } from './endpoint.js'
import type { HostMetaOptions } from './host-meta.js'

/**
 * Where a domain's server may be reached from a browser, which has no DNS: the WebSockets it publishes, each once.
 * @throws TransportError `unknown-host` when it publishes none, `aborted`
 * @see XEP-0156 §3
 */
export async function discoverEndpoints(options: HostMetaOptions): Promise<readonly Endpoint[]> {
  const { domain, signal } = options
  try {
    const { readHostMeta } = await later('discovery', import('./host-meta.js'))
    signal.throwIfAborted()
    const urls = (await readHostMeta(options)).filter(isEndpoint).map((address) => new URL(address).href)
    if (urls.length > 0) return Array.from(new Set(urls), (url) => ({ kind: 'websocket', url }))
  } catch (error) {
    if (signal.aborted) throw abortedError(`discovering ${domain}`, signal)
    if (error instanceof AggregateError)
      throw new TransportError('unknown-host', error.message, { cause: error })
    throw error
  }
  throw new TransportError('unknown-host', `${domain} publishes no WebSocket for XMPP in its host-meta`)
}
