import { createServer, type Server } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { ns, xml } from '../../src/index.js'
import type { ClientOptions } from '../../src/client-options.js'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { listenTcp, listenTls, type Listener } from '../../src/transport/listen.js'
import type { Transport } from '../../src/transport/transport.js'
import {
  bindFeature,
  features,
  login,
  mechanisms,
  openingTag,
  scriptedEndpoint,
  ScriptedServer,
  success,
  type Exchange,
} from '../support/scripted-server.js'

const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
const short = {
  dialMs: 2_000,
  headerMs: 2_000,
  featuresMs: 2_000,
  proceedMs: 2_000,
  tlsMs: 2_000,
  saslMs: 2_000,
}

const listeners: { close(): Promise<void> }[] = []
const clients: Client[] = []
let authority: CertificateAuthority
let trusted: IssuedCertificate

beforeAll(async () => {
  authority = await createCertificateAuthority()
  trusted = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

async function keep(listener: Promise<Listener>): Promise<number> {
  const kept = await listener
  listeners.push(kept)
  return kept.port
}

/** Connects, and gives what it failed with; by then nothing is pending. */
async function failing(
  options: Partial<ClientOptions>,
): Promise<{ readonly error: unknown; readonly client: Client }> {
  const client = createClient({ jid: 'alice@example.test', password: 'secret', timeouts: short, ...options })
  clients.push(client)
  const error = await client.connect().then(
    () => new Error('it went online'),
    (reason: unknown) => reason,
  )
  expect(client.state.status).toBe('halted')
  await expect(client.request({ type: 'get', payload: xml('ping', ns.ping) })).rejects.toMatchObject({
    code: 'transport.not-connected',
  })
  return { error, client }
}

const directTls = async (certificate: IssuedCertificate, script: readonly Exchange[] = login) =>
  `xmpps://127.0.0.1:${await keep(
    listenTls({
      tls: { role: 'server', cert: certificate.cert, key: certificate.key },
      onTransport: (transport) => new ScriptedServer(transport, script),
    }),
  )}`

describe('an endpoint that is not there', () => {
  it('is an unknown host', async () => {
    const { error } = await failing({ endpoint: 'xmpp://no-such-host.invalid:5222' })
    expect(error).toMatchObject({
      code: 'transport.unknown-host',
      message: expect.stringContaining('no-such-host.invalid'),
      advice: expect.stringContaining('endpoint'),
    })
  })

  it('is a refused port', async () => {
    const port = await closedPort()
    const { error } = await failing({ endpoint: `xmpp://127.0.0.1:${port}` })
    expect(error).toMatchObject({ code: 'transport.refused', message: expect.stringContaining(String(port)) })
  })

  it('is left for the next one', async () => {
    const endpoint = [`xmpp://127.0.0.1:${await closedPort()}`, await directTls(trusted)]
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint,
      tls: { ca: authority.cert },
    })
    clients.push(client)
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', endpoint: endpoint[1], encrypted: true })
  })
})

describe('a certificate that cannot be believed', () => {
  const day = 86_400_000
  it.each([
    ['is for another name', 'certificate-mismatch', { names: { dns: ['other.test'] } }],
    [
      'has expired',
      'certificate-expired',
      {
        names: { dns: ['example.test'] },
        notBefore: new Date(Date.now() - 3 * day),
        notAfter: new Date(Date.now() - day),
      },
    ],
  ])('%s', async (_what, reason, options) => {
    const certificate = await createCertificate({ ...options, signer: authority })
    const endpoint = await directTls(certificate)
    const { error, client } = await failing({ endpoint, tls: { ca: authority.cert } })
    expect(error).toMatchObject({ code: `transport.${reason}` })
    expect(client.state).toMatchObject({ needs: 'change' })
  })

  it('has signed itself', async () => {
    const certificate = await createCertificate({ names: { dns: ['example.test'] } })
    const { error } = await failing({ endpoint: await directTls(certificate), tls: { ca: authority.cert } })
    expect(error).toMatchObject({ code: 'transport.certificate-untrusted' })
  })

  it('is refused after STARTTLS too, before a byte of credentials', async () => {
    const certificate = await createCertificate({ names: { dns: ['other.test'] }, signer: authority })
    const server = await startTlsServer(certificate)
    const { error } = await failing({ endpoint: server.endpoint, tls: { ca: authority.cert } })
    expect(error).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(server.heard()).not.toMatch(/auth|alice/)
  })
})

describe('STARTTLS', () => {
  const clear = (script: readonly Exchange[]) => scriptedEndpoint([script], { secure: false })

  it('missing ends it before a byte of credentials', async () => {
    const { open, servers } = clear([
      { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('PLAIN', 'SCRAM-SHA-1')) },
    ])
    const { error } = await failing({ endpoint: open })
    expect(error).toMatchObject({
      code: 'transport.tls-unavailable',
      advice: expect.stringContaining('STARTTLS'),
    })
    expect(servers[0]?.heard).not.toMatch(/auth|alice/)
  })

  it('refused ends it', async () => {
    const { open } = clear([
      { hears: /<stream:stream[^>]*>/, says: openingTag + features(starttls) },
      {
        hears: /<starttls[^>]*>/,
        says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
      },
    ])
    expect((await failing({ endpoint: open })).error).toMatchObject({ code: 'transport.tls-unavailable' })
  })

  it.each([' ', '<stream:features/>', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"])(
    'with bytes injected behind the go-ahead ends it: %j',
    async (injected) => {
      const { open, servers } = clear([
        { hears: /<stream:stream[^>]*>/, says: openingTag + features(starttls) },
        { hears: /<starttls[^>]*>/, says: proceed + injected },
      ])
      expect((await failing({ endpoint: open })).error).toMatchObject({
        code: expect.stringMatching(/^(protocol|transport)\./),
      })
      expect(servers[0]?.heard).not.toMatch(/auth|alice/)
    },
  )

  it('is used even where the app would go on without', async () => {
    const server = await startTlsServer(trusted)
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: server.endpoint,
      tls: { ca: authority.cert },
      dangerouslyAllowPlaintext: true,
    })
    clients.push(client)
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: true })
  })
})

describe('a password over an unencrypted stream', () => {
  const script = [
    { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('PLAIN')) },
    ...login.slice(2),
  ]

  it('is sent only where the app calls that dangerous', async () => {
    const { open } = scriptedEndpoint([script], { secure: false })
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: open,
      dangerouslyAllowPlaintext: true,
    })
    clients.push(client)
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: false, mechanism: 'PLAIN' })
  })
})

describe('a server that does not prove itself', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const challenge = (attributes: (nonce: string) => string) => (heard: string) => {
    const data = /<auth [^>]*>([^<]*)</.exec(heard)?.[1] ?? ''
    const nonce = /r=([^,]*)/.exec(Buffer.from(data, 'base64').toString())?.[1] ?? ''
    return `<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${base64(attributes(nonce))}</challenge>`
  }
  const honest = challenge((nonce) => `r=${nonce}server,s=${base64('salt-of-the-earth')},i=4096`)
  const done = (data: string) => `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${data}</success>`
  const scram = (...rest: readonly Exchange[]): readonly Exchange[] => [
    { hears: /<stream:stream[^>]*>/, says: openingTag + features(mechanisms('SCRAM-SHA-1')) },
    ...rest,
  ]
  const auth = (says: Exchange['says']): Exchange => ({ hears: /<\/auth>/, says })
  const response = (says: Exchange['says']): Exchange => ({ hears: /<\/response>/, says })

  it.each([
    ['success without any challenge', scram(auth(success)), 'server-not-verified'],
    ['success without a signature', scram(auth(honest), response(success)), 'server-not-verified'],
    [
      'a wrong signature',
      scram(auth(honest), response(done(base64(`v=${base64('x'.repeat(20))}`)))),
      'server-not-verified',
    ],
    ['a signature that is none', scram(auth(honest), response(done(base64('v=')))), 'malformed-request'],
    [
      'a nonce that does not extend ours',
      scram(auth(challenge(() => `r=foreign,s=${base64('salt')},i=4096`))),
      'server-not-verified',
    ],
    [
      'an iteration count of 1',
      scram(auth(challenge((nonce) => `r=${nonce}server,s=${base64('salt')},i=1`))),
      'mechanism-too-weak',
    ],
    [
      'an unknown mandatory attribute',
      scram(auth(challenge((nonce) => `m=new,r=${nonce}server,s=${base64('salt')},i=4096`))),
      'malformed-request',
    ],
  ])('by %s is never believed', async (_what, script, condition) => {
    const { open, servers } = scriptedEndpoint([script])
    const { error } = await failing({ endpoint: open })
    expect(error).toMatchObject({ code: `authentication.${condition}`, mechanism: 'SCRAM-SHA-1' })
    expect(servers[0]?.heard).not.toContain(bindFeature)
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
  })
})

/** A server on TCP that speaks until STARTTLS, secures the connection, and logs everybody in. */
async function startTlsServer(certificate: IssuedCertificate) {
  let server: ScriptedServer | undefined
  const port = await keep(
    listenTcp({
      onTransport: (transport: Transport) => {
        const tls = { role: 'server', cert: certificate.cert, key: certificate.key } as const
        server = new ScriptedServer(transport, [
          { hears: /<stream:stream[^>]*>/, says: openingTag + features(starttls) },
          {
            hears: /<starttls[^>]*>/,
            says: () => {
              queueMicrotask(
                () => void transport.startTls(tls, new AbortController().signal).catch(() => undefined),
              )
              return proceed
            },
          },
          ...login,
        ])
      },
    }),
  )
  return { endpoint: `xmpp://127.0.0.1:${port}`, heard: () => server?.heard ?? '' }
}

/** A port that was free a moment ago. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server: Server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
