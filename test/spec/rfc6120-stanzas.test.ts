import { describe, expect, it } from 'vitest'
import { ns, xml, type Message, type Presence } from '../../src/index.js'
import { childOf, conditionOf, textOf } from './heard.js'
import { answersTo, online, rest } from './session.js'

const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas'

describe('what every stanza has in common (RFC 6120 §8.1)', () => {
  const received = async (text: string, header = {}) => {
    const { client, peer } = await online({}, { header })
    const messages: Message[] = []
    const presences: Presence[] = []
    client.message$.subscribe((message) => messages.push(message))
    client.presence$.subscribe((presence) => presences.push(presence))
    peer.say(text)
    await rest()
    return { message: messages[0], presence: presences[0], messages, presences }
  }

  it('language: that of the stream where the stanza has none (§8.1.5)', async () => {
    const { message } = await received("<message from='bob@example.test'><body>Ahoj</body></message>", {
      'xml:lang': 'cs',
    })
    expect(message).toMatchObject({ lang: 'cs', bodies: [{ lang: 'cs', text: 'Ahoj' }] })
  })

  it('language: its own before that of the stream, that of a child before its own (§8.1.5)', async () => {
    const { presence } = await received(
      "<presence from='bob@example.test/home' xml:lang='de'><status>Da</status><status xml:lang='cs'>Tady</status></presence>",
      { 'xml:lang': 'en' },
    )
    expect(presence).toMatchObject({
      lang: 'de',
      status: 'Da',
      statuses: [
        { lang: 'de', text: 'Da' },
        { lang: 'cs', text: 'Tady' },
      ],
    })
  })

  it('an id on messages, which the client makes where the app gives none (§8.1.3)', async () => {
    const { client, peer } = await online()
    client.send({ to: 'bob@example.test', body: 'x' })
    await rest()
    expect(peer.elements.at(-1)?.attributes['id']).toMatch(/./)
  })

  it('no <error/> that means anything where the type is not error (§8.3.1)', async () => {
    const error = `<error type='cancel'><gone xmlns='${stanzas}'/></error>`
    const { message } = await received(
      `<message from='bob@example.test' type='chat'><body>x</body>${error}</message>`,
    )
    expect(message).toMatchObject({ type: 'chat', body: 'x', error: undefined })
  })
})

describe('extended content that is unknown (RFC 6120 §8.4)', () => {
  const content =
    "<x xmlns='urn:example:x' xmlns:y='urn:example:y' y:z='1'><body xmlns='jabber:client'>inner</body></x>"

  it('in a message leaves the rest of it as it is', async () => {
    const { client, peer } = await online()
    const messages: Message[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say(
      `<message from='bob@example.test' xmlns:e='urn:e' e:f='g'>${content}<body e:h='i'>outer</body><e:subject>no</e:subject></message>`,
    )
    await rest()
    expect(messages).toMatchObject([{ body: 'outer', bodies: [{ text: 'outer' }], subject: undefined }])
  })

  it('alone in a message is ignored or answered with service-unavailable', async () => {
    const { client, peer } = await online()
    const given = await answersTo(peer, `<message from='bob@example.test' id='u1'>${content}</message>`)
    expect(given.map(conditionOf)).toEqual(given.map(() => 'cancel service-unavailable'))
    expect(client.state.status).toBe('online')
  })

  it('alone in presence leaves a presence without content', async () => {
    const { client, peer } = await online()
    const presences: Presence[] = []
    client.presence$.subscribe((presence) => presences.push(presence))
    peer.say(`<presence from='bob@example.test/home'>${content}</presence>`)
    await rest()
    expect(presences).toMatchObject([{ type: undefined, show: undefined, status: undefined, priority: 0 }])
  })
})

describe('what the client writes (RFC 6120 §11)', () => {
  it('is well-formed whatever the app says (§11.3)', async () => {
    const { client, peer } = await online()
    const body = `<&>"' ]]> \u00A0 🍵 \t\n end &amp; <!-- x --> <?y?>`
    client.send({
      to: 'bob@example.test',
      body,
      payloads: [xml('x', 'urn:example:"<>', { a: `<'">&\n` }, body)],
    })
    await rest()
    const heard = peer.elements.at(-1)
    expect(textOf(heard === undefined ? undefined : childOf(heard, 'body'))).toBe(body)
    const extension = heard === undefined ? undefined : childOf(heard, 'x')
    expect(extension).toMatchObject({ namespace: 'urn:example:"<>', attributes: { a: `<'">&\n` } })
  })

  it.each(['\u0000', '\u0008', '\uFFFE', '\uD800'])(
    'never is a character that XML 1.0 has not: %j is refused at once (§11.3)',
    async (character) => {
      const { client, peer } = await online()
      const { raw } = peer
      expect(() => client.send({ to: 'bob@example.test', body: `a${character}b` })).toThrow(RangeError)
      await rest()
      expect(peer.raw).toBe(raw)
    },
  )

  it('takes U+FEFF in a text for a character like any other (§11.6)', async () => {
    const { client, peer } = await online()
    const bodies: (string | undefined)[] = []
    client.message$.subscribe(({ body }) => bodies.push(body))
    peer.say("\uFEFF<message from='bob@example.test'><body>\uFEFFx\uFEFF</body></message>".slice(1))
    await rest()
    expect(bodies).toEqual(['\uFEFFx\uFEFF'])
  })

  it('leaves it to the server from whom it is, also where it passes on what came from others (§8.1.2.1)', async () => {
    const { client, peer } = await online()
    client.message$.subscribe((message) => client.send({ ...message, to: 'carol@example.test' }))
    client.presence$.subscribe((presence) => client.sendPresence({ ...presence, to: 'carol@example.test' }))
    const sent = await answersTo(
      peer,
      "<message from='bob@example.test'><body>x</body></message><presence from='bob@example.test'/>",
    )
    expect(sent.map(({ name, attributes: { from, to } }) => [name, from, to])).toEqual([
      ['message', undefined, 'carol@example.test'],
      ['presence', undefined, 'carol@example.test'],
    ])
  })

  it('is never a stanza of jabber:server (§4.8.3)', async () => {
    const { client, peer } = await online()
    client.send({ to: 'bob@example.test', body: 'x' })
    client.sendPresence()
    await client
      .request({ type: 'get', payload: xml('ping', ns.ping) }, { timeoutMs: 1 })
      .catch(() => undefined)
    expect(new Set(peer.elements.slice(1).map(({ namespace }) => namespace))).toEqual(
      new Set(['jabber:client']),
    )
  })
})
