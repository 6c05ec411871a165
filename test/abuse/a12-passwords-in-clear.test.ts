import { describe, expect, it, onTestFinished } from 'vitest'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
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
import { framedFeatures, openFrame } from '../spec/session.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import { serveInClear } from './secure-server.js'

leaveNothingBehind('passing')

const password = Buffer.from('\0alice\0secret').toString('base64')
const tlsFailure = {
  hears: /<starttls[^>]*>/,
  says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
}
const offering = (...names: readonly string[]): Exchange => ({
  hears: /<stream:stream[^>]*>/,
  says: openingTag + features(mechanisms(...names)),
})

const framedLogin = (...names: readonly string[]): readonly Exchange[] => [
  { hears: /<open [^>]*>/, says: openFrame() },
  { hears: /^/, says: framedFeatures(mechanisms(...names)) },
  { hears: /<\/auth>/, says: success },
  { hears: /<open [^>]*>/, says: openFrame() },
  { hears: /^/, says: framedFeatures(bindFeature) },
  {
    hears: /<\/iq>/,
    says: (heard) => {
      const id = /id=["']([^"']+)["']/.exec(heard.slice(heard.lastIndexOf('<iq ')))?.[1]
      return `<iq xmlns='jabber:client' type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.test/desk</jid></bind></iq>`
    },
  },
]

async function serveWebSocketInClear(script: readonly Exchange[]) {
  const servers: ScriptedServer[] = []
  const listener = await listenWebSocket({
    onTransport: (transport) => void servers.push(new ScriptedServer(transport, script)),
  })
  onTestFinished(() => listener.close())
  return { endpoint: `ws://127.0.0.1:${listener.port}/xmpp-websocket`, servers }
}

const offers = ['PLAIN', 'SCRAM-SHA-256 PLAIN', 'SCRAM-SHA-1', 'ANONYMOUS PLAIN']

describe('A12: where nothing is encrypted,', () => {
  it.each(offers)('a server over TCP that offers %s learns nothing', async (names) => {
    const server = await serveInClear([offering(...names.split(' ')), tlsFailure])
    const { error } = await failToConnect({ endpoint: server.endpoint })
    expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(server.heard()).not.toMatch(/<auth|alice/)
  })

  it.each(offers)('a server over ws: that offers %s learns nothing', async (names) => {
    const { endpoint, servers } = await serveWebSocketInClear(framedLogin(...names.split(' ')))
    const { error } = await failToConnect({ endpoint })
    expect(error).toMatchObject({
      code: 'transport.tls-unavailable',
      message: expect.stringContaining('encryption is required'),
    })
    expect(servers[0]?.heard).not.toMatch(/<auth|alice/)
  })

  it('a transport that the app opens itself counts for no more than it is', async () => {
    const { open, servers } = scriptedEndpoint([[offering('PLAIN'), tlsFailure]], { secure: false })
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(servers[0]?.heard).not.toMatch(/<auth|alice/)
  })

  it('a client that is restricted to PLAIN is no less careful', async () => {
    const server = await serveInClear([offering('PLAIN'), tlsFailure])
    const { error } = await failToConnect({ endpoint: server.endpoint, mechanisms: ['PLAIN'] })
    expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
    expect(server.heard()).not.toContain(password)
  })

  it('an app that calls it dangerous goes on over TCP, and the state says that everybody can read', async () => {
    const server = await serveInClear([offering('PLAIN'), ...login.slice(2)])
    const client = createTestClient({ endpoint: server.endpoint, dangerouslyAllowPlaintext: true })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: false, mechanism: 'PLAIN' })
    expect(server.heard()).toContain(password)
  })

  it('an app that calls it dangerous goes on over ws:', async () => {
    const { endpoint, servers } = await serveWebSocketInClear(framedLogin('PLAIN'))
    const client = createTestClient({ endpoint, dangerouslyAllowPlaintext: true })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', encrypted: false, mechanism: 'PLAIN' })
    expect(servers[0]?.heard).toContain(password)
  })

  it('the account is not even named in the header', async () => {
    const server = await serveInClear([offering('PLAIN'), ...login.slice(2)])
    const client = createTestClient({ endpoint: server.endpoint, dangerouslyAllowPlaintext: true })
    await client.connect()
    expect(server.heard()).toContain("to='example.test'")
    expect(server.heard()).not.toMatch(/from=/)
  })
})

describe('A12: inside TLS', () => {
  it('the password itself is sent only where the server offers nothing better', async () => {
    const { open, servers } = scriptedEndpoint([
      [
        offering('PLAIN', 'SCRAM-SHA-1'),
        {
          hears: /<\/auth>/,
          says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>",
        },
      ],
    ])
    const { error } = await failToConnect({ endpoint: open })
    expect(error).toMatchObject({ code: 'authentication.not-authorized', mechanism: 'SCRAM-SHA-1' })
    expect(servers[0]?.heard).not.toContain(password)
  })
})
