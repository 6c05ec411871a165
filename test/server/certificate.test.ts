import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { checkServerIdentity, connect, createServer } from 'node:tls'
import type { PeerCertificate, SecureContextOptions, TlsOptions } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createCertificate, createCertificateAuthority } from '../../src/server/certificate.js'
import type { IssuedCertificate } from '../../src/server/certificate.js'

const day = 24 * 3_600_000

/** Connects as a client that trusts `ca` and wants `name`; rejects as TLS does. */
async function handshake(
  server: IssuedCertificate,
  client: { readonly ca: string; readonly name: string; readonly context?: SecureContextOptions },
  options: TlsOptions = {},
): Promise<{ readonly authorized: boolean; readonly peer: PeerCertificate }> {
  const listener = createServer({ ...options, cert: server.cert, key: server.key })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const accepted = once(listener, 'secureConnection')
  accepted.catch(() => undefined)
  const socket = connect({
    ...client.context,
    host: '127.0.0.1',
    port: address.port,
    ca: client.ca,
    servername: client.name,
  })
  try {
    await once(socket, 'secureConnect')
    await accepted
    return { authorized: socket.authorized, peer: socket.getPeerCertificate() }
  } finally {
    socket.destroy()
    listener.close()
  }
}

describe('createCertificate()', () => {
  test('makes what TLS accepts for each of its domains, under its own authority', async () => {
    const signer = await createCertificateAuthority()
    const server = await createCertificate({
      names: { dns: ['example.test', '*.example.test', 'localhost'] },
      signer,
    })
    expect(server.ca).toBe(signer.cert)
    for (const name of ['example.test', 'conference.example.test', 'localhost']) {
      expect(await handshake(server, { ca: signer.cert, name })).toMatchObject({ authorized: true })
    }
    await expect(handshake(server, { ca: signer.cert, name: 'other.test' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('makes what a client of another authority refuses', async () => {
    const [signer, stranger] = [
      await createCertificateAuthority(),
      await createCertificateAuthority({ name: 'other' }),
    ]
    const server = await createCertificate({ names: { dns: ['example.test'] }, signer })
    await expect(handshake(server, { ca: stranger.cert, name: 'example.test' })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
  })

  test('makes certificates that are over, and that are yet to come', async () => {
    const signer = await createCertificateAuthority({
      notBefore: new Date(Date.now() - 90 * day),
      notAfter: new Date(Date.now() + day),
    })
    const names = { dns: ['example.test'] }
    const over = await createCertificate({ names, signer, notBefore: new Date(Date.now() - 60 * day) })
    const early = await createCertificate({ names, signer, notBefore: new Date(Date.now() + day) })
    const client = { ca: signer.cert, name: 'example.test' }
    await expect(handshake(over, client)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' })
    await expect(handshake(early, client)).rejects.toMatchObject({ code: 'CERT_NOT_YET_VALID' })
  })

  test('signs itself where there is no signer: refused, unless it is trusted as such', async () => {
    const server = await createCertificate({ names: { dns: ['example.test'] } })
    const { cert } = await createCertificateAuthority()
    expect(server.ca).toBe(server.cert)
    await expect(handshake(server, { ca: cert, name: 'example.test' })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(await handshake(server, { ca: server.ca, name: 'example.test' })).toMatchObject({
      authorized: true,
    })
  })

  test('names services and accounts beside domains, and serves clients', async () => {
    const signer = await createCertificateAuthority()
    const issued = await createCertificate({
      names: { dns: ['example.test'], srv: ['_xmpp-client.example.test'], xmpp: ['alice@example.test'] },
      signer,
    })
    const certificate = new X509Certificate(issued.cert)
    expect(certificate.subjectAltName).toBe(
      'DNS:example.test, othername:SRVName:_xmpp-client.example.test, othername:XmppAddr:alice@example.test',
    )
    expect(certificate.verify(new X509Certificate(signer.cert).publicKey)).toBe(true)
    const client = { ca: signer.cert, name: 'example.test', context: { cert: issued.cert, key: issued.key } }
    const mutual = { requestCert: true, rejectUnauthorized: true, ca: signer.cert }
    expect(await handshake(issued, client, mutual)).toMatchObject({ authorized: true })
  })

  test('says of the authority that it is one, and of the rest that they are not', async () => {
    const signer = await createCertificateAuthority({ name: 'an authority' })
    const leaf = new X509Certificate((await createCertificate({ names: { dns: ['a.test'] }, signer })).cert)
    const authority = new X509Certificate(signer.cert)
    expect([authority.ca, leaf.ca]).toEqual([true, false])
    expect([authority.subject, leaf.issuer, leaf.subject]).toEqual([
      'CN=an authority',
      'CN=an authority',
      'CN=a.test',
    ])
    expect(leaf.checkIssued(authority)).toBe(true)
  })

  test('writes years from 2050 on with four digits', async () => {
    const notAfter = new Date('2061-07-28T00:00:00Z')
    const { cert } = await createCertificate({ names: { dns: ['a.test'] }, notAfter })
    expect(new Date(new X509Certificate(cert).validTo)).toEqual(notAfter)
  })

  test('gives every certificate a serial number and a key of its own', async () => {
    const names = { dns: ['a.test'] }
    const [one, other] = [await createCertificate({ names }), await createCertificate({ names })]
    expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(other.cert).serialNumber)
    expect(one.key).not.toBe(other.key)
  })

  test('refuses a certificate without names, of a domain that is not ASCII, or without a duration', async () => {
    await expect(createCertificate({ names: {} })).rejects.toThrow(RangeError)
    await expect(createCertificate({ names: { dns: ['bücher.test'] } })).rejects.toThrow(RangeError)
    await expect(createCertificate({ names: { srv: ['_xmpp-client.bücher.test'] } })).rejects.toThrow(
      RangeError,
    )
    const now = new Date()
    await expect(
      createCertificate({ names: { dns: ['a.test'] }, notBefore: now, notAfter: now }),
    ).rejects.toThrow(RangeError)
    await expect(createCertificateAuthority({ notAfter: new Date(Number.NaN) })).rejects.toThrow(RangeError)
  })
})

test('checkServerIdentity() of Node reads the names as they were meant', async () => {
  const server = await createCertificate({ names: { dns: ['example.test'] } })
  const { peer } = await handshake(server, { ca: server.ca, name: 'example.test' })
  expect(checkServerIdentity('example.test', peer)).toBeUndefined()
  expect(checkServerIdentity('sub.example.test', peer)).toBeInstanceOf(Error)
})
