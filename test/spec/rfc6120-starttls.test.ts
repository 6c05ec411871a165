import { describe, expect, it } from 'vitest'
import type { Peer } from './peer.js'
import {
  answerBind,
  bindFeature,
  closingTag,
  features,
  mechanisms,
  proceed,
  responseHeader,
  rest,
  saslSuccess,
  start,
  startTlsFeature,
} from './session.js'

const optional = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
const code = (pattern: RegExp) => expect.objectContaining({ code: expect.stringMatching(pattern) })

/** A client on a connection in clear, which was offered this. */
async function offered(content: string, options: Parameters<typeof start>[0] = {}) {
  const session = start(options, { secure: false })
  const server = await session.peer()
  await server.header()
  server.say(responseHeader({ id: 'clear' }) + features(content))
  return { ...session, server }
}

/** As far as the header that the client sends over TLS. */
async function secured(server: Peer) {
  await server.next('starttls')
  server.say(proceed)
  await server.startTls()
  return server.header()
}

describe('the STARTTLS command (RFC 6120 §5.4.2)', () => {
  it('is an empty element in the namespace of TLS (§5.4.2.1)', async () => {
    const { server } = await offered(startTlsFeature)
    expect(await server.next('starttls')).toEqual({
      prefix: '',
      name: 'starttls',
      namespace: 'urn:ietf:params:xml:ns:xmpp-tls',
      attributes: { xmlns: 'urn:ietf:params:xml:ns:xmpp-tls' },
      children: [],
    })
  })

  it.each([
    ['offered without being required', optional, '§5.2'],
    ['the only feature, which makes it mandatory', optional, '§5.3.1'],
    ['offered beside SASL, which has to wait', mechanisms('SCRAM-SHA-1', 'PLAIN') + optional, '§5.3.4'],
    ['offered behind features that are unknown', "<x xmlns='urn:example:x'/>" + optional, '§4.3.2'],
    ['offered while an app allows plain text', optional + mechanisms('PLAIN'), '§5.2'],
  ])('is sent where TLS is %s', async (what, content) => {
    const { server } = await offered(content, { dangerouslyAllowPlaintext: what.includes('plain text') })
    await rest()
    expect(server.elements.map(({ name }) => name)).toEqual(['starttls'])
  })

  it('is followed by silence until TLS is there: no white space, no XML (§5.3.3, §5.4.3.1)', async () => {
    const { server } = await offered(startTlsFeature)
    await server.next('starttls')
    const { raw } = server
    await rest()
    server.say(proceed)
    await rest()
    expect(server.raw).toBe(raw)
    expect(raw).toMatch(/<starttls [^<]*\/>$/)
  })
})

describe('TLS after <proceed/> (RFC 6120 §5.4.3)', () => {
  it('restarts the stream: a new header, no closing tag, now with from (§5.3.2, §5.4.3.3)', async () => {
    const { server } = await offered(startTlsFeature)
    const header = await secured(server)
    expect(header.attributes).toEqual({ ...server.headers[0]?.attributes, from: 'alice@example.test' })
    expect(server.raw).not.toContain(closingTag)
    expect(server.raw.match(/<\?xml /g)).toHaveLength(2)
  })

  it('makes the client forget the features offered in clear (§5.4.3.3)', async () => {
    const { server } = await offered(startTlsFeature + mechanisms('PLAIN'))
    await secured(server)
    server.say(responseHeader({ id: 'secure' }))
    await rest()
    expect(server.elements.map(({ name }) => name)).toEqual(['starttls'])
    server.say(features(mechanisms('SCRAM-SHA-256')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('SCRAM-SHA-256')
  })

  it('makes the client forget the identity of the stream in clear (§5.4.3.3)', async () => {
    const { server, client } = await offered(startTlsFeature)
    await secured(server)
    server.say(responseHeader({ id: 'secure', from: undefined }) + features(mechanisms('PLAIN')))
    await server.next('auth')
    server.say(saslSuccess)
    await server.header()
    server.say(
      responseHeader({ id: undefined, from: undefined, 'xml:lang': undefined }) + features(bindFeature),
    )
    await answerBind(server)
    await rest()
    expect(client.state).toMatchObject({ status: 'online', encrypted: true })
    expect(JSON.stringify('header' in client.state ? client.state.header : undefined)).not.toMatch(
      /clear|secure|"en"/,
    )
  })

  it('needs a new response header: features alone are not believed (§5.4.3.3)', async () => {
    const { server, outcome } = await offered(startTlsFeature)
    await secured(server)
    server.say(features(mechanisms('PLAIN')))
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(/^protocol\./))
    expect(server.raw).not.toContain('<auth')
  })

  it('is not asked for again where the server offers STARTTLS over TLS (§5.4.3.3)', async () => {
    const { server } = await offered(startTlsFeature)
    await secured(server)
    server.say(responseHeader() + features(startTlsFeature + mechanisms('PLAIN')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })

  it('is not asked for where the connection was secure from the start (§5.4.3.3)', async () => {
    const { peer } = start()
    const server = await peer()
    await server.header()
    server.say(responseHeader() + features(startTlsFeature + mechanisms('PLAIN')))
    expect((await server.next('auth')).attributes['mechanism']).toBe('PLAIN')
  })
})

describe('STARTTLS that does not come about (RFC 6120 §5.4.2.2)', () => {
  it.each([
    [
      'a failure',
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
      /^transport\.tls-unavailable$/,
    ],
    [
      'a failure, and the stream stays open',
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      /^transport\.tls-unavailable$/,
    ],
    [
      'a go-ahead of another namespace',
      "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
      /^(transport|protocol)\./,
    ],
    [
      'a failure of SASL instead',
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
      /^(transport|protocol)\./,
    ],
  ])('by %s ends the attempt without another word in clear', async (_what, text, expected) => {
    const { server, outcome } = await offered(startTlsFeature + mechanisms('PLAIN'), {
      dangerouslyAllowPlaintext: true,
    })
    await server.next('starttls')
    server.say(text)
    await rest()
    server.cut()
    expect(await outcome).toEqual(code(expected))
    expect(server.raw).not.toMatch(/<auth|alice/)
  })
})

describe('encryption (RFC 7590 §3.1)', () => {
  it('is known to the app: the state says whether the stream is encrypted (§3.6)', async () => {
    const { server, client } = await offered(startTlsFeature)
    await secured(server)
    server.say(responseHeader() + features(mechanisms('PLAIN')))
    await server.next('auth')
    expect(client.state).toMatchObject({ status: 'authenticating', encrypted: true })
  })
})
