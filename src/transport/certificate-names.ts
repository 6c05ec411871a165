import { contentOf, readDer, readSequence, toObjectIdentifier } from './der.js'

/** What a certificate's subjectAltName calls its holder; the common name is no identity any more (RFC 9525 §2). */
export interface CertificateNames {
  /** DNS-IDs, wildcards included. */
  readonly dns: readonly string[]
  /** How many iPAddress names there are: Node compares their values. */
  readonly addresses: number
  /** SRV-IDs, e.g. `_xmpp-client.example.test` (RFC 4985). */
  readonly srv: readonly string[]
  /** XmppAddr (RFC 6120 §13.7.1.4): domains in server certificates, JIDs in those of clients. */
  readonly xmpp: readonly string[]
}

const subjectAltName = '2.5.29.17'
const xmppAddr = '1.3.6.1.5.5.7.8.5'
const srvName = '1.3.6.1.5.5.7.8.7'

const decoder = new TextDecoder()

/**
 * Reads the names out of a DER certificate, not out of Node's text form: that one is meant for people.
 * @throws RangeError when it is not a certificate
 */
export function readCertificateNames(certificate: Uint8Array): CertificateNames {
  const dns: string[] = []
  const srv: string[] = []
  const xmpp: string[] = []
  let addresses = 0
  for (const { tag, content } of generalNames(certificate)) {
    if (tag === 0x82) dns.push(text(content))
    else if (tag === 0x87) addresses += 1
    else if (tag === 0xa0) {
      const [type, wrapped] = readDer(content)
      if (type?.tag !== 0x06 || wrapped?.tag !== 0xa0) continue
      const [value] = readDer(wrapped.content)
      const identifier = toObjectIdentifier(type.content)
      if (identifier === xmppAddr && value?.tag === 0x0c) xmpp.push(text(value.content))
      if (identifier === srvName && value?.tag === 0x16) srv.push(text(value.content))
    }
  }
  return { dns, addresses, srv, xmpp }
}

function generalNames(certificate: Uint8Array): ReturnType<typeof readDer> {
  const [tbsCertificate] = readSequence(certificate)
  if (tbsCertificate === undefined) throw new RangeError('DER: this is no certificate')
  const wrapped = contentOf(readDer(tbsCertificate.content), 0xa3)
  if (wrapped === undefined) return []
  for (const extension of readSequence(wrapped)) {
    const parts = readDer(extension.content)
    const identifier = contentOf(parts, 0x06)
    const value = contentOf(parts, 0x04)
    if (identifier === undefined || value === undefined) continue
    if (toObjectIdentifier(identifier) === subjectAltName) return readSequence(value)
  }
  return []
}

const text = (bytes: Uint8Array): string => decoder.decode(bytes)
