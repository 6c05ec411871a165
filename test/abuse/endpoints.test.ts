import { createServer, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { startRawServer } from '../cli/raw-server.js'
import { findFreePorts } from '../support/free-ports.js'
import { createTestClient, failToConnect, shortTimeouts } from './attempt.js'
import { leaveNothingBehind } from './remains.js'
import { serveDirectTls, serveInClear } from './secure-server.js'

leaveNothingBehind('passing')

let authority: CertificateAuthority
let trusted: IssuedCertificate
beforeAll(async () => {
  authority = await createCertificateAuthority()
  trusted = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
})

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  return (await findFreePorts('closed')).get('closed') ?? 0
}

/** Longer than a label of the DNS may be: unknown without asking anybody. */
const unknownHost = `${'x'.repeat(64)}.test`

/** A port where each connection is treated so; tells how many have ended. */
async function listenRaw(meet: (socket: Socket) => void) {
  const open = new Set<Socket>()
  let met = 0
  const server = await startRawServer((socket) => {
    met += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    meet(socket)
  })
  onTestFinished(() => server.close())
  const { port } = new URL(server.endpoint.replace('xmpp:', 'http:'))
  return { port, met: () => met, open }
}

async function listenHttp(answer: RequestListener) {
  const server = createServer(answer)
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const schemes = ['xmpp', 'xmpps', 'ws', 'wss'] as const

describe('an endpoint that is not there', () => {
  it.each(schemes)('is an unknown host, by %s:', async (scheme) => {
    const { error, client } = await failToConnect({
      endpoint: `${scheme}://${unknownHost}:5222`,
      dangerouslyAllowPlaintext: true,
    })
    expect(error).toMatchObject({
      code: 'transport.unknown-host',
      message: expect.stringContaining(unknownHost),
      advice: expect.stringContaining('endpoint'),
    })
    expect(client.state).toMatchObject({ needs: 'time' })
  })

  it.each(schemes)('is a refused port, by %s:', async (scheme) => {
    const port = await closedPort()
    const { error } = await failToConnect({ endpoint: `${scheme}://127.0.0.1:${port}` })
    expect(error).toMatchObject({ code: 'transport.refused', message: expect.stringContaining(String(port)) })
  })

  it('is left for the next one', async () => {
    const endpoint = [`xmpp://127.0.0.1:${await closedPort()}`, (await serveDirectTls(trusted)).endpoint]
    const client = createTestClient({ endpoint, tls: { ca: authority.cert } })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', endpoint: endpoint[1], encrypted: true })
  })
})

describe('an endpoint that accepts and never speaks', () => {
  it.each([
    ['xmpp', 'header'],
    ['xmpps', 'dial'],
    ['ws', 'dial'],
    ['wss', 'dial'],
  ])('is left, by %s:, at the time-out of the %s', async (scheme, wait) => {
    const { port, met, open } = await listenRaw(() => undefined)
    const { error } = await failToConnect({
      endpoint: `${scheme}://127.0.0.1:${port}`,
      timeouts: { ...shortTimeouts, [`${wait}Ms`]: 100 },
    })
    expect(error).toMatchObject({ code: `timeout.${wait}`, timeoutMs: 100 })
    // The client may have given up before a busy server had time for it.
    while (met() === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(met()).toBe(1)
    // Read to the end, so that it can be seen.
    for (const socket of open) socket.resume()
    await Promise.all([...open].map((socket) => new Promise((resolve) => socket.on('close', resolve))))
  })

  it('after the go-ahead for TLS is left at the time-out of the handshake', async () => {
    const server = await serveInClear([
      {
        hears: /<stream:stream[^>]*>/,
        says: "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
      },
      { hears: /<starttls[^>]*>/, says: "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" },
    ])
    const { error } = await failToConnect({
      endpoint: server.endpoint,
      timeouts: { ...shortTimeouts, tlsMs: 100 },
    })
    expect(error).toMatchObject({ code: 'timeout.tls', timeoutMs: 100 })
    expect(server.heard()).not.toMatch(/<auth|alice/)
  })

  it('is left at once when the app gives up', async () => {
    const { port } = await listenRaw(() => undefined)
    const client = createTestClient({ endpoint: `xmpps://127.0.0.1:${port}` })
    const controller = new AbortController()
    const outcome = client.connect({ signal: controller.signal }).catch((error: unknown) => error)
    controller.abort()
    expect(await outcome).toMatchObject({ code: 'transport.aborted' })
    await client.disconnect()
    expect(client.state).toEqual({ status: 'offline' })
  })
})

describe('an endpoint that speaks something else', () => {
  it.each([
    ['xmpp', 'HTTP/1.1 400 Bad Request\r\n\r\n', /^protocol\.not-well-formed$/],
    ['xmpp', 'SSH-2.0-OpenSSH_9.2\r\n', /^protocol\.not-well-formed$/],
    ['xmpp', '\x15\x03\x03\x00\x02\x02\x28', /^protocol\.not-well-formed$/],
    ['xmpp', '<html><body>It works!</body></html>', /^protocol\.bad-format$/],
    ['xmpp', '<!DOCTYPE html>', /^protocol\.restricted-xml$/],
    ['xmpps', 'HTTP/1.1 400 Bad Request\r\n\r\n', /^transport\.tls-failed$/],
    ['xmpps', "<?xml version='1.0'?><stream:stream>", /^transport\.tls-failed$/],
    ['wss', 'HTTP/1.1 400 Bad Request\r\n\r\n', /^transport\.tls-failed$/],
    ['ws', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', /^transport\.refused$/],
    ['ws', 'SSH-2.0-OpenSSH_9.2\r\n', /^transport\.failed$/],
    ['ws', "<?xml version='1.0'?><stream:stream>", /^transport\.failed$/],
    ['ws', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', /^transport\.refused$/],
    [
      'ws',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: forged\r\n\r\n',
      /^transport\.failed$/,
    ],
    ['ws', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`, /^transport\.failed$/],
  ])('by %s: %j is told from XMPP', async (scheme, words, code) => {
    const { port, open } = await listenRaw((socket) => {
      socket.resume()
      socket.write(words, 'latin1')
    })
    const { error } = await failToConnect({
      endpoint: `${scheme}://127.0.0.1:${port}`,
      dangerouslyAllowPlaintext: true,
    })
    expect(error).toMatchObject({ code: expect.stringMatching(code) })
    await Promise.all([...open].map((socket) => new Promise((resolve) => socket.on('close', resolve))))
  })

  it('is not followed elsewhere by a redirection of HTTP', async () => {
    const port = await listenHttp((_request, response) => response.end())
    const { error } = await failToConnect({
      endpoint: `ws://127.0.0.1:${port}/xmpp-websocket`,
      dangerouslyAllowPlaintext: true,
    })
    expect(error).toMatchObject({ code: 'transport.refused', message: expect.stringContaining('302') })
  })

  it.each(['xmpp', 'xmpps', 'ws', 'wss'])('or hangs up at once, by %s:', async (scheme) => {
    const { port } = await listenRaw((socket) => socket.end())
    const { error } = await failToConnect({ endpoint: `${scheme}://127.0.0.1:${port}` })
    expect(error).toMatchObject({ code: expect.stringMatching(/^transport\./) })
  })

  it.each(['xmpp', 'xmpps', 'ws', 'wss'])('or cuts the connection at once, by %s:', async (scheme) => {
    const { port } = await listenRaw((socket) => socket.resetAndDestroy())
    const { error } = await failToConnect({ endpoint: `${scheme}://127.0.0.1:${port}` })
    expect(error).toMatchObject({ code: expect.stringMatching(/^transport\./) })
  })
})
