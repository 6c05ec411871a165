import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client.js'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
  type IssuedCertificate,
} from '../../src/server/certificate.js'
import { listenTcp } from '../../src/transport/listen.js'
import { childOf, elementsOf, textOf } from './heard.js'
import { listenForPeers } from './listening.js'
import { toBase64 } from './scram-server.js'
import {
  authenticate,
  bindFeature,
  closingTag,
  features,
  mechanisms,
  online,
  proceed,
  responseHeader,
  rest,
  saslFailure,
  start,
  startTlsFeature,
  streamError,
} from './session.js'

// Rules that the client does not keep yet.

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'
const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const fakeTimers = () =>
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
afterEach(() => void vi.useRealTimers())

async function meets(text: string) {
  const session = start()
  const server = await session.peer()
  await server.header()
  server.say(text)
  await rest()
  return { ...session, server }
}

describe('SHOULD', () => {
  it('RFC 6120 §4.7.4: the initial header has xml:lang', async () => {
    const { peer } = start()
    const server = await peer()
    expect((await server.header()).attributes['xml:lang']).toMatch(/./)
  })

  it('RFC 6120 §6.4.5: when every mechanism has failed the stream is closed with its closing tag', async () => {
    const { server } = await meets(responseHeader() + features(mechanisms('PLAIN')))
    await server.next('auth')
    server.say(saslFailure('<not-authorized/>'))
    await rest()
    expect(server.raw).toMatch(/<\/auth><\/stream:stream>$/)
  })

  it('RFC 6120 §4.4: when no mechanism can be tried the stream is closed with its closing tag', async () => {
    const { server } = await meets(responseHeader() + features(mechanisms('X-UNKNOWN')))
    expect(server.raw).toMatch(/<\/stream:stream>$/)
  })

  it('RFC 6120 §4.4: when binding is refused the stream is closed with its closing tag', async () => {
    const { peer } = start()
    const server = await peer()
    await authenticate(server)
    server.say(responseHeader() + features(bindFeature))
    const { attributes } = await server.next('iq')
    server.say(
      `<iq type='error' id='${attributes['id']}'><error type='cancel'><not-allowed xmlns='${stanzas}'/></error></iq>`,
    )
    await rest()
    expect(server.raw).toMatch(/<\/iq><\/stream:stream>$/)
  })

  it('RFC 6120 §6.4.4: a handshake that cannot go on is aborted by <abort/>', async () => {
    const { server } = await meets(responseHeader() + features(mechanisms('SCRAM-SHA-1')))
    await server.next('auth')
    server.say(`<challenge xmlns='${sasl}'>${toBase64(`r=foreign,s=${toBase64('salt')},i=4096`)}</challenge>`)
    await rest()
    expect(server.raw).toContain('<abort ')
  })

  it('RFC 6120 §8.3.2: the text of a stanza error has a language', async () => {
    const { peer } = await online()
    peer.say("<iq type='get' id='x' from='bob@example.test/home'/>")
    await rest()
    const answer = peer.elements.at(-1)
    const error = answer === undefined ? undefined : childOf(answer, 'error')
    const texts = error === undefined ? [] : elementsOf(error).filter(({ name }) => name === 'text')
    expect(texts.filter((text) => text.attributes['xml:lang'] === undefined).map(textOf)).toEqual([])
  })

  it('RFC 6121 §4.5.1: unavailable presence is sent before the stream is closed', async () => {
    const { client, peer } = await online({ presence: {} })
    void client.disconnect()
    await peer.closing()
    expect(peer.raw).toMatch(/<presence [^<]*type='unavailable'[^<]*\/><\/stream:stream>$/)
  })

  it.each(['subscribe', 'subscribed', 'unsubscribed'] as const)(
    'RFC 6121 §3.1.1, §3.1.4: presence of type %s has an id',
    async (type) => {
      const { client, peer } = await online()
      client.sendPresence({ type, to: 'bob@example.test' })
      await rest()
      expect(peer.elements.at(-1)?.attributes['id'] ?? '').toMatch(/./)
    },
  )
})

describe('RECOMMENDED', () => {
  it('RFC 6120 §4.6.4: a quiet connection is checked at most once every five minutes', async () => {
    fakeTimers()
    const { peer } = await online()
    for (let minute = 0; minute < 30; minute += 1) {
      const { length } = peer.elements
      await vi.advanceTimersByTimeAsync(60_000)
      await rest()
      for (const { attributes } of peer.elements.slice(length)) {
        peer.say(`<iq type='result' id='${attributes['id'] ?? ''}'/>`)
      }
      await rest()
    }
    expect(peer.raw.match(/urn:xmpp:ping/g) ?? []).toHaveLength(6)
  })

  it('RFC 6120 §8.1.3: presence has an id', async () => {
    const { client, peer } = await online()
    client.sendPresence({ show: 'away' })
    await rest()
    expect(peer.elements.at(-1)?.attributes['id'] ?? '').toMatch(/./)
  })
})

describe('a redirection (RFC 6120 §4.9.3.19)', () => {
  let authority: CertificateAuthority
  let certificate: IssuedCertificate
  beforeAll(async () => {
    authority = await createCertificateAuthority()
    certificate = await createCertificate({ names: { dns: ['example.test'] }, signer: authority })
  })

  it('to a port that cannot be is the stream error that it is, not a defect', async () => {
    const listening = await listenForPeers((onTransport) => listenTcp({ onTransport }))
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: `xmpp://127.0.0.1:${listening.port}`,
      tls: { ca: authority.cert },
      reconnect: 'never',
    })
    const outcome = client.connect().catch((error: unknown) => error)
    const peer = await listening.next()
    await peer.header()
    peer.say(responseHeader() + features(startTlsFeature))
    await peer.next('starttls')
    peer.say(proceed)
    await peer.startTls(certificate)
    await peer.header()
    const host =
      "<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:99999</see-other-host>"
    peer.say(responseHeader() + streamError(host) + closingTag)
    const error = await outcome
    await client.close()
    await listening.close()
    expect(error).toMatchObject({ code: 'stream.see-other-host' })
  })
})
