import { afterEach, describe, expect, it, vi } from 'vitest'
import { elementsOf, readFrame, textOf } from './heard.js'
import type { Peer } from './peer.js'
import {
  answerBind,
  authenticate,
  bindFeature,
  closeFrame,
  framedFeatures,
  mechanisms,
  onlineFramed,
  openFrame,
  rest,
  saslFailure,
  saslSuccess,
  start,
  startTlsFeature,
} from './session.js'

const framing = 'urn:ietf:params:xml:ns:xmpp-framing'
const framed = { framing: 'frames', secure: true } as const
const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })

/** What has to be true of every frame, whatever it is for (§3.3.3). */
function expectFrames(peer: Peer): void {
  for (const frame of peer.frames) {
    const faults: string[] = []
    expect(frame).toMatch(/^<[^?!]/)
    expect(frame).toMatch(/>$/)
    expect(readFrame(frame, (what) => faults.push(what))?.namespace).not.toBe('')
    expect(faults).toEqual([])
    expect(frame).not.toMatch(/<\/?stream:stream/)
  }
  expect(peer.frames.length).toBeGreaterThan(0)
}

describe('stream initiation over WebSocket (RFC 7395 §3.4)', () => {
  it('is an <open/> in the framing namespace, as the first frame, with the attributes of a stream header', async () => {
    const { peer } = start({ lang: 'de' }, framed)
    const server = await peer()
    const open = await server.header()
    expect(server.frames).toHaveLength(1)
    expect(open).toMatchObject({ prefix: '', name: 'open', namespace: framing, children: [] })
    expect(open.attributes).toEqual({
      xmlns: framing,
      to: 'example.test',
      from: 'alice@example.test',
      version: '1.0',
      'xml:lang': 'de',
    })
  })

  it('keeps from to itself where the WebSocket is not secure (RFC 6120 §4.7.1)', async () => {
    const { peer } = start({}, { framing: 'frames', secure: false })
    const server = await peer()
    expect((await server.header()).attributes).not.toHaveProperty('from')
  })

  it.each([
    ['an <open/>', openFrame()],
    [
      'an <open/> without optional attributes',
      openFrame({ from: undefined, id: undefined, 'xml:lang': undefined }),
    ],
    ['an <open/> with a prefix', `<f:open xmlns:f='${framing}' id='1' version='1.0'/>`],
    ['an <open></open> of two tags', `<open xmlns='${framing}' id='1' version='1.0'></open>`],
    [
      'an <open/> behind an XML declaration, which is not recommended (§3.3.3)',
      `<?xml version='1.0'?>${openFrame()}`,
    ],
  ])('accepts %s in answer', async (_what, text) => {
    const { peer } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say(text)
    server.say(framedFeatures(mechanisms('PLAIN')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('ends where a <close/> is the answer, which is answered', async () => {
    const { peer, outcome } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say(closeFrame)
    await server.closing()
    await server.end()
    expect(await outcome).toEqual(code(/^transport\.closed$/))
  })

  it('answers a header of RFC 6120, which is no <open/>, by ending the stream (§3.4)', async () => {
    const { peer, outcome } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='1'/>")
    await server.closing()
    const error = server.elements.at(-1)
    expect(error).toMatchObject({ name: 'error', namespace: 'http://etherx.jabber.org/streams' })
    expect(error === undefined ? [] : elementsOf(error).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^(bad-format|invalid-namespace)$/),
    ])
    server.hangUp()
    expect(await outcome).toEqual(code(/^protocol\./))
  })
})

describe('frames that the client sends (RFC 7395 §3.3.3)', () => {
  it('are whole documents, one element each, which begin with < and need nothing of another frame', async () => {
    const { client, peer } = await onlineFramed({ roster: true, presence: {} })
    client.send({ to: 'bob@example.test', body: 'x\n<y>' })
    client.sendPresence({ show: 'away' })
    peer.say(
      "<iq xmlns='jabber:client' type='get' id='q' from='bob@example.test/home'><query xmlns='urn:example:unknown'/></iq>",
    )
    await rest()
    expectFrames(peer)
    expect(peer.elements.map(({ name }) => name)).toEqual([
      'auth',
      'iq',
      'iq',
      'presence',
      'message',
      'presence',
      'iq',
    ])
    expect(peer.elements.slice(1).map(({ namespace }) => namespace)).toEqual(
      peer.elements.slice(1).map(() => 'jabber:client'),
    )
  })

  it('are written one by one even where the app says much at once', async () => {
    const { client, peer } = await onlineFramed()
    const { length } = peer.frames
    for (let turn = 0; turn < 50; turn += 1) client.send({ to: 'bob@example.test', body: `${turn}` })
    await rest()
    expect(peer.frames.length - length).toBe(50)
    expectFrames(peer)
  })

  it('are never white space, however long nothing happens (§3.8)', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    })
    const { peer } = await onlineFramed()
    const { length } = peer.frames
    for (let minute = 0; minute < 30; minute += 1) {
      await vi.advanceTimersByTimeAsync(60_000)
      await rest()
    }
    expect(peer.frames.length).toBeGreaterThan(length)
    expectFrames(peer)
  })
  afterEach(() => void vi.useRealTimers())
})

describe('frames that arrive (RFC 7395 §3.3.3)', () => {
  const error = "<host-gone xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"

  it.each([
    [
      'with its prefix',
      `<stream:error xmlns:stream='http://etherx.jabber.org/streams'>${error}</stream:error>`,
    ],
    ['without a prefix', `<error xmlns='http://etherx.jabber.org/streams'>${error}</error>`],
    ['with any prefix', `<s:error xmlns:s='http://etherx.jabber.org/streams'>${error}</s:error>`],
  ])('may be a stream error %s, which <close/> answers (§3.5, RFC 6120 §4.9.1.1)', async (_how, text) => {
    const { client, peer } = await onlineFramed()
    const { length } = peer.frames
    peer.say(text)
    peer.say(closeFrame)
    await peer.end()
    expect(peer.frames.slice(length)).toEqual([expect.stringMatching(/^<close [^>]*\/>$/)])
    expect(client.state).toMatchObject({ error: { code: 'stream.host-gone' } })
  })

  it('may be a stream error right behind the <open/> (§3.5)', async () => {
    const { peer, outcome } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say(openFrame())
    server.say(`<error xmlns='http://etherx.jabber.org/streams'>${error}</error>`)
    server.say(closeFrame)
    await server.end()
    expect(await outcome).toEqual(code(/^stream\.host-gone$/))
  })

  it('may be features without a prefix', async () => {
    const { peer } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say(openFrame())
    server.say(`<features xmlns='http://etherx.jabber.org/streams'>${mechanisms('PLAIN')}</features>`)
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it.each([
    [
      'two elements',
      "<message xmlns='jabber:client'/><message xmlns='jabber:client'/>",
      'not-well-formed|bad-format|invalid-xml',
    ],
    ['half an element', "<message xmlns='jabber:client'><body>", 'not-well-formed|bad-format'],
    [
      'a prefix that only another frame declared',
      '<stream:features/>',
      'not-well-formed|bad-namespace-prefix|bad-format',
    ],
    ['a comment', "<!-- x --><message xmlns='jabber:client'/>", 'restricted-xml|bad-format'],
  ])('with %s end the stream, and nothing of them counts', async (_what, text, conditions) => {
    const { client, peer } = await onlineFramed()
    const messages: unknown[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say(text)
    await rest()
    expect(messages).toEqual([])
    expect(peer.raw).toMatch(new RegExp(`<(${conditions}) xmlns=.urn:ietf:params:xml:ns:xmpp-streams.`))
    expect(peer.closings).toBe(1)
  })

  it('with a stanza of no namespace hold no stanza: nothing is inherited (§3.3.3)', async () => {
    const { client, peer } = await onlineFramed()
    const messages: unknown[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say("<message from='bob@example.test'><body>x</body></message>")
    await rest()
    expect(messages).toEqual([])
  })

  it('take their language from <open/> where they have none (RFC 6120 §8.1.5)', async () => {
    const { client, peer } = await onlineFramed({}, { header: { 'xml:lang': 'cs' } })
    const langs: (string | undefined)[] = []
    client.message$.subscribe(({ lang }) => langs.push(lang))
    peer.say("<message xmlns='jabber:client' from='bob@example.test'><body>Ahoj</body></message>")
    await rest()
    expect(langs).toEqual(['cs'])
  })
})

describe('a restart over WebSocket (RFC 7395 §3.7)', () => {
  it('is a new <open/> on the same connection, without a <close/>', async () => {
    const { peer, peers } = start({}, framed)
    const server = await peer()
    const second = await authenticate(server, { framed: true })
    expect(second).toEqual(server.headers[0])
    expect(server.closings).toBe(0)
    expect(peers).toHaveLength(1)
  })

  it('needs a new <open/> of the server', async () => {
    const { peer, outcome } = start({}, framed)
    const server = await peer()
    await authenticate(server, { framed: true })
    server.say(framedFeatures(bindFeature))
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(/^protocol\./))
    expect(server.elements.map(({ name }) => name)).not.toContain('iq')
  })

  it('is the only cause for a second <open/>: one stream for one WebSocket (§3.4)', async () => {
    const { client, peer } = await onlineFramed()
    await client.connect()
    await rest()
    expect(peer.headers).toHaveLength(2)
  })
})

describe('TLS over WebSocket (RFC 7395 §3.9)', () => {
  it('as a stream feature is ignored', async () => {
    const { peer } = start({}, framed)
    const server = await peer()
    await server.header()
    server.say(openFrame())
    server.say(framedFeatures(startTlsFeature + mechanisms('PLAIN')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('as a stream feature is ignored where the WebSocket is not secure, too', async () => {
    const { peer, outcome } = start({}, { framing: 'frames', secure: false })
    const server = await peer()
    await server.header()
    server.say(openFrame())
    server.say(framedFeatures(startTlsFeature + mechanisms('PLAIN')))
    await rest()
    server.cut()
    expect(server.raw).not.toMatch(/starttls|<auth/)
    expect(await outcome).toEqual(code(/^(transport|authentication)\./))
  })
})

describe('closing over WebSocket (RFC 7395 §3.6)', () => {
  it('sends <close/> and waits for that of the other side', async () => {
    const { client, peer } = await onlineFramed()
    const leaving = client.disconnect()
    await peer.closing()
    await rest()
    expect(peer.frames.at(-1)).toMatch(/^<close xmlns=(["'])urn:ietf:params:xml:ns:xmpp-framing\1\/>$/)
    expect(peer.ended).toBe(false)
    peer.say(closeFrame)
    await peer.end()
    await leaving
    expect(client.state).toEqual({ status: 'offline', error: undefined })
  })

  it('answers <close/> with <close/>, once', async () => {
    const { client, peer } = await onlineFramed()
    peer.say(closeFrame)
    await peer.end()
    expect(peer.closings).toBe(1)
    expect(client.state.status).not.toBe('online')
  })

  it('is implied by the end of the WebSocket', async () => {
    const { client, peer } = await onlineFramed()
    peer.hangUp()
    await peer.end()
    await rest()
    expect(client.state).toMatchObject({ status: 'halted', error: { code: 'transport.closed' } })
  })
})

describe('SASL and binding over WebSocket', () => {
  it('are those of RFC 6120: the whole login, a failure included', async () => {
    const { client, peer, outcome } = start({ mechanisms: ['SCRAM-SHA-1', 'PLAIN'] }, framed)
    const server = await peer()
    await server.header()
    server.say(openFrame())
    server.say(framedFeatures(mechanisms('SCRAM-SHA-1', 'PLAIN')))
    await server.next('auth')
    server.say(saslFailure('<invalid-mechanism/>'))
    expect(Buffer.from(textOf(await server.next('auth')), 'base64').toString()).toBe('\0alice\0secret')
    server.say(saslSuccess)
    await server.header()
    server.say(openFrame())
    server.say(framedFeatures(bindFeature))
    await answerBind(server)
    expect(await outcome).toBeUndefined()
    expect(client.state).toMatchObject({ status: 'online', jid: 'alice@example.test/desk' })
    expectFrames(server)
  })
})
