import { TransportError } from '../errors.js'
import { later } from '../later.js'
import { abortedError } from './abort.js'
import { discoveredEndpointLimit } from './dial.js'
import type { HostMetaOptions } from './host-meta.js'
import { parseWebSocketUrl } from './web-socket-url.js'

/**
 * Where a domain's server may be reached from a browser, which has no DNS: the first 32 WebSockets it publishes, each once.
 * @throws TransportError `unknown-host` when it publishes none, `aborted`
 * @see XEP-0156 §3
 */
export async function discoverEndpoints(options: HostMetaOptions): Promise<readonly string[]> {
  const { domain, signal } = options
  try {
    const { readHostMeta } = await later('discovery', import('./host-meta.js'))
    signal.throwIfAborted()
    const urls = new Set((await readHostMeta(options)).flatMap(toUsable))
    if (urls.size > 0) return [...urls].slice(0, discoveredEndpointLimit)
  } catch (error) {
    if (signal.aborted) throw abortedError(`discovering ${domain}`, signal)
    if (error instanceof AggregateError)
      throw new TransportError('unknown-host', error.message, { cause: error })
    throw error
  }
  throw new TransportError('unknown-host', `${domain} publishes no WebSocket for XMPP in its host-meta`)
}

/** What others publish may be anything. */
function toUsable(address: string): readonly string[] {
  try {
    return [parseWebSocketUrl(address)]
  } catch {
    return []
  }
}
