import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls'
import { domainToASCII } from 'node:url'
import { TransportError } from '../errors.js'
import { readCertificateNames, type CertificateNames } from './certificate-names.js'

/**
 * The form of a domain that SNI and certificates use: A-labels, no final dot, no brackets around IPv6.
 * @throws RangeError when it is neither a domain nor an IP address
 */
export function toReferenceIdentity(domain: string): string {
  const bare = domain.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const reference = isIP(bare) > 0 ? bare : domainToASCII(bare)
  if (reference === '') throw new RangeError(`not a domain: ${JSON.stringify(domain)}`)
  return reference
}

/** What a connection asks for by name, and how it checks the certificate: it does, whatever the environment says. */
export type Naming = Required<
  Pick<ConnectionOptions, 'checkServerIdentity' | 'rejectUnauthorized' | 'servername'>
>

/** Of the last connection: a socket keeps what it was made with, and many are to the same place. */
let lastNaming: (Naming & { readonly host: string; readonly domain: string }) | undefined

/**
 * For a connection to `host`, whose certificate is for it or for the XMPP domain.
 * @throws RangeError when either is neither a domain nor an IP address
 */
export function toNaming(host: string, domain = host): Naming {
  if (lastNaming?.host === host && lastNaming.domain === domain) return lastNaming
  const reference = toReferenceIdentity(host)
  const references = [...new Set([reference, toReferenceIdentity(domain)])]
  lastNaming = {
    host,
    domain,
    servername: toServerName(reference),
    checkServerIdentity: (_host, certificate) => checkIdentity(references, certificate),
    // Without it Node asks NODE_TLS_REJECT_UNAUTHORIZED.
    rejectUnauthorized: true,
  }
  return lastNaming
}

/** SNI carries domains only (RFC 6066 §3); an empty string keeps Node from sending any. */
const toServerName = (reference: string): string => (isIP(reference) > 0 ? '' : reference)

/**
 * Whether a certificate that chains to a trusted authority belongs to one of the `references`: a DNS-ID (or IP address),
 * the SRV-ID `_xmpp-client.…`, or an XmppAddr. Gives the error to fail with.
 * @see RFC 6120 §13.7.2, RFC 6125 §6
 */
function checkIdentity(
  references: readonly string[],
  certificate: PeerCertificate,
): TransportError | undefined {
  const whose = references.join(' ')
  if (lastFound?.whose === whose && certificate.raw.equals(lastFound.raw)) return undefined
  const error = judge(references, certificate)
  if (error === undefined) lastFound = { whose, raw: certificate.raw }
  return error
}

/**
 * The last certificate that belonged to whom it should: every login to a server is shown the same, and to read its names
 * takes as long as to write the login. What it belongs to does not change; whether it is still to be trusted Node asks each time.
 */
let lastFound: { readonly whose: string; readonly raw: Buffer } | undefined

function judge(references: readonly string[], certificate: PeerCertificate): TransportError | undefined {
  let names: CertificateNames
  try {
    names = readCertificateNames(certificate.raw)
  } catch (cause) {
    return new TransportError('certificate-mismatch', 'the names in the certificate cannot be read', {
      cause,
    })
  }
  if (references.some((reference) => isNamed(reference, names, certificate))) return undefined
  return new TransportError(
    'certificate-mismatch',
    `the certificate is not for ${references.join(' or ')}: ${describe(names)}`,
  )
}

function isNamed(reference: string, names: CertificateNames, certificate: PeerCertificate): boolean {
  // Without DNS names Node would fall back to the common name.
  const isComparable = isIP(reference) > 0 || names.dns.length > 0
  if (isComparable && checkServerIdentity(reference, certificate) === undefined) return true
  const wanted = reference.toLowerCase()
  return (
    names.srv.some((name) => name.toLowerCase() === `_xmpp-client.${wanted}`) ||
    names.xmpp.some((name) => domainToASCII(name) === wanted)
  )
}

const namesShown = 5

function describe(names: CertificateNames): string {
  const all = [
    ...names.dns.map((name) => `DNS ${JSON.stringify(name)}`),
    ...names.srv.map((name) => `SRV ${JSON.stringify(name)}`),
    ...names.xmpp.map((name) => `XmppAddr ${JSON.stringify(name)}`),
    ...(names.addresses > 0 ? [`${names.addresses} IP address(es)`] : []),
  ]
  if (all.length === 0) return 'it has no subjectAltName that counts (the common name does not)'
  const more = all.length - namesShown
  return `it names ${all.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
