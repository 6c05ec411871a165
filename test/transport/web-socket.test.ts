import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { createServer, get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { listenWebSocket, type WebSocketListenOptions } from '../../src/transport/listen-web-socket.js'
import { closeOutcome } from '../../src/transport/web-socket-close.js'
import { encodeTextFrames } from '../../src/transport/web-socket-frames.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { Accepted, never } from './pairings.js'
import { rejection } from './peers.js'
import { Recorder } from './recorder.js'

async function listen(options: Partial<WebSocketListenOptions> = {}) {
  const accepted = new Accepted()
  const listener = await listenWebSocket({ onTransport: accepted.onTransport, ...options })
  onTestFinished(() => listener.close())
  return { accepted, listener, url: `ws://127.0.0.1:${listener.port}/xmpp-websocket` }
}

/** Our server, and a client of which every frame is ours to write. */
async function openRawClient(options: Partial<WebSocketListenOptions> = {}) {
  const { accepted, url } = await listen(options)
  const peer = new WebSocket(url, ['xmpp'])
  onTestFinished(() => peer.terminate())
  await once(peer, 'open')
  return { peer, server: new Recorder(await accepted.next()) }
}

/** Our client, and a server of which every frame is ours to write. */
async function openRawServer(frameLimitBytes?: number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const accepting = once(server, 'connection')
  const limit = frameLimitBytes === undefined ? {} : { frameLimitBytes }
  const client = await dialWebSocket({ url: `ws://127.0.0.1:${port}/`, signal: never(), ...limit })
  const [peer, request] = await accepting
  onTestFinished(() => {
    peer.terminate()
    server.close()
  })
  return { client: new Recorder(client), peer, request }
}

describe('dialWebSocket()', () => {
  it('refuses what is no WebSocket URL', async () => {
    await expect(dialWebSocket({ url: 'xmpp://a.test', signal: never() })).rejects.toThrow(RangeError)
    await expect(dialWebSocket({ url: 'nonsense', signal: never() })).rejects.toThrow(RangeError)
  })

  it('says what an HTTP server answered instead', async () => {
    const { listener } = await listen()
    const url = `ws://127.0.0.1:${listener.port}/elsewhere?token=CANARY`
    const error = await rejection(dialWebSocket({ url, signal: never() }))
    expect(error.code).toBe('transport.refused')
    expect(error.message).toContain('answered 404')
    expect(JSON.stringify(error)).not.toContain('CANARY')
  })

  it('refuses a server that does not speak the subprotocol', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false })
    await once(server, 'listening')
    onTestFinished(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const error = await rejection(dialWebSocket({ url: `ws://127.0.0.1:${port}/`, signal: never() }))
    expect(error.code).toBe('transport.failed')
    expect(error.message).toContain('subprotocol')
  })

  it('says that nothing listens', async () => {
    const { listener, url } = await listen()
    await listener.close()
    expect((await rejection(dialWebSocket({ url, signal: never() }))).code).toBe('transport.refused')
  })

  it('names its address without the query', async () => {
    const { url, accepted } = await listen()
    const transport = await dialWebSocket({ url: `${url}?token=CANARY`, signal: never() })
    expect(transport.address).toBe(url)
    transport.destroy()
    await new Recorder(await accepted.next()).closed
  })
})

/** Our client, and a socket that a handshake is answered on with what follows it. */
async function openUnderHand(...pieces: readonly Buffer[]) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    onTestFinished(() => void socket.destroy())
    socket.once('data', () => socket.end())
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const answer = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Protocol: xmpp',
      `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
      '\r\n',
    ]
    socket.write(Buffer.concat([Buffer.from(answer.join('\r\n')), ...pieces]))
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return new Recorder(await dialWebSocket({ url: `ws://127.0.0.1:${port}/`, signal: never() }))
}

const closingFrame = Buffer.from([0x88, 0x02, 0x03, 0xe8])

describe('a WebSocket transport', () => {
  it('cannot be upgraded by STARTTLS', async () => {
    const { client } = await openRawServer()
    await expect(client.transport.startTls({ domain: 'a.test' }, never())).rejects.toThrow(TypeError)
  })

  it('ends on a binary frame, and tells the peer so', async () => {
    const { client, peer } = await openRawServer()
    const closing = once(peer, 'close')
    peer.send('text')
    peer.send(Buffer.from('binary'), { binary: true })
    peer.send('more')
    const error = await client.closed
    expect(error?.code).toBe('transport.failed')
    expect(error?.message).toContain('binary')
    expect(client.chunks).toEqual(['text'])
    expect((await closing)[0]).toBe(1003)
  })

  it('takes a frame of the limit and ends on a longer one', async () => {
    const { client, peer } = await openRawServer(1000)
    const closing = once(peer, 'close')
    peer.send('é'.repeat(500))
    peer.send(`${'é'.repeat(500)}.`)
    expect((await client.closed)?.code).toBe('transport.overflow')
    expect(client.chunks).toEqual(['é'.repeat(500)])
    expect((await closing)[0]).toBe(1009)
  })

  it('takes a frame cut into many, as one', async () => {
    const { client, peer } = await openRawServer()
    for (const [index, part] of ['<a', '>é', '</a>'].entries()) peer.send(part, { fin: index === 2 })
    peer.send('')
    peer.send('<b/>')
    await client.until('<b/>')
    expect(client.chunks).toEqual(['<a>é</a>', '', '<b/>'])
  })

  it('takes what a server says together with its answer to the handshake', async () => {
    const client = await openUnderHand(encodeTextFrames(['<a/>', '<b/>'], false), closingFrame)
    expect(await client.closed).toBeNull()
    expect(client.chunks).toEqual(['<a/>', '<b/>'])
  })

  it('takes nothing behind a mistake, however it comes', async () => {
    const { client, request } = await openRawServer()
    const twice = Buffer.from([0x01, 0x01, 0x61, 0x81, 0x01, 0x62])
    request.socket.write(
      Buffer.concat([encodeTextFrames(['<a/>'], false), twice, encodeTextFrames(['<b/>'], false)]),
    )
    expect((await client.closed)?.code).toBe('transport.failed')
    expect(client.chunks).toEqual(['<a/>'])
  })

  it('answers a ping between texts', async () => {
    const { client, peer } = await openRawServer()
    const answered = once(peer, 'pong')
    peer.send('<a/>')
    peer.ping('are you there?')
    peer.send('<b/>')
    expect(String((await answered)[0])).toBe('are you there?')
    await client.until('<b/>')
    expect(client.chunks).toEqual(['<a/>', '<b/>'])
  })

  it('limits a frame cut into many too', async () => {
    const { client, peer } = await openRawServer(100)
    for (let index = 0; index < 20; index += 1) peer.send('x'.repeat(10), { fin: false })
    expect((await client.closed)?.code).toBe('transport.overflow')
  })

  it('ends on text that is no UTF-8', async () => {
    const { client, peer } = await openRawServer()
    peer.send(Buffer.from([0xc3, 0x28]), { binary: false })
    const error = await client.closed
    expect(error?.code).toBe('transport.failed')
    expect(client.chunks).toEqual([])
  })

  it('has the same limits on the server', async () => {
    const { server, peer } = await openRawClient({ frameLimitBytes: 10 })
    peer.send('x'.repeat(11))
    expect((await server.closed)?.code).toBe('transport.overflow')
  })

  it('tells a cut from a clean end', async () => {
    const { client, peer } = await openRawServer()
    peer.terminate()
    expect((await client.closed)?.code).toBe('transport.reset')
  })

  it('reports the code and the words that the peer closes with', async () => {
    const { client, peer } = await openRawServer()
    peer.close(1011, 'out of memory')
    const error = await client.closed
    expect(error?.code).toBe('transport.closed')
    expect(error?.message).toContain('1011 (out of memory)')
  })

  it('offers no compression and agrees on none', async () => {
    const { request } = await openRawServer()
    expect(request.headers['sec-websocket-extensions']).toBeUndefined()
    const { peer } = await openRawClient()
    expect(peer.extensions).toBe('')
  })
})

describe('closeOutcome()', () => {
  it.each([1000, 1001, 1005])('takes %d for a clean end', (code) => {
    expect(closeOutcome('ws://a', code, '')).toBeNull()
  })

  it.each([
    [1002, 'transport.closed'],
    [1006, 'transport.reset'],
    [1009, 'transport.overflow'],
    [4000, 'transport.closed'],
  ])('takes %d for %s', (code, expected) => {
    expect(closeOutcome('ws://a', code, 'why')?.code).toBe(expected)
  })
})

describe('listenWebSocket()', () => {
  async function statusOf(url: string, origin?: string, protocols: string[] = ['xmpp']): Promise<number> {
    const socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin })
    onTestFinished(() => socket.terminate())
    socket.on('error', () => {})
    const refused = once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode))
    return Promise.race([refused, once(socket, 'open').then(() => 101)])
  }

  it('accepts its path alone, with any query', async () => {
    const { listener, url } = await listen({ path: '/chat' })
    expect(await statusOf(url)).toBe(404)
    expect(await statusOf(`ws://127.0.0.1:${listener.port}/chat?x=1`)).toBe(101)
  })

  it('accepts the subprotocol xmpp alone', async () => {
    const { url } = await listen()
    expect(await statusOf(url, undefined, ['mqtt'])).toBe(400)
    expect(await statusOf(url, undefined, [])).toBe(400)
    expect(await statusOf(url, undefined, ['mqtt', 'xmpp'])).toBe(101)
  })

  it('accepts the pages it was told of, and whoever is no browser', async () => {
    const { url } = await listen({ origins: ['https://app.test'] })
    expect(await statusOf(url, 'https://evil.test')).toBe(403)
    expect(await statusOf(url, 'https://app.test')).toBe(101)
    expect(await statusOf(url)).toBe(101)
  })

  it('accepts pages from everywhere by default', async () => {
    const { url } = await listen()
    expect(await statusOf(url, 'https://evil.test')).toBe(101)
  })

  it('lets go of whoever was refused and holds its own end', async () => {
    const { listener } = await listen()
    const socket = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.write('GET /no HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 404 /)
    // What is written to a socket that is gone for good is answered by a reset.
    const gone = once(socket, 'error')
    const writing = setInterval(() => socket.write('x'), 10)
    onTestFinished(() => clearInterval(writing))
    expect(await gone).toMatchObject([{ code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) }])
  })

  it('answers other requests by 404, or as it was told', async () => {
    const status = async (port: number): Promise<number | undefined> => {
      const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response')
      response.resume()
      return response.statusCode
    }
    expect(await status((await listen()).listener.port)).toBe(404)
    const onRequest: WebSocketListenOptions['onRequest'] = (_, response) => void response.writeHead(204).end()
    expect(await status((await listen({ onRequest })).listener.port)).toBe(204)
  })
})
