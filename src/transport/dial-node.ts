import { X509Certificate } from 'node:crypto'
import { compileAddressPatterns } from './address-patterns.js'
import { readCertificateNames } from './certificate-names.js'
import type { Dialer, DialerOptions } from './dial.js'
import { discoverEndpoints, type SrvResolver } from './discovery.js'
import { formatEndpoint, parseEndpoint } from './endpoint.js'
import { dialTcp, dialTls } from './tcp.js'
import type { TlsClientOptions } from './transport.js'
import { dialWebSocket } from './web-socket.js'
import { toLoggableUrl } from './web-socket-url.js'

export interface NodeDialerOptions extends DialerOptions {
  /** See `DiscoveryOptions`. */
  readonly resolver?: SrvResolver
  readonly random?: () => number
}

/**
 * What errors and states call an endpoint: the query of a WebSocket URL may be a secret. Node has the means for all.
 * @throws RangeError for what is no endpoint
 */
export const nameEndpoint = (text: string): string | undefined =>
  parseEndpoint(text).kind === 'websocket' ? toLoggableUrl(text) : text

/**
 * The dialer of Node: SRV records, STARTTLS, direct TLS and WebSockets.
 * @throws TypeError for a certificate without its key, and for what is no PEM
 */
export function createDialer(options: NodeDialerOptions = {}): Dialer {
  const { resolver, random, frameLimitBytes } = options
  const material = toMaterial(options)
  const tlsOptions = (domain: string): TlsClientOptions => ({ domain, ...material })
  return {
    tlsOptions,
    namesSeveral: () => addressesIn(options.cert).length > 1,
    discover: async (domain, signal) => {
      const endpoints = await discoverEndpoints({
        domain,
        signal,
        ...(resolver === undefined ? {} : { resolver }),
        ...(random === undefined ? {} : { random }),
      })
      return endpoints.map(formatEndpoint)
    },
    dial: async (text, domain, signal) => {
      compileAddressPatterns()
      const endpoint = parseEndpoint(text)
      const tls = tlsOptions(domain)
      if (endpoint.kind === 'websocket') {
        const limits = frameLimitBytes === undefined ? {} : { frameLimitBytes }
        return dialWebSocket({ url: endpoint.url, tls, signal, ...limits })
      }
      const { kind, host, port } = endpoint
      return kind === 'starttls' ? dialTcp({ host, port, signal }) : dialTls({ host, port, tls, signal })
    },
  }
}

function toMaterial({ ca, cert, key }: DialerOptions): Omit<TlsClientOptions, 'domain'> {
  for (const [name, texts = []] of Object.entries({ ca, cert, key })) {
    if ([texts].flat().some((pem) => pem !== '' && !pem.includes('-----BEGIN ')))
      throw new TypeError(`\`tls.${name}\` is PEM itself, not the name of a file`)
  }
  if ((cert === undefined) !== (key === undefined))
    throw new TypeError('a client certificate needs both `tls.cert` and `tls.key`')
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  }
}

/** The JIDs that a client certificate is for; none of one that cannot be read, which TLS refuses. */
function addressesIn(cert: string | undefined): readonly string[] {
  if (cert === undefined) return []
  try {
    return readCertificateNames(new X509Certificate(cert).raw).xmpp
  } catch {
    return []
  }
}
