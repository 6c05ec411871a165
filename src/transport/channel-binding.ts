import { createHash } from 'node:crypto'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { contentOf, readDer, readSequence, toObjectIdentifier } from './der.js'
import type { ChannelBindingType } from './transport.js'

/** Binding data of an established TLS connection, from either side, or `undefined` where it has none of this type. */
export function channelBindingOf(
  socket: TLSSocket,
  isServer: boolean,
  type: ChannelBindingType,
): Uint8Array | undefined {
  if (socket.destroyed) return undefined
  if (type === 'tls-exporter') return tlsExporter(socket)
  if (type === 'tls-unique') return tlsUnique(socket, isServer)
  const certificate = isServer ? socket.getX509Certificate()?.raw : peerCertificateOf(socket)
  return certificate === undefined ? undefined : tlsServerEndPoint(certificate)
}

/** DER of what the other side showed. `getPeerX509Certificate` will not do: on clients it answers only once. */
export function peerCertificateOf(socket: TLSSocket): Uint8Array | undefined {
  const certificate: Partial<PeerCertificate> | null = socket.getPeerCertificate()
  return certificate?.raw
}

/** RFC 9266 §2: only TLS 1.3, or TLS 1.2 with the extended master secret, makes the exporter unique to the connection. */
function tlsExporter(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.3' && !hasExtendedMasterSecret(socket)) return undefined
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)))
}

/** RFC 5929 §3: the first Finished message; the server speaks first when a session is resumed. */
function tlsUnique(socket: TLSSocket, isServer: boolean): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.2') return undefined
  const mineIsFirst = isServer === socket.isSessionReused()
  const finished = mineIsFirst ? socket.getFinished() : socket.getPeerFinished()
  return finished === undefined ? undefined : new Uint8Array(finished)
}

const sessionFlags = 0xad
const extendedMasterSecret = 1

/**
 * Node does not tell whether RFC 7627 was negotiated; OpenSSL notes it in the session (field 13, flag 1). A TLS library
 * that writes sessions differently loses this binding type, never safety.
 */
function hasExtendedMasterSecret(socket: TLSSocket): boolean {
  const session = socket.getSession()
  if (session === undefined) return false
  try {
    const flags = contentOf(readSequence(session), sessionFlags)
    const value = flags === undefined ? undefined : contentOf(readDer(flags), 0x02)
    return ((value?.at(-1) ?? 0) & extendedMasterSecret) !== 0
  } catch {
    return false
  } finally {
    // It holds the master secret.
    session.fill(0)
  }
}

/**
 * RFC 5929 §4: the server's certificate, hashed as it was for its signature, but never with less than SHA-256;
 * `undefined` for signatures without a hash of their own (Ed25519).
 * @throws RangeError when it is not a certificate
 */
export function tlsServerEndPoint(certificate: Uint8Array): Uint8Array | undefined {
  const algorithm = readSequence(certificate)[1]
  const hash = algorithm === undefined ? undefined : signatureHash(algorithm.content)
  return hash === undefined ? undefined : new Uint8Array(createHash(hash).update(certificate).digest())
}

const signatureHashes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.4', 'sha256'], // md5WithRSA
  ['1.2.840.113549.1.1.5', 'sha256'], // sha1WithRSA
  ['1.2.840.113549.1.1.14', 'sha224'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10040.4.3', 'sha256'], // dsa-with-sha1
  ['2.16.840.1.101.3.4.3.1', 'sha224'],
  ['2.16.840.1.101.3.4.3.2', 'sha256'],
  ['1.2.840.10045.4.1', 'sha256'], // ecdsa-with-SHA1
  ['1.2.840.10045.4.3.1', 'sha224'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
])

const rsassaPss = '1.2.840.113549.1.1.10'

const digests: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha256'], // SHA-1
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

function signatureHash(algorithmIdentifier: Uint8Array): string | undefined {
  const [identifier, parameters] = readDer(algorithmIdentifier)
  if (identifier === undefined) return undefined
  const algorithm = toObjectIdentifier(identifier.content)
  if (algorithm !== rsassaPss) return signatureHashes.get(algorithm)
  // RFC 4055 §3.1: [0] hashAlgorithm, SHA-1 when absent.
  const hash = parameters === undefined ? undefined : contentOf(readDer(parameters.content), 0xa0)
  if (hash === undefined) return 'sha256'
  const digest = contentOf(readSequence(hash), 0x06)
  return digest === undefined ? undefined : digests.get(toObjectIdentifier(digest))
}
