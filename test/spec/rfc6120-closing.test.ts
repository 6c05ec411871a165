import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client.js'
import { createTransportPair } from '../../src/transport/memory.js'
import {
  answerBind,
  bindFeature,
  closingTag,
  features,
  mechanisms,
  online,
  responseHeader,
  rest,
  saslSuccess,
  start,
} from './session.js'

/** Fakes timers; immediates go on. */
const fakeTimers = () =>
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
afterEach(() => void vi.useRealTimers())

const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })

describe('closing a stream (RFC 6120 §4.4)', () => {
  const message = "<message from='bob@example.test'><body>last words</body></message>"

  it('sends the closing tag, and nothing after it', async () => {
    const { client, peer } = await online()
    const leaving = client.disconnect()
    await peer.closing()
    expect(client.send({ to: 'bob@example.test', body: 'late' }).status).toEqual({ status: 'queued' })
    peer.say("<iq type='get' id='late' from='example.test'><ping xmlns='urn:xmpp:ping'/></iq>")
    await rest()
    expect(peer.raw).toMatch(/<\/stream:stream>$/)
    peer.say(closingTag)
    await leaving
  })

  it('waits for the closing tag of the other side before it ends the connection', async () => {
    const { client, peer } = await online()
    const leaving = client.disconnect()
    await peer.closing()
    await rest()
    expect(peer.ended).toBe(false)
    expect(client.state.status).toBe('closing')
    peer.say(closingTag)
    await peer.end()
    await leaving
    expect(client.state).toEqual({ status: 'offline', error: undefined })
  })

  it('does not wait for ever: the streams are void after a reasonable time', async () => {
    fakeTimers()
    const { client, peer } = await online()
    const leaving = client.disconnect()
    await peer.closing()
    await vi.advanceTimersByTimeAsync(60_000)
    await peer.end()
    await leaving
    expect(client.state.status).toBe('offline')
  })

  it('answers the closing tag of the other side with its own, once, then ends the connection', async () => {
    const { client, peer } = await online()
    peer.say(closingTag)
    await peer.end()
    expect(peer.raw).toMatch(/[^>]*<\/stream:stream>$/)
    expect(peer.closings).toBe(1)
    expect(client.state.status).not.toBe('online')
  })

  it('takes what came before the closing tag of the other side into account', async () => {
    const { client, peer } = await online()
    const bodies: (string | undefined)[] = []
    client.message$.subscribe(({ body }) => bodies.push(body))
    peer.say(message + closingTag)
    await peer.end()
    expect(bodies).toEqual(['last words'])
  })

  it('can happen at any time: while features are awaited, too', async () => {
    const { client, peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader())
    await rest()
    const leaving = client.disconnect()
    await server.closing()
    expect(server.ended).toBe(false)
    server.say(closingTag)
    await leaving
    expect(await outcome).toEqual(code(/^transport\.aborted$/))
  })

  it('by the other side while features are awaited is answered, too', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + closingTag)
    await server.end()
    expect(server.closings).toBe(1)
    expect(await outcome).toEqual(code(/^transport\.closed$/))
  })
})

describe('white space between elements (RFC 6120 §11.7, §4.6.1)', () => {
  it('is passed over at every place where it may stand, and never answered', async () => {
    const { client, peer } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + '\n  ' + features('\n' + mechanisms('PLAIN') + '\n') + ' ')
    await server.next('auth')
    server.say(saslSuccess)
    await server.header()
    server.say(responseHeader() + ' ' + features(bindFeature) + '\r\n\t ')
    await answerBind(server)
    await rest()
    const { raw } = server
    server.say(' ')
    server.say('\n')
    await rest()
    expect(client.state.status).toBe('online')
    expect(server.raw).toBe(raw)
  })

  it('is nothing that the client itself sends while it negotiates (§5.3.3, §6.3.5)', async () => {
    const { peer } = await online()
    expect(peer.between).toBe('')
  })
})

describe('silent peers (RFC 6120 §4.6)', () => {
  it('are left when they answer no check at all (§4.6.1, §4.6.2)', async () => {
    fakeTimers()
    const { client, peer } = await online()
    for (let minute = 0; minute < 30; minute += 1) {
      await vi.advanceTimersByTimeAsync(60_000)
      await rest()
    }
    expect(peer.ended).toBe(true)
    expect(client.state).toMatchObject({ error: { code: 'timeout.probe' } })
  })
})

describe('reconnection (RFC 6120 §3.3)', () => {
  const cutAtOnce = () => {
    const { client, server } = createTransportPair({ secure: true })
    server.destroy()
    return client
  }

  it('waits an unpredictable time of at most 60 seconds first, and longer each time it fails', async () => {
    fakeTimers()
    const waits: number[][] = []
    for (let run = 0; run < 12; run += 1) {
      const client = createClient({
        jid: 'alice@example.test',
        password: 'x',
        reconnect: 'always',
        endpoint: cutAtOnce,
      })
      const own: number[] = []
      client.state$.subscribe((state) => {
        if (state.status === 'backingOff') own.push(state.retryInMs)
      })
      client.connect().catch(() => undefined)
      for (let step = 0; step < 6; step += 1) await vi.advanceTimersByTimeAsync(600_000)
      await client.close()
      waits.push(own)
    }
    const of = (attempt: number) => waits.map((own) => own[attempt] ?? Number.NaN)
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
    expect(Math.max(...of(0))).toBeLessThanOrEqual(60_000)
    expect(new Set(of(0)).size).toBeGreaterThan(6)
    expect(sum(of(3))).toBeGreaterThan(sum(of(0)))
  })
})
