import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  answerBind,
  bindFeature,
  features,
  logIn,
  mechanisms,
  responseHeader,
  rest,
  start,
} from '../spec/session.js'
import { createTestClient } from './attempt.js'
import { attack, attackOnline, startHostileServer, type HostileServer } from './loopback.js'
import { leadTo } from './phases.js'
import { leaveNothingBehind } from './remains.js'

let server: HostileServer
beforeAll(async () => {
  server = await startHostileServer('bytes')
})
afterAll(() => server.close())
leaveNothingBehind('passing')

const mebibyte = 'x'.repeat(1_048_576)
const compression =
  "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>"

/** What begins and never ends: as much of it as the client takes. */
const endless = [
  ['a text', '<message><body>', mebibyte],
  ['a CDATA section', '<message><body><![CDATA[', mebibyte],
  ['a value', "<message><x y='", mebibyte],
  ['a name', '<', mebibyte],
  ['a reference', '<message><body>&#', '0'.repeat(1_048_576)],
  ['a comment', '<message><!--', mebibyte],
  ['a document type', '<!DOCTYPE x [', mebibyte],
  ['depth', '<message>', '<a>'.repeat(350_000)],
  ['attributes', '<message ', Array.from({ length: 100_000 }, (_, at) => `a${at}='' `).join('')],
  ['elements', '<message>', '<a/>'.repeat(262_144)],
  ['white space in a tag', '<message ', ' '.repeat(1_048_576)],
  ['white space in an end tag', '<message></message', ' '.repeat(1_048_576)],
] as const

describe('A7: what never ends', () => {
  it.each(endless)('%s ends the stream long before 64 MiB are said', async (_what, begins, goesOn) => {
    const { client, peer, send, request } = await attackOnline(server, 'bytes')
    let said = 0
    send(begins)
    const flood = async () => {
      for (; said < 64 && !peer.ended; said += 1) {
        send(goesOn)
        await rest()
      }
    }
    await Promise.all([flood(), peer.end()])
    expect(said).toBeLessThan(64)
    const error: unknown = expect.objectContaining({
      code: expect.stringMatching(/^protocol\.(policy-violation|restricted-xml|not-well-formed)$/),
    })
    expect(client.state).toMatchObject({ status: 'halted', error })
    expect(await request).toMatchObject({ code: 'transport.not-connected', cause: error })
  })

  it.each(endless)('%s before the stream has begun ends the attempt', async (_what, begins, goesOn) => {
    const { outcome, peer, send } = await attack(server)
    await peer.header()
    send(begins.replace('<message', '<stream:stream') + goesOn)
    await peer.end()
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/^protocol\./) })
  })
})

describe('A7: a server that asks and asks and reads nothing', () => {
  const questions = [
    ['pings', "<iq type='get' id='q' from='bob@example.test/x'><ping xmlns='urn:xmpp:ping'/></iq>"],
    ['what nobody serves', "<iq type='get' id='q' from='bob@example.test/x'><x xmlns='urn:x'/></iq>"],
    ['what cannot be read', "<iq type='get' id='q' from='bob@example.test/x'/>"],
  ] as const

  it.each(questions)(
    'with %s gets as many answers as there is room for, and ends nothing',
    async (_what, question) => {
      const { client, peer, outcome } = start({ limits: { outboundLimitBytes: 2_000 } })
      const attacker = await peer()
      await logIn(attacker)
      expect(await outcome).toBeUndefined()
      const { length } = attacker.elements
      attacker.say(question.repeat(1_000))
      await rest()
      expect(client.state.status).toBe('online')
      const answers = attacker.elements.length - length
      expect(answers).toBeGreaterThan(0)
      expect(answers).toBeLessThan(100)
      attacker.say(question)
      await rest()
      expect(attacker.elements).toHaveLength(length + answers + 1)
    },
  )
})

describe('A7: a WebSocket server that pings and pings and reads nothing', () => {
  it('is left before its answers fill the memory', async () => {
    const acceptor = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(acceptor, 'listening')
    const address = acceptor.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    let pings = 0
    acceptor.on('connection', (socket, { socket: raw }) => {
      socket.on('error', () => undefined)
      raw.pause()
      const flood = () => {
        for (let count = 0; count < 1_000 && socket.readyState === WebSocket.OPEN; count += 1) {
          pings += 1
          socket.ping('x'.repeat(125))
        }
        if (socket.readyState === WebSocket.OPEN && pings < 1_000_000) setImmediate(flood)
      }
      flood()
    })
    const client = createTestClient({
      endpoint: `ws://127.0.0.1:${port}/`,
      dangerouslyAllowPlaintext: true,
    })
    await expect(client.connect()).rejects.toMatchObject({ code: 'transport.reset' })
    expect(pings).toBeLessThan(1_000_000)
    acceptor.close()
    await once(acceptor, 'close')
  })
})

describe('A7: compression', () => {
  it('of the stream is never asked for, whatever is offered', async () => {
    const { peer, outcome, client } = start()
    const attacker = await peer()
    await leadTo('the stream features', attacker, 'bytes')
    attacker.say(features(compression + mechanisms('PLAIN')))
    await attacker.next('auth')
    attacker.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    await attacker.header()
    attacker.say(responseHeader() + features(compression + bindFeature))
    await answerBind(attacker)
    expect(await outcome).toBeUndefined()
    expect(client.state.status).toBe('online')
    expect(attacker.raw).not.toContain('compress')
  })

  it('of a WebSocket is never asked for', async () => {
    const http = createServer()
    const extensions = new Promise((resolve) => {
      http.on('upgrade', (request, socket) => {
        resolve(request.headers['sec-websocket-extensions'])
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const address = http.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const client = createTestClient({
      endpoint: `ws://127.0.0.1:${port}/`,
      dangerouslyAllowPlaintext: true,
    })
    const outcome = client.connect().catch((error: unknown) => error)
    expect(await extensions).toBeUndefined()
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/^transport\./) })
    await new Promise((resolve) => http.close(resolve))
  })
})
