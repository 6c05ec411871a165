import { describe, expect, it } from 'vitest'
import {
  answerBind,
  authenticate,
  bindFeature,
  features,
  logIn,
  mechanisms,
  online,
  responseHeader,
  rest,
  saslSuccess,
  start,
} from './session.js'

const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })

describe('the initial stream header (RFC 6120 §4.7)', () => {
  const header = async (...args: Parameters<typeof start>) => {
    const { peer } = start(...args)
    const server = await peer()
    return { header: await server.header(), raw: server.raw, server }
  }

  it('is a stream of XMPP: root in the stream namespace, jabber:client by default, prefix stream (§4.8.1, §4.8.3, §4.8.5)', async () => {
    const { header: root } = await header()
    expect(root).toMatchObject({
      prefix: 'stream',
      name: 'stream',
      namespace: 'http://etherx.jabber.org/streams',
    })
    expect(root.attributes).toMatchObject({
      xmlns: 'jabber:client',
      'xmlns:stream': 'http://etherx.jabber.org/streams',
    })
  })

  it('declares no namespace for extended content (§4.8.5)', async () => {
    const { header: root } = await header()
    expect(
      Object.keys(root.attributes)
        .filter((name) => name.startsWith('xmlns'))
        .toSorted(),
    ).toEqual(['xmlns', 'xmlns:stream'])
  })

  it('names the domain of the account and nothing more as to (§4.7.2)', async () => {
    const { header: root } = await header({ jid: 'Alice@Example.Test/desk' })
    expect(root.attributes['to']).toBe('example.test')
  })

  it('names the bare JID as from once the stream is secure (§4.7.1)', async () => {
    const { header: root } = await header({ jid: 'alice@example.test/desk' })
    expect(root.attributes['from']).toBe('alice@example.test')
  })

  it('keeps from to itself in clear (§4.7.1)', async () => {
    const { raw } = await header({}, { secure: false })
    expect(raw).not.toContain('alice')
  })

  it('has no from where no identity is known (§4.7.1)', async () => {
    const { header: root } = await header({ jid: 'example.test', anonymous: true, password: undefined })
    expect(root.attributes).not.toHaveProperty('from')
    expect(root.attributes['to']).toBe('example.test')
  })

  it('has no id (§4.7.3)', async () => {
    const { header: root } = await header()
    expect(root.attributes).not.toHaveProperty('id')
  })

  it('is of version 1.0, in these very characters (§4.7.5)', async () => {
    const { header: root } = await header()
    expect(root.attributes['version']).toBe('1.0')
  })

  it('carries the language that the app gave (§4.7.4)', async () => {
    const { header: root } = await header({ lang: 'de-CH' })
    expect(root.attributes['xml:lang']).toBe('de-CH')
  })

  it('follows an XML declaration of 1.0 and UTF-8, without a standalone declaration (§11.5, §11.6, §11.8)', async () => {
    const { raw } = await header()
    const declaration = /^<\?xml version=(["'])1\.0\1(.*?)\?>/.exec(raw)
    expect(declaration?.[0]).toBeDefined()
    expect(declaration?.[2]).toMatch(/^( encoding=(["'])utf-8\2)?\s*$/i)
  })

  it('is all that is sent before the response and its features (§4.3.5)', async () => {
    const { server, raw } = await header()
    await rest()
    server.say(responseHeader())
    await rest()
    expect(server.raw).toBe(raw)
  })
})

describe('a response stream header (RFC 6120 §4.7)', () => {
  const meets = async (text: string) => {
    const session = start()
    const server = await session.peer()
    await server.header()
    server.say(text + features(mechanisms('PLAIN')))
    return { ...session, server }
  }

  it.each([
    ['without from', '§4.7.1', { from: undefined }],
    ['without to', '§4.7.2', { to: undefined }],
    ['with to', '§4.7.2', { to: 'alice@example.test' }],
    ['without id', '§4.7.3', { id: undefined }],
    ['without xml:lang', '§4.7.4', { 'xml:lang': undefined }],
    ['of a higher minor version', '§4.7.5', { version: '1.13' }],
    ['with an attribute of another namespace', '§11.4', { 'xmlns:x': 'urn:example:x', 'x:y': 'z' }],
    ['with an attribute that nobody defined', '§11.4', { mood: 'fine' }],
  ])('%s is accepted (%s)', async (_what, _section, attributes) => {
    const { server } = await meets(responseHeader(attributes))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('with another prefix is accepted or refused with bad-namespace-prefix (§4.8.5)', async () => {
    const { server } = await meets(
      "<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams' version='1.0' id='1'><s:features>" +
        mechanisms('PLAIN') +
        '</s:features>',
    )
    await rest()
    expect(server.raw).toMatch(/<auth |<bad-namespace-prefix /)
  })

  it.each([
    [
      'in another stream namespace',
      'invalid-namespace|bad-format',
      '§4.8.1',
      responseHeader({ 'xmlns:stream': 'http://wrong.example/' }),
    ],
    ['in no namespace', 'invalid-namespace|bad-format', '§4.8.1', "<stream version='1.0' id='1'>"],
    [
      'of another content namespace',
      'invalid-namespace',
      '§4.8.2',
      responseHeader({ xmlns: 'jabber:server' }),
    ],
    [
      'with the stream namespace as content namespace and a prefix',
      'invalid-namespace|bad-format',
      '§4.8.2',
      responseHeader({ xmlns: 'http://etherx.jabber.org/streams' }),
    ],
    [
      'after an element that is none',
      'bad-format|invalid-namespace|not-well-formed',
      '§4.8.1',
      '<html><body/></html>',
    ],
  ])('%s ends the stream with %s (%s)', async (_what, condition, _section, text) => {
    const { server, outcome } = await meets(text)
    await server.closing()
    expect(server.raw).toMatch(
      new RegExp(`<stream:error><(${condition}) xmlns=.urn:ietf:params:xml:ns:xmpp-streams.`),
    )
    server.hangUp()
    expect(await outcome).toEqual(code(/^protocol\./))
    expect(server.raw).not.toContain('<auth')
  })
})

describe('stream features (RFC 6120 §4.3)', () => {
  const unknown = "<sealing xmlns='urn:example:sealing'><method>wax</method></sealing>"

  it.each([
    ['before', unknown + mechanisms('PLAIN')],
    ['behind', mechanisms('PLAIN') + unknown],
  ])('that are unknown are passed over, whatever the order: %s (§4.3.2)', async (_where, offered) => {
    const { peer } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + features(offered))
    expect((await server.next('auth')).namespace).toBe('urn:ietf:params:xml:ns:xmpp-sasl')
  })

  it.each([unknown + bindFeature, bindFeature + unknown])(
    'that are voluntary do not keep the client from binding (§4.3.2)',
    async (offered) => {
      const { client } = await online({}, { features: offered })
      expect(client.state).toMatchObject({ status: 'online' })
    },
  )

  it('without SASL before authentication are no permission to go on (§6.3.1)', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + '<stream:features/>')
    await rest()
    server.hangUp()
    expect(await outcome).toEqual(code(/^authentication\.no-mechanism$/))
    expect(server.elements.map(({ name }) => name).filter((name) => name !== 'error')).toEqual([])
  })

  it('may come once more, empty, when the stream is negotiated (§4.3.5)', async () => {
    const { client, peer } = await online()
    peer.say('<stream:features/>')
    await rest()
    expect(client.state).toMatchObject({ status: 'online' })
    expect(peer.closings).toBe(0)
  })

  it('come before any stanza: none is sent until negotiation is complete (§4.3.5)', async () => {
    const { client, peer } = start()
    const server = await peer()
    const early = client.send({ to: 'bob@example.test', body: 'early' })
    await logIn(server)
    await rest()
    expect((await early.settled).status).toBe('written')
    expect(server.elements.map(({ name }) => name)).toEqual(['auth', 'iq', 'message'])
  })
})

describe('a stream restart (RFC 6120 §4.3.3)', () => {
  it('sends a new header with its declaration on the same connection, and no closing tag', async () => {
    const { peer, peers } = start()
    const server = await peer()
    await authenticate(server)
    expect(server.headers).toHaveLength(2)
    expect(server.headers[1]).toEqual(server.headers[0])
    expect(server.raw).not.toContain('</stream:stream>')
    expect(server.raw.match(/<\?xml /g)).toHaveLength(2)
    expect(peers).toHaveLength(1)
  })

  it('expects a new response header: features of the replaced stream count for nothing', async () => {
    const { peer, outcome } = start()
    const server = await peer()
    await authenticate(server)
    server.say(features(bindFeature))
    await server.closing()
    server.hangUp()
    expect(await outcome).toEqual(code(/^protocol\./))
    expect(server.elements.map(({ name }) => name)).not.toContain('iq')
  })

  it('takes the language and identity of the stream from the new header (§4.3.1)', async () => {
    const { client, peer } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader({ 'xml:lang': 'fr', id: 'old' }) + features(mechanisms('PLAIN')))
    await server.next('auth')
    server.say(saslSuccess)
    await server.header()
    server.say(responseHeader({ 'xml:lang': 'cs', id: 'new' }) + features(bindFeature))
    await answerBind(server)
    await rest()
    const langs: (string | undefined)[] = []
    client.message$.subscribe(({ lang }) => langs.push(lang))
    server.say("<message from='bob@example.test'><body>Ahoj</body></message>")
    await rest()
    expect(langs).toEqual(['cs'])
    expect(client.state).toMatchObject({ status: 'online', header: { id: 'new' } })
  })
})
