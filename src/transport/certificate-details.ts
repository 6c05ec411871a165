import { X509Certificate } from 'node:crypto'
import { readCertificateNames } from './certificate-names.js'
import type { CertificateDetails } from './transport.js'

/** What people want to know of a certificate in DER; `undefined` where it cannot be read. */
export function toCertificateDetails(der: Uint8Array | undefined): CertificateDetails | undefined {
  if (der === undefined) return undefined
  try {
    const { fingerprint256, issuer, subject, validFrom, validTo } = new X509Certificate(der)
    const { dns, srv, xmpp } = readCertificateNames(der)
    return {
      subject: toLine(subject),
      issuer: toLine(issuer),
      validFrom: Date.parse(validFrom),
      validTo: Date.parse(validTo),
      names: [...new Set([...dns, ...srv, ...xmpp])],
      fingerprint: fingerprint256,
    }
  } catch {
    return undefined
  }
}

/** Node puts each part of a name on a line of its own. */
const toLine = (name: string) => name.split('\n').join(', ')
