import { describe, expect, it } from 'vitest'
import { createTransportPair, type TransportPairOptions } from '../../src/transport/memory.js'
import { XmlStream, type XmlStreamOptions } from '../../src/router/xml-stream.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { openingTag } from '../support/scripted-server.js'

const never = new AbortController().signal
const header = { to: 'example.test', version: '1.0' }

/** A stream over one end, and the raw other end, pumped by hand so that nothing depends on time. */
function pair(options: TransportPairOptions = {}, limits: XmlStreamOptions = {}) {
  const { client, server, pump } = createTransportPair({ delivery: 'manual', ...options })
  const heard: string[] = []
  let ended = false
  server.start({
    data: (chunk) => heard.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
    closed: () => {
      ended = true
    },
  })
  const stream = new XmlStream(client, limits)
  const turn = async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.resolve()
      pump()
    }
  }
  return { stream, server, heard, turn, ended: () => ended }
}

async function opened(options: TransportPairOptions = {}, limits: XmlStreamOptions = {}) {
  const ends = pair(options, limits)
  const opening = ends.stream.open(header, never)
  ends.server.write(
    options.framing === 'frames' ? `<open xmlns='${ns.framing}' id='s1' version='1.0'/>` : openingTag,
  )
  await ends.turn()
  expect((await opening).id).toBe('s1')
  ends.heard.length = 0
  return ends
}

/** Goes live and collects. */
function live(stream: XmlStream) {
  const elements: XmlElement[] = []
  const endings: unknown[] = []
  stream.flow({ element: (element) => elements.push(element), ended: (error) => endings.push(error) })
  return { elements, endings }
}

const message = (body: string) => `<message xmlns='jabber:client'><body>${body}</body></message>`

describe('XmlStream', () => {
  it('sends our header and gives the peer’s, every attribute of it', async () => {
    const { stream, server, heard, turn } = pair()
    const opening = stream.open({ ...header, from: 'alice@example.test', lang: 'en' }, never)
    await turn()
    expect(heard.join('')).toMatch(/^<\?xml version='1.0'\?><stream:stream [^>]*to='example.test'[^>]*>$/)
    expect(heard.join('')).toMatch(/from='alice@example.test'/)
    server.write(openingTag)
    await turn()
    expect(await opening).toEqual({
      to: undefined,
      from: 'example.test',
      id: 's1',
      version: '1.0',
      lang: 'en',
    })
  })

  it('speaks open and close instead of tags over frames', async () => {
    const { stream, server, heard, turn, ended } = await opened({ framing: 'frames' })
    stream.send(xml('presence', ns.client))
    stream.send(xml('presence', ns.client, { type: 'unavailable' }))
    await turn()
    expect(heard).toEqual([
      "<presence xmlns='jabber:client'/>",
      "<presence xmlns='jabber:client' type='unavailable'/>",
    ])
    const closing = stream.close(never)
    await turn()
    expect(heard.at(-1)).toBe(`<close xmlns='${ns.framing}'/>`)
    server.write(`<close xmlns='${ns.framing}'/>`)
    server.close()
    await turn()
    await closing
    expect(ended()).toBe(true)
  })

  it('leaves everything of one turn in one write', async () => {
    const { stream, heard, turn } = await opened()
    stream.send(xml('iq', ns.client, { id: '1' }))
    stream.send(xml('presence', ns.client))
    stream.send(xml('message', ns.client, {}, 'x'))
    await turn()
    expect(heard).toEqual(["<iq id='1'/><presence/><message>x</message>"])
  })

  it('is pulled one element at a time, in order', async () => {
    const { stream, server, turn } = await opened()
    server.write(message('1') + message('2') + message('3'))
    await turn()
    const bodies = []
    for (let count = 0; count < 3; count++) bodies.push((await stream.next(never)).child('body')?.text())
    expect(bodies).toEqual(['1', '2', '3'])
  })

  it('pushes what waits first, then everything at once', async () => {
    const { stream, server, turn } = await opened()
    server.write(message('1') + message('2'))
    await turn()
    const { elements } = live(stream)
    server.write(message('3'))
    await turn()
    expect(elements.map((element) => element.child('body')?.text())).toEqual(['1', '2', '3'])
  })

  it('begins the next stream at the exact byte', async () => {
    const { stream, server, turn } = await opened()
    server.write(`<success xmlns='${ns.sasl}'/>${openingTag}<stream:features/>`)
    await turn()
    expect((await stream.next(never)).name).toBe('success')
    const reopening = stream.open(header, never)
    await turn()
    expect((await reopening).id).toBe('s1')
    expect((await stream.next(never)).name).toBe('features')
  })

  it.each([' ', 'x', '<a/>'])('ends when %j follows the go-ahead for TLS', async (injected) => {
    const { stream, server, turn } = await opened()
    server.write(`<proceed xmlns='${ns.tls}'/>${injected}`)
    await turn()
    expect((await stream.next(never)).name).toBe('proceed')
    await expect(stream.secure({ domain: 'example.test' }, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^protocol\./),
    })
  })

  it('tells the peer which rule it broke, and ends', async () => {
    const { stream, server, heard, turn, ended } = await opened()
    const { elements, endings } = live(stream)
    server.write('<message><body></message>')
    await turn()
    expect(elements).toEqual([])
    expect(endings).toMatchObject([{ code: 'protocol.not-well-formed' }])
    expect(heard.join('')).toBe(
      `<stream:error><not-well-formed xmlns='${ns.streamErrors}'/></stream:error></stream:stream>`,
    )
    expect(ended()).toBe(true)
  })

  it('gives a stream error of the peer as one, and nothing after it', async () => {
    const { stream, server, turn } = await opened()
    const { elements, endings } = live(stream)
    server.write(`<stream:error><conflict xmlns='${ns.streamErrors}'/></stream:error>${message('late')}`)
    await turn()
    expect(elements).toEqual([])
    expect(endings).toMatchObject([{ code: 'stream.conflict' }])
  })

  it('takes a stream error for one only at its own place', async () => {
    const { stream, server, turn } = await opened()
    const { elements, endings } = live(stream)
    server.write(`<message><stream:error><conflict xmlns='${ns.streamErrors}'/></stream:error></message>`)
    await turn()
    expect(elements).toHaveLength(1)
    expect(endings).toEqual([])
  })

  it('refuses a second header in the midst of a stream', async () => {
    const { stream, server, turn } = await opened()
    const { endings } = live(stream)
    server.write(openingTag)
    await turn()
    expect(endings).toMatchObject([{ code: expect.stringMatching(/^protocol\./) }])
  })

  it.each([
    ["<stream:stream xmlns='jabber:client' xmlns:stream='urn:other'>", 'invalid-namespace'],
    [
      "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
      'invalid-namespace',
    ],
    ["<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>", 'invalid-namespace'],
    ["<flow xmlns='jabber:client'>", 'bad-format'],
  ])('refuses the header %s', async (text, condition) => {
    const { stream, server, turn } = pair()
    const opening = stream.open(header, never)
    server.write(text)
    await turn()
    await expect(opening).rejects.toMatchObject({ code: `protocol.${condition}` })
  })

  it('follows the peer’s close over frames to where it points', async () => {
    const { stream, server, turn } = await opened({ framing: 'frames' })
    const { endings } = live(stream)
    server.write(`<close xmlns='${ns.framing}' see-other-uri='wss://other.test/ws'/>`)
    await turn()
    expect(endings).toMatchObject([{ code: 'stream.see-other-host', otherHost: 'wss://other.test/ws' }])
  })

  it('holds no more than the limit while nobody reads', async () => {
    const { stream, server, turn } = await opened({}, { heldBytes: 1_000 })
    server.write(message('first'))
    await turn()
    server.write(`<message>${'x'.repeat(2_000)}`)
    await turn()
    expect(stream.end).toMatchObject({ code: 'protocol.policy-violation' })
  })

  it('refuses to send what is too much for the peer, and goes on', async () => {
    const { stream, heard, turn } = await opened({}, { outboundLimitBytes: 100_000 })
    const large = xml('message', ns.client, {}, 'x'.repeat(70_000))
    stream.send(large)
    expect(() => stream.send(large)).toThrow(expect.objectContaining({ code: 'transport.overflow' }))
    await turn()
    expect(stream.end).toBeUndefined()
    stream.send(large)
    await turn()
    expect(heard.join('')).toHaveLength(2 * serialize(large, { namespace: ns.client }).length)
  })

  it('lets a deed go that is no longer awaited', async () => {
    const { stream, server, turn } = await opened()
    const controller = new AbortController()
    const waiting = stream.next(controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'transport.aborted' })
    server.write(message('kept'))
    await turn()
    expect((await stream.next(never)).child('body')?.text()).toBe('kept')
  })

  it('closes in order: our tag, the peer’s, the connection', async () => {
    const { stream, server, heard, turn, ended } = await opened()
    const { endings } = live(stream)
    const closing = stream.close(never)
    await turn()
    expect(heard.join('')).toBe('</stream:stream>')
    server.write('</stream:stream>')
    await turn()
    server.close()
    await turn()
    await closing
    expect(ended()).toBe(true)
    expect(endings).toMatchObject([{ code: 'transport.closed' }])
  })

  it.each([
    ['bytes', openingTag, '</stream:stream>'],
    ['frames', `<open xmlns='${ns.framing}' id='s1' version='1.0'/>`, `<close xmlns='${ns.framing}'/>`],
  ] as const)('closes in order over %s before the peer’s header has come', async (framing, open, close) => {
    const { stream, server, heard, turn, ended } = pair({ framing })
    const waiting = new AbortController()
    const opening = stream.open(header, waiting.signal)
    await turn()
    waiting.abort()
    await expect(opening).rejects.toMatchObject({ code: 'transport.aborted' })
    const closing = stream.close(never)
    server.write(open)
    server.write(close)
    await turn()
    server.close()
    await turn()
    await closing
    expect(ended()).toBe(true)
    expect(heard.join('')).not.toContain('error')
    expect(stream.end).toMatchObject({ code: 'transport.closed' })
  })

  it('listens for no abort any more once something was heard', async () => {
    const { stream, server, turn } = await opened()
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener)
    signal.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener)
    const heard = stream.heard(signal)
    expect(listeners.size).toBe(1)
    server.write(' ')
    await turn()
    await heard
    expect(listeners.size).toBe(0)
  })

  it('says of what is sent behind its closing tag that it does not leave', async () => {
    const { stream, server, turn } = await opened()
    const closing = stream.close(never)
    const told: unknown[] = []
    stream.send(xml('message', ns.client), { written: (error) => told.push(error) })
    expect(told).toMatchObject([{ code: 'transport.not-connected' }])
    server.close()
    await turn()
    await closing
  })

  it('closes at once when the wait is given up', async () => {
    const { stream, turn, ended } = await opened()
    const controller = new AbortController()
    const closing = stream.close(controller.signal)
    await turn()
    controller.abort()
    await turn()
    await closing
    expect(ended()).toBe(true)
  })
})
