import { beforeAll, describe, expect, it } from 'vitest'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { closeFrame, streamError } from '../spec/session.js'
import { features, login, mechanisms, openingTag, type Exchange } from '../support/scripted-server.js'
import { createTestClient, failToConnect } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import {
  serveDirectTls,
  serveInClear,
  serveStartTls,
  serveWebSocket,
  type SecureServer,
} from './secure-server.js'

leaveNothingBehind('passing')

let authority: CertificateAuthority
let right: IssuedCertificate
let wrong: IssuedCertificate
beforeAll(async () => {
  authority = await createCertificateAuthority()
  right = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
  wrong = await createCertificate({ names: { dns: ['other.test'] }, signer: authority })
})

const header = /<stream:stream[^>]*>/
const seeOther = (to: string) =>
  `${streamError(`<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${to}</see-other-host>`)}</stream:stream>`
const redirects = (to: () => string): readonly Exchange[] => [
  { hears: header, says: () => openingTag + seeOther(to()) },
]
const host = ({ port }: SecureServer) => `127.0.0.1:${port}`
const trusting = () => ({ tls: { ca: authority.cert } })

describe('A18: a redirection', () => {
  it('is followed to a server that is as good: the same account, online', async () => {
    const second = await serveDirectTls(right)
    const first = await serveDirectTls(
      right,
      redirects(() => host(second)),
    )
    const client = createTestClient({ endpoint: first.endpoint, ...trusting() })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', endpoint: second.endpoint, encrypted: true })
    expect(first.heard()).not.toContain('<auth')
    expect(first.servers[0]?.ended).toBe(true)
    expect(second.heard()).toContain("to='example.test'")
  })

  it('to itself, for ever, is followed five times', async () => {
    const server: SecureServer = await serveDirectTls(
      right,
      redirects(() => host(server)),
    )
    const { error, client } = await failToConnect({
      endpoint: server.endpoint,
      reconnect: 'always',
      ...trusting(),
    })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(client.state).toMatchObject({ because: 'redirected 5 times in a row' })
    expect(server.servers).toHaveLength(6)
    expect(server.heard()).not.toContain('<auth')
  })

  it('round in a circle of two is followed five times', async () => {
    const first: SecureServer = await serveDirectTls(
      right,
      redirects(() => host(second)),
    )
    const second: SecureServer = await serveDirectTls(
      right,
      redirects(() => host(first)),
    )
    const { error } = await failToConnect({ endpoint: first.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect([first.servers.length, second.servers.length]).toEqual([3, 3])
  })

  it('after each login, for ever, is followed five times: being online is no excuse', async () => {
    const server: SecureServer = await serveDirectTls(
      right,
      login.map((exchange, index) =>
        index === login.length - 1 && typeof exchange.says === 'function'
          ? { ...exchange, says: withRedirect(exchange.says, () => host(server)) }
          : exchange,
      ),
    )
    const client = createTestClient({ endpoint: server.endpoint, reconnect: 'always', ...trusting() })
    const halted = new Promise((resolve) =>
      client.state$.subscribe((state) => state.status === 'halted' && resolve(state)),
    )
    await client.connect().catch(() => undefined)
    expect(await halted).toMatchObject({ error: { code: 'stream.see-other-host' } })
    expect(server.servers).toHaveLength(6)
  })

  it('is not followed where it was said in clear, whoever said it', async () => {
    const second = await serveDirectTls(right)
    const first = await serveInClear(redirects(() => host(second)))
    const { error, client } = await failToConnect({ endpoint: first.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(client.state).toMatchObject({ because: 'a redirection counts only on an encrypted stream' })
    expect(second.servers).toEqual([])
  })

  it('is not followed where it was said in clear to an app that accepts that', async () => {
    const second = await serveDirectTls(right)
    const first = await serveInClear(redirects(() => host(second)))
    await failToConnect({ endpoint: first.endpoint, dangerouslyAllowPlaintext: true, ...trusting() })
    expect(second.servers).toEqual([])
  })

  it('leads nobody to a certificate for another name', async () => {
    const second = await serveDirectTls(wrong)
    const first = await serveDirectTls(
      right,
      redirects(() => host(second)),
    )
    const { error } = await failToConnect({ endpoint: first.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(second.heard()).toBe('')
  })

  it('leads nobody from direct TLS to a port in clear', async () => {
    const second = await serveInClear([{ hears: /[^]/, says: openingTag + features(mechanisms('PLAIN')) }])
    const first = await serveDirectTls(
      right,
      redirects(() => host(second)),
    )
    const { error } = await failToConnect({ endpoint: first.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'transport.tls-failed' })
    expect(second.heard()).not.toMatch(/<stream|alice/)
  })

  it.each([false, true])(
    'leads nobody from STARTTLS to a server without, whatever the app accepts: %s',
    async (dangerouslyAllowPlaintext) => {
      const second = await serveInClear([
        { hears: header, says: openingTag + features(mechanisms('PLAIN')) },
        ...login.slice(2),
      ])
      const first = await serveStartTls(
        right,
        redirects(() => host(second)),
      )
      const { error } = await failToConnect({
        endpoint: first.endpoint,
        dangerouslyAllowPlaintext,
        ...trusting(),
      })
      expect(error).toMatchObject({ code: 'transport.tls-unavailable' })
      expect(second.heard()).not.toMatch(/<auth|alice/)
    },
  )

  it('to where nobody listens is a refusal', async () => {
    const gone = await serveDirectTls(right)
    const first = await serveDirectTls(
      right,
      redirects(() => '127.0.0.1:1'),
    )
    const { error } = await failToConnect({ endpoint: first.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'transport.refused' })
    expect(gone.servers).toEqual([])
  })

  it.each([
    '',
    ' ',
    '/',
    ':5222',
    '[::',
    '[:::::]:5222',
    '[::1',
    '256.256.256.256',
    'a%zz',
    'host:0',
    'host:65536',
    'host:five',
    'user@host',
    'host/path',
    'http://evil.test/',
    'wss://evil.test/',
    'ws://evil.test/',
    'xmpp:evil.test',
    'javascript:alert(1)',
    'a b',
  ])('that names no host is the stream error that it is: %j', async (to) => {
    const server = await serveDirectTls(
      right,
      redirects(() => to),
    )
    const { error, client } = await failToConnect({ endpoint: server.endpoint, ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(client.state).toMatchObject({ because: 'the redirection names no usable host' })
    expect(server.servers).toHaveLength(1)
  })
})

describe('A18: a redirection over WebSocket', () => {
  const toUri = (uri: () => string): readonly Exchange[] => [
    {
      hears: /<open [^>]*>/,
      says: () => closeFrame.replace('/>', ` see-other-uri='${uri()}'/>`),
    },
  ]
  const uriOf = ({ port }: SecureServer) => `wss://127.0.0.1:${port}/xmpp-websocket`
  const endpointOf = uriOf

  it('to itself, for ever, is followed five times', async () => {
    const server: SecureServer = await serveWebSocket(
      right,
      toUri(() => uriOf(server)),
    )
    const { error } = await failToConnect({ endpoint: endpointOf(server), ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(server.servers).toHaveLength(6)
  })

  it.each([
    ['ws:', ({ port }: SecureServer) => `ws://127.0.0.1:${port}/xmpp-websocket`],
    ['xmpp:', (server: SecureServer) => `xmpp://${host(server)}`],
    ['http:', ({ port }: SecureServer) => `http://127.0.0.1:${port}/http-bind`],
    ['a host alone', host],
  ])('is not followed to %s', async (_scheme, to) => {
    const second = await serveInClear([{ hears: /[^]/, says: 'silence' }])
    const first = await serveWebSocket(
      right,
      toUri(() => to(second)),
    )
    const { error } = await failToConnect({ endpoint: endpointOf(first), ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(second.servers).toEqual([])
  })

  it.each([
    'wss://',
    'wss://a b/',
    'wss://host:99999/',
    'wss://user:password@127.0.0.1/',
    'wss://127.0.0.1/#fragment',
    'wss://[::/',
    '',
  ])('that is no address ends in a typed error: %j', async (uri) => {
    const server = await serveWebSocket(
      right,
      toUri(() => uri),
    )
    const { error } = await failToConnect({ endpoint: endpointOf(server), ...trusting() })
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
    expect(server.servers).toHaveLength(1)
  })

  it('leads nobody to a certificate for another name', async () => {
    const second = await serveWebSocket(wrong, [])
    const first = await serveWebSocket(
      right,
      toUri(() => uriOf(second)),
    )
    const { error } = await failToConnect({ endpoint: endpointOf(first), ...trusting() })
    expect(error).toMatchObject({ code: 'transport.certificate-mismatch' })
    expect(second.servers).toEqual([])
  })
})

const withRedirect = (says: (heard: string) => string, to: () => string) => (heard: string) =>
  says(heard) + seeOther(to())
