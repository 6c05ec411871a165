import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** Names for a subjectAltName. */
export interface Names {
  readonly dns?: readonly string[]
  /** IPv4 only. */
  readonly addresses?: readonly string[]
  readonly srv?: readonly string[]
  readonly xmpp?: readonly string[]
}

export interface Wanted {
  readonly names?: Names
  readonly commonName?: string
  /** Default: from yesterday to tomorrow. */
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly signature?: keyof typeof signatures
}

/** PEM, as the transports take it, and the DER that the other side sees. */
export interface Issued {
  readonly cert: string
  readonly key: string
  readonly der: Uint8Array
}

export interface Authority {
  readonly ca: string
  issue(wanted: Wanted): Issued
}

/** A certificate authority of one test run. */
export function createAuthority(name = 'a test authority'): Authority {
  const keys = keysFor('ecdsa-sha256')
  const root = assemble({ commonName: name }, name, keys, keys.privateKey, true)
  return {
    ca: root.cert,
    issue: (wanted) => assemble(wanted, name, keysFor('ecdsa-sha256'), keys.privateKey, false),
  }
}

/** A certificate that only its own key vouches for. */
export function issueSelfSigned(wanted: Wanted): Issued {
  const keys = keysFor(wanted.signature ?? 'ecdsa-sha256')
  return assemble(wanted, wanted.commonName ?? 'self-signed', keys, keys.privateKey, false)
}

interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const dayMs = 86_400_000

const ecdsa = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04]
const rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]

const signatures = {
  'ecdsa-sha1': { hash: 'sha1', identifier: [...ecdsa, 1] },
  'ecdsa-sha256': { hash: 'sha256', identifier: [...ecdsa, 3, 2] },
  'ecdsa-sha384': { hash: 'sha384', identifier: [...ecdsa, 3, 3] },
  'ecdsa-sha512': { hash: 'sha512', identifier: [...ecdsa, 3, 4] },
  'rsa-sha1': { hash: 'sha1', identifier: [...rsa, 5] },
  'rsa-sha512': { hash: 'sha512', identifier: [...rsa, 13] },
  'rsa-pss-sha384': { hash: 'sha384', identifier: [...rsa, 10] },
  ed25519: { hash: undefined, identifier: [0x2b, 0x65, 0x70] },
} as const

function keysFor(signature: keyof typeof signatures): Keys {
  if (signature === 'ed25519') return generateKeyPairSync('ed25519')
  if (signature.startsWith('rsa')) return generateKeyPairSync('rsa', { modulusLength: 1024 })
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function assemble(
  wanted: Wanted,
  issuer: string,
  keys: Keys,
  signingKey: KeyObject,
  isAuthority: boolean,
): Issued {
  const signature = wanted.signature ?? 'ecdsa-sha256'
  const algorithm = algorithmOf(signature)
  const now = Date.now()
  const tbsCertificate = sequence(
    element(0xa0, element(0x02, [2])),
    element(0x02, [1, ...crypto.getRandomValues(new Uint8Array(8))]),
    algorithm,
    nameOf(issuer),
    sequence(
      timeOf(wanted.notBefore ?? new Date(now - dayMs)),
      timeOf(wanted.notAfter ?? new Date(now + dayMs)),
    ),
    nameOf(wanted.commonName ?? 'issued'),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensionsOf(wanted.names, isAuthority))),
  )
  const { hash } = signatures[signature]
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 }
  const value = sign(hash, tbsCertificate, {
    key: signingKey,
    ...(signature === 'rsa-pss-sha384' ? pss : {}),
  })
  const der = sequence(tbsCertificate, algorithm, element(0x03, [0], value))
  return {
    cert: toPem(der),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der,
  }
}

function algorithmOf(signature: keyof typeof signatures): Uint8Array {
  const identifier = element(0x06, signatures[signature].identifier)
  if (signature !== 'rsa-pss-sha384') return sequence(identifier)
  const sha384 = sequence(element(0x06, [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2]))
  const maskGeneration = sequence(element(0x06, [...rsa, 8]), sha384)
  return sequence(
    identifier,
    sequence(element(0xa0, sha384), element(0xa1, maskGeneration), element(0xa2, element(0x02, [48]))),
  )
}

function extensionsOf(names: Names | undefined, isAuthority: boolean): Uint8Array[] {
  const constraints = sequence(...(isAuthority ? [element(0x01, [0xff])] : []))
  const extensions = [sequence(element(0x06, [0x55, 0x1d, 0x13]), element(0x04, constraints))]
  if (names !== undefined) {
    extensions.push(sequence(element(0x06, [0x55, 0x1d, 0x11]), element(0x04, subjectAltName(names))))
  }
  return extensions
}

function subjectAltName({ dns = [], addresses = [], srv = [], xmpp = [] }: Names): Uint8Array {
  return sequence(
    ...dns.map((name) => element(0x82, text(name))),
    ...addresses.map((address) => element(0x87, Uint8Array.from(address.split('.'), Number))),
    ...srv.map((name) => otherName(7, element(0x16, text(name)))),
    ...xmpp.map((name) => otherName(5, element(0x0c, text(name)))),
  )
}

/** id-on 1.3.6.1.5.5.7.8.x */
function otherName(arc: number, value: Uint8Array): Uint8Array {
  return element(0xa0, element(0x06, [0x2b, 6, 1, 5, 5, 7, 8, arc]), element(0xa0, value))
}

function nameOf(commonName: string): Uint8Array {
  return sequence(element(0x31, sequence(element(0x06, [0x55, 4, 3]), element(0x0c, text(commonName)))))
}

function timeOf(date: Date): Uint8Array {
  return element(0x18, text(date.toISOString().replace(/[-:T]|\.\d+/g, '')))
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...parts)
}

function element(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const content = parts.flatMap((part) => [...part])
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.of(tag, ...size, ...content)
}

function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
