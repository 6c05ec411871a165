import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { createAuthority } from '../transport/certificates.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import { serveDirectTls, serveStartTls, serveWebSocket, type KeyPair } from './secure-server.js'

leaveNothingBehind('passing')

const dayMs = 86_400_000
let authority: CertificateAuthority
let stranger: CertificateAuthority
beforeAll(async () => {
  authority = await createCertificateAuthority()
  stranger = await createCertificateAuthority()
})

const servers = {
  'direct TLS': serveDirectTls,
  STARTTLS: serveStartTls,
  WebSocket: (certificate: KeyPair) => serveWebSocket(certificate, []),
} as const
const ways = ['direct TLS', 'STARTTLS', 'WebSocket'] as const

/** `names`: who the certificate is for; the servers are reached as 127.0.0.1. */
const doubtful: readonly (readonly [what: string, code: string, issue: () => Promise<IssuedCertificate>])[] =
  [
    [
      'is for another domain',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['other.test'] }, signer: authority }),
    ],
    [
      'is for a subdomain',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['xmpp.example.test'] }, signer: authority }),
    ],
    [
      'is for the domain above',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['test'] }, signer: authority }),
    ],
    [
      'is for the subdomains alone',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['*.example.test'] }, signer: authority }),
    ],
    [
      'is for every domain there is',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['*', '*.test'] }, signer: authority }),
    ],
    [
      'is for a look-alike',
      'certificate-mismatch',
      () => createCertificate({ names: { dns: ['xn--xample-9uf.test'] }, signer: authority }),
    ],
    [
      'has expired',
      'certificate-expired',
      () =>
        createCertificate({
          names: { dns: ['example.test'] },
          notBefore: new Date(Date.now() - 3 * dayMs),
          notAfter: new Date(Date.now() - dayMs),
          signer: authority,
        }),
    ],
    [
      'is not valid yet',
      'certificate-expired',
      () =>
        createCertificate({
          names: { dns: ['example.test'] },
          notBefore: new Date(Date.now() + dayMs),
          notAfter: new Date(Date.now() + 3 * dayMs),
          signer: authority,
        }),
    ],
    [
      'has signed itself',
      'certificate-untrusted',
      () => createCertificate({ names: { dns: ['example.test'] } }),
    ],
    [
      'is of an authority that nobody trusts',
      'certificate-untrusted',
      () => createCertificate({ names: { dns: ['example.test'] }, signer: stranger }),
    ],
  ]

describe.each(ways)('A19: over %s, a certificate', (way) => {
  it.each(doubtful)('that %s is refused as %s, before a byte of credentials', async (_what, code, issue) => {
    const server = await servers[way](await issue())
    const { error, client } = await failToConnect({
      endpoint: server.endpoint,
      tls: { ca: authority.cert },
      reconnect: 'always',
    })
    expect(error).toMatchObject({ code: `transport.${code}`, name: 'TransportError' })
    expect(client.state).toMatchObject({ needs: 'change', because: 'the certificate cannot be believed' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })

  it.each(doubtful)(
    'that %s is no better where the environment turns checks off',
    async (_what, code, issue) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
      onTestFinished(() => void vi.unstubAllEnvs())
      const server = await servers[way](await issue())
      const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: authority.cert } })
      expect(error).toMatchObject({ code: `transport.${code}` })
      expect(server.heard()).not.toMatch(/auth|alice/)
    },
  )

  it('is no better for an app that accepts plain text', async () => {
    const issued = await createCertificate({ names: { dns: ['other.test'] }, signer: authority })
    const server = await servers[way](issued)
    const { error } = await failToConnect({
      endpoint: server.endpoint,
      tls: { ca: authority.cert },
      dangerouslyAllowPlaintext: true,
    })
    expect(error).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })
})

describe.each(['direct TLS', 'STARTTLS'] as const)('A19: over %s, the identity', (way) => {
  it('is the domain of the account, not the host that the endpoint or an SRV record names', async () => {
    const ownCa = createAuthority()
    const target = ownCa.issue({
      names: { dns: ['localhost', '127.0.0.1'], addresses: ['127.0.0.1'] },
      commonName: 'example.test',
    })
    const server = await servers[way](target)
    const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: ownCa.ca } })
    expect(error).toMatchObject({
      code: 'transport.certificate-mismatch',
      message: expect.stringContaining('example.test'),
    })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })

  it.each([
    ['a DNS name', { dns: ['example.test'] }],
    ['a DNS name in capitals', { dns: ['EXAMPLE.TEST'] }],
    ['a service name', { srv: ['_xmpp-client.example.test'] }],
    ['an XMPP address', { xmpp: ['example.test'] }],
  ])('is proven by %s', async (_what, names) => {
    const ownCa = createAuthority()
    const server = await servers[way](ownCa.issue({ names }))
    const client = createTestClient({ endpoint: server.endpoint, tls: { ca: ownCa.ca } })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: true })
  })

  it.each([
    ['the service of servers', { srv: ['_xmpp-server.example.test'] }],
    ['the service of mail', { srv: ['_imap.example.test'] }],
    ['the service of another domain', { srv: ['_xmpp-client.other.test'] }],
    ['the XMPP address of a person', { xmpp: ['alice@example.test'] }],
    ['the XMPP address of another domain', { xmpp: ['other.test'] }],
    ['a common name alone', {}],
    ['a DNS name with NUL in it', { dns: ['example.test\0.evil.test'] }],
  ])('is not proven by %s', async (_what, names) => {
    const ownCa = createAuthority()
    const server = await servers[way](ownCa.issue({ names, commonName: 'example.test' }))
    const { error } = await failToConnect({ endpoint: server.endpoint, tls: { ca: ownCa.ca } })
    expect(error).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })
})
