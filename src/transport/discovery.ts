import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { TransportError } from '../errors.js'
import { abortedError, onAbort } from './abort.js'
import { toReferenceIdentity } from './certificate-identity.js'
import { discoveredEndpointLimit } from './dial.js'
import { defaultPorts, formatEndpoint, isEndpoint, type Endpoint } from './endpoint.js'
import { orderSrvRecords, type SrvRecord } from './srv-order.js'

/** What discovery asks of the DNS; `Resolver` of `node:dns/promises` is one. */
export interface SrvResolver {
  /** Rejects with an error whose `code` says why, as Node's does. */
  resolveSrv(name: string): Promise<readonly SrvRecord[]>
  /** Ends the pending questions. */
  cancel?(): void
}

export interface DiscoveryOptions {
  readonly domain: string
  readonly signal: AbortSignal
  /** Default: the servers that this machine is configured with. */
  readonly resolver?: SrvResolver
  /** From 0 up to, not including, 1: draws among records of equal priority. Default `Math.random`. */
  readonly random?: () => number
}

/** How long the DNS is waited for, in milliseconds: a whole discovery has twice as long, by default. */
const answerMs = 5_000

/**
 * Where a domain's server may be reached, in the order to try: SRV records for STARTTLS and direct TLS as one list, or
 * `domain:5222` where there are none or none come within 5 s.
 * @throws TransportError `unknown-host` when the domain says that it offers no such service or names no usable host,
 * `aborted`; RangeError for an impossible domain
 * @see RFC 6120 §3.2, XEP-0368 §3
 */
export async function discoverEndpoints(options: DiscoveryOptions): Promise<readonly Endpoint[]> {
  const { domain, signal, resolver = new Resolver(), random = Math.random } = options
  const name = toReferenceIdentity(domain)
  const fallback: Endpoint = { kind: 'starttls', host: name, port: defaultPorts.starttls }
  if (isIP(name) > 0) return [fallback]
  const cancel = () => resolver.cancel?.()
  const silence = setTimeout(cancel, answerMs)
  const records = await whileWanted(
    Promise.all([
      lookUp(resolver, `_xmpp-client._tcp.${name}`, 'starttls'),
      lookUp(resolver, `_xmpps-client._tcp.${name}`, 'direct-tls'),
    ]),
    `discovering ${name}`,
    signal,
    cancel,
  ).finally(() => clearTimeout(silence))
  const found = records.flat()
  const offered = found.filter((record) => !isRoot(record))
  if (found.length > 0 && offered.length === 0) {
    throw new TransportError(
      'unknown-host',
      `${name} says in the DNS that it has no XMPP service for clients`,
    )
  }
  if (offered.length === 0) return [fallback]
  const endpoints = orderSrvRecords(offered, random)
    .map(({ kind, name: target, port }): Endpoint => ({ kind, host: target.replace(/\.$/, ''), port }))
    // A record may hold any bytes and port 0.
    .filter((endpoint) => isEndpoint(formatEndpoint(endpoint)))
    .slice(0, discoveredEndpointLimit)
  if (endpoints.length === 0) {
    throw new TransportError('unknown-host', `the DNS names no usable host and port for ${name}`)
  }
  return endpoints
}

type KindOfRecord = 'starttls' | 'direct-tls'

/** No answer is treated as no records: RFC 6120 §3.2.1 goes on to the fallback then. */
async function lookUp(
  resolver: SrvResolver,
  name: string,
  kind: KindOfRecord,
): Promise<readonly (SrvRecord & { readonly kind: KindOfRecord })[]> {
  try {
    return (await resolver.resolveSrv(name)).map((record) => ({ ...record, kind }))
  } catch {
    return []
  }
}

/** RFC 2782: a target of `.` says that the service is decidedly not available. */
const isRoot = ({ name }: SrvRecord): boolean => name === '' || name === '.'

function whileWanted<T>(work: Promise<T>, deed: string, signal: AbortSignal, cancel: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      cancel()
      reject(abortedError(deed, signal))
    }
    if (signal.aborted) giveUp()
    else {
      const disarm = onAbort(signal, giveUp)
      work.then(resolve, reject).finally(disarm)
    }
  })
}
