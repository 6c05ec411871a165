import { encodeBase64 } from '../base64.js'
import { commonName, extensionsOf, keyIdentifier, validityOf } from './certificate-parts.js'
import type { CertificateNames } from './certificate-parts.js'

/** When a certificate is valid. */
export interface CertificateValidity {
  /** Default: an hour ago. */
  readonly notBefore?: Date | undefined
  /** Default: 30 days after `notBefore`. */
  readonly notAfter?: Date | undefined
}

/** What a certificate shall say. */
export interface CertificateOptions extends CertificateValidity {
  readonly names: CertificateNames
  /** Whose signature it bears; without one it signs itself. */
  readonly signer?: CertificateAuthority | undefined
}

/** An authority of one's own, in memory only: for demonstrations and tests. */
export interface CertificateAuthority {
  /** PEM: what clients must trust. */
  readonly cert: string
  readonly name: string
  readonly keys: CryptoKeyPair
}

/** A certificate with all that TLS needs, as PEM. */
export interface IssuedCertificate {
  /** What clients must trust: the signer's certificate, or this one where it signed itself. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** An authority on ECDSA P-256, valid for 30 days. Throws RangeError when it would end before it begins. */
export async function createCertificateAuthority(
  options: CertificateValidity & { readonly name?: string | undefined } = {},
): Promise<CertificateAuthority> {
  const { name = 'xmpp-machines' } = options
  const keys = await generateKeys()
  const cert = await issue({ ...options, subject: name, keys, signer: { name, keys } })
  return { cert, name, keys }
}

/**
 * A certificate on ECDSA P-256, for servers and clients alike. Throws RangeError without any name, for a domain that
 * is not ASCII, and when it would end before it begins.
 */
export async function createCertificate(options: CertificateOptions): Promise<IssuedCertificate> {
  const { names, signer } = options
  const [subject] = [...(names.dns ?? []), ...(names.xmpp ?? []), ...(names.srv ?? [])]
  if (subject === undefined) throw new RangeError('a certificate needs a name')
  const keys = await generateKeys()
  const cert = await issue({ ...options, subject, keys, signer: signer ?? { name: subject, keys } })
  const key = pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { ca: signer?.cert ?? cert, cert, key }
}

interface Issue extends CertificateValidity {
  readonly subject: string
  readonly keys: CryptoKeyPair
  readonly signer: Pick<CertificateAuthority, 'keys' | 'name'>
  /** Without any it is an authority. */
  readonly names?: CertificateNames | undefined
}

const serialBytes = 16

/** Encoding is loaded when first needed: whoever brings his own certificate pays nothing. */
async function issue({ keys, names, notAfter, notBefore, signer, subject }: Issue): Promise<string> {
  const [{ Integer }, { Certificate }] = await Promise.all([import('asn1js'), import('pkijs')])
  const serial = crypto.getRandomValues(new Uint8Array(serialBytes))
  serial[0] = 1
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: serial.buffer }),
    issuer: await commonName(signer.name),
    subject: await commonName(subject),
    ...(await validityOf(notBefore, notAfter)),
    extensions: await extensionsOf(
      names,
      await keyIdentifier(keys.publicKey),
      await keyIdentifier(signer.keys.publicKey),
    ),
  })
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  await certificate.sign(signer.keys.privateKey, 'SHA-256')
  return pem('CERTIFICATE', certificate.toSchema(true).toBER())
}

function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = encodeBase64(new Uint8Array(der)).replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}
