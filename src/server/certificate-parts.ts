import type { Extension, RelativeDistinguishedNames, Time } from 'pkijs'

/** Who a certificate is for: each list may be left out, but not all may be empty. */
export interface CertificateNames {
  /** DNS-ID (RFC 6125): domains as ASCII, a leading `*.` included. */
  readonly dns?: readonly string[] | undefined
  /** SRV-ID (RFC 4985), e.g. `_xmpp-client.example.test`. */
  readonly srv?: readonly string[] | undefined
  /** XmppAddr (RFC 6120 §13.7.1.4): JIDs, of clients above all. */
  readonly xmpp?: readonly string[] | undefined
}

const asn1 = () => import('asn1js')
const pki = () => import('pkijs')

/** A distinguished name of nothing but a common name. */
export async function commonName(name: string): Promise<RelativeDistinguishedNames> {
  const [{ Utf8String }, { AttributeTypeAndValue, RelativeDistinguishedNames }] = await Promise.all([
    asn1(),
    pki(),
  ])
  const value = new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: name }) })
  return new RelativeDistinguishedNames({ typesAndValues: [value] })
}

const hourMs = 3_600_000
const validMs = 30 * 24 * hourMs

/** From an hour ago, for 30 days, unless told otherwise; throws RangeError when it would end before it begins. */
export async function validityOf(
  notBefore = new Date(Date.now() - hourMs),
  notAfter = new Date(notBefore.getTime() + validMs),
): Promise<{ readonly notBefore: Time; readonly notAfter: Time }> {
  if (!(notBefore.getTime() < notAfter.getTime())) {
    throw new RangeError('a certificate must begin before it ends')
  }
  const { Time, TimeType } = await pki()
  /** RFC 5280 §4.1.2.5: two-digit years to 2049, four digits from then on. */
  const time = (value: Date) =>
    new Time({ type: value.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime, value })
  return { notBefore: time(notBefore), notAfter: time(notAfter) }
}

/** RFC 5280 §4.2.1.2: by which a certificate and its signer find each other. */
export async function keyIdentifier(key: CryptoKey): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-1', await crypto.subtle.exportKey('raw', key))
}

/** Names for a server or client; without any, what makes an authority. */
export async function extensionsOf(
  names: CertificateNames | undefined,
  own: ArrayBuffer,
  signer: ArrayBuffer,
): Promise<Extension[]> {
  const { BitString, ObjectIdentifier, OctetString, Sequence } = await asn1()
  const { AuthorityKeyIdentifier, BasicConstraints, Extension } = await pki()
  const isAuthority = names === undefined
  const extension = (extnID: string, value: { toBER(): ArrayBuffer }, critical = false) =>
    new Extension({ extnID, critical, extnValue: value.toBER() })
  const common = [
    extension('2.5.29.19', new BasicConstraints({ cA: isAuthority }).toSchema(), true),
    extension('2.5.29.15', new BitString(isAuthority ? keyUsage.authority : keyUsage.leaf), true),
    extension('2.5.29.14', new OctetString({ valueHex: own })),
    extension(
      '2.5.29.35',
      new AuthorityKeyIdentifier({ keyIdentifier: new OctetString({ valueHex: signer }) }).toSchema(),
    ),
  ]
  if (isAuthority) return common
  const purposes = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'].map((value) => new ObjectIdentifier({ value }))
  return [
    ...common,
    extension('2.5.29.37', new Sequence({ value: purposes })),
    extension('2.5.29.17', await alternativeNames(names)),
  ]
}

/** `keyCertSign` with `cRLSign`; `digitalSignature`. */
const keyUsage = {
  authority: { valueHex: Uint8Array.of(0x06).buffer, unusedBits: 1 },
  leaf: { valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 },
} as const

/** Object identifiers of the other names: SRVName (RFC 4985), XmppAddr (RFC 6120 §13.7.1.4). */
const srvName = '1.3.6.1.5.5.7.8.7'
const xmppAddr = '1.3.6.1.5.5.7.8.5'
const context = (tagNumber: number) => ({ tagClass: 3, tagNumber }) as const

async function alternativeNames(names: CertificateNames): Promise<{ toBER(): ArrayBuffer }> {
  const { Constructed, IA5String, ObjectIdentifier, Primitive, Sequence, Utf8String } = await asn1()
  const otherName = (type: string, value: InstanceType<typeof IA5String | typeof Utf8String>) =>
    new Constructed({
      idBlock: context(0),
      value: [
        new ObjectIdentifier({ value: type }),
        new Constructed({ idBlock: context(0), value: [value] }),
      ],
    })
  return new Sequence({
    value: [
      ...(names.dns ?? []).map((name) => new Primitive({ idBlock: context(2), valueHex: ascii(name) })),
      ...(names.srv ?? []).map((name) => otherName(srvName, new IA5String({ valueHex: ascii(name) }))),
      ...(names.xmpp ?? []).map((name) => otherName(xmppAddr, new Utf8String({ value: name }))),
    ],
  })
}

function ascii(domain: string): ArrayBuffer {
  if (!/^[\x21-\x7E]+$/.test(domain))
    throw new RangeError(`a domain in a certificate must be ASCII: ${domain}`)
  return new TextEncoder().encode(domain).buffer
}
