import { describe, expect, it } from 'vitest'
import type { ClientOptions } from '../../src/client-options.js'
import type { Message, MessageInput, Presence, PresenceInput } from '../../src/index.js'
import { childOf, elementsOf, textOf } from './heard.js'
import { online, rest } from './session.js'

describe('presence that is sent (RFC 6121 §4)', () => {
  const sent = async (presence?: PresenceInput, options: Partial<ClientOptions> = {}) => {
    const { client, peer } = await online(options)
    if (presence !== undefined) client.sendPresence(presence)
    await rest()
    const element = peer.elements.at(-1)
    if (element?.name !== 'presence') throw new Error('no presence was sent')
    return element
  }

  it('at first has neither to nor type (§4.2.1)', async () => {
    const { attributes } = await sent(undefined, { presence: {} })
    expect(attributes).not.toHaveProperty('to')
    expect(attributes).not.toHaveProperty('type')
  })

  it('says show, status and priority in the content namespace, once each (§4.7.2)', async () => {
    const element = await sent({ show: 'dnd', status: 'busy', priority: -1 })
    expect(
      elementsOf(element).map(({ name, namespace, children }) => [name, namespace, ...children]),
    ).toEqual([
      ['show', 'jabber:client', 'dnd'],
      ['status', 'jabber:client', 'busy'],
      ['priority', 'jabber:client', '-1'],
    ])
  })

  it('has one status for each language (§4.7.2.2)', async () => {
    const element = await sent({ status: { en: 'here', cs: 'tady' } })
    expect(elementsOf(element).map((status) => [status.attributes['xml:lang'], textOf(status)])).toEqual([
      ['en', 'here'],
      ['cs', 'tady'],
    ])
  })

  it.each([-129, 128, 1.5, Number.NaN])('never has the priority %s (§4.7.2.3)', async (priority) => {
    const { client, peer } = await online()
    const { raw } = peer
    expect(() => client.sendPresence({ priority })).toThrow(RangeError)
    expect(peer.raw).toBe(raw)
  })

  it.each([-128, 0, 127])('may have the priority %s (§4.7.2.3)', async (priority) => {
    const element = childOf(await sent({ priority }), 'priority')
    expect(element === undefined ? '0' : textOf(element)).toBe(String(priority))
  })
})

describe('presence that arrives (RFC 6121 §4.7)', () => {
  const received = async (text: string) => {
    const { client, peer } = await online()
    const presences: Presence[] = []
    client.presence$.subscribe((presence) => presences.push(presence))
    const { length } = peer.elements
    peer.say(text)
    await rest()
    return { presences, answers: peer.elements.slice(length), client }
  }

  it.each(['error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed'])(
    'of type %s is known (§4.7.1)',
    async (type) => {
      const { presences } = await received(`<presence from='bob@example.test/home' type='${type}'/>`)
      expect(presences).toMatchObject([{ type }])
    },
  )

  it('without a type is available, with priority 0 and no show (§4.7.1, §4.7.2.3)', async () => {
    const { presences } = await received("<presence from='bob@example.test/home'/>")
    expect(presences).toMatchObject([{ type: undefined, show: undefined, priority: 0, status: undefined }])
  })

  it.each(['available', 'invisible', 'Subscribe', ''])(
    'of the unknown type %j is answered with bad-request, and is not available (§4.7.1)',
    async (type) => {
      const { presences, answers } = await received(
        `<presence from='alice@example.test/home' id='p1' type='${type}'/>`,
      )
      expect(presences).toEqual([])
      expect(answers).toMatchObject([
        { name: 'presence', attributes: { type: 'error', id: 'p1', to: 'alice@example.test/home' } },
      ])
      expect(JSON.stringify(answers)).toContain('"bad-request"')
    },
  )

  it.each(['away', 'chat', 'dnd', 'xa'])('shows %s (§4.7.2.1)', async (show) => {
    const { presences } = await received(
      `<presence from='bob@example.test/home'><show>${show}</show></presence>`,
    )
    expect(presences).toMatchObject([{ show }])
  })

  it.each(['busy', 'Away', ''])('has no show %j: it is online and available (§4.7.2.1)', async (show) => {
    const { presences } = await received(
      `<presence from='bob@example.test/home'><show>${show}</show></presence>`,
    )
    expect(presences).toMatchObject([{ type: undefined, show: undefined }])
  })

  it.each([
    ['-128', -128],
    ['127', 127],
    ['+5', 5],
    ['007', 7],
    ['128', 0],
    ['-129', 0],
    ['high', 0],
    ['1.5', 0],
    ['', 0],
  ])('has the priority %j, which is %s (§4.7.2.3)', async (text, priority) => {
    const { presences } = await received(
      `<presence from='bob@example.test/home'><priority>${text}</priority></presence>`,
    )
    expect(presences).toMatchObject([{ priority }])
  })

  it('of type subscribe is put before the person: the client itself answers nothing (§3.1.4)', async () => {
    const { presences, answers } = await received(
      "<presence from='bob@example.test' type='subscribe' id='s1'><status>Hi</status></presence>",
    )
    expect(presences).toMatchObject([{ type: 'subscribe', status: 'Hi' }])
    expect(answers).toEqual([])
  })
})

describe('messages (RFC 6121 §5.2)', () => {
  const received = async (text: string) => {
    const { client, peer } = await online()
    const messages: Message[] = []
    client.message$.subscribe((message) => messages.push(message))
    peer.say(text)
    await rest()
    return messages
  }
  const sent = async (message: MessageInput) => {
    const { client, peer } = await online()
    client.send(message)
    await rest()
    const element = peer.elements.at(-1)
    if (element?.name !== 'message') throw new Error('no message was sent')
    return element
  }

  it.each(['chat', 'error', 'groupchat', 'headline', 'normal'])(
    'of type %s are known (§5.2.2)',
    async (type) => {
      expect(
        await received(`<message from='bob@example.test' type='${type}'><body>x</body></message>`),
      ).toMatchObject([{ type, body: 'x' }])
    },
  )

  it.each(["type='shout'", "type='CHAT'", "type=''", ''])('with %j are normal (§5.2.2)', async (type) => {
    expect(await received(`<message from='bob@example.test' ${type}><body>x</body></message>`)).toMatchObject(
      [{ type: 'normal', body: 'x' }],
    )
  })

  it('have a body, a subject and a thread, each optional (§5.2.3, §5.2.4, §5.2.5)', async () => {
    expect(await received("<message from='bob@example.test'/>")).toMatchObject([
      { body: undefined, subject: undefined, thread: undefined },
    ])
    expect(
      await received(
        "<message from='bob@example.test'><thread parent='p'>t</thread><subject>s</subject><body/></message>",
      ),
    ).toMatchObject([{ body: '', subject: 's', thread: { id: 't', parent: 'p' } }])
  })

  it('have several wordings of body and subject, by language (§5.2.3, §5.2.4)', async () => {
    const [message] = await received(
      "<message from='bob@example.test' xml:lang='en'><subject>S</subject><subject xml:lang='cs'>P</subject><body xml:lang='cs'>Ahoj</body><body>Hello</body></message>",
    )
    expect(message).toMatchObject({
      body: 'Hello',
      bodies: [
        { lang: 'cs', text: 'Ahoj' },
        { lang: 'en', text: 'Hello' },
      ],
      subject: 'S',
    })
  })

  it('have an opaque thread: not a space of it is touched (§5.2.5)', async () => {
    expect(
      await received("<message from='bob@example.test'><thread>  a\n b </thread></message>"),
    ).toMatchObject([{ thread: { id: '  a\n b ' } }])
    expect(textOf(childOf(await sent({ to: 'bob@example.test', thread: ' a ' }), 'thread'))).toBe(' a ')
  })

  it('are sent with the type that the app gives, and normal needs none (§5.2.2)', async () => {
    expect((await sent({ to: 'bob@example.test', type: 'chat', body: 'x' })).attributes['type']).toBe('chat')
    expect([undefined, 'normal']).toContain(
      (await sent({ to: 'bob@example.test', body: 'x' })).attributes['type'],
    )
  })

  it('are sent with one body for each language (§5.2.3)', async () => {
    const element = await sent({ to: 'bob@example.test', body: { en: 'Hello', cs: 'Ahoj' } })
    expect(elementsOf(element).map((body) => [body.name, body.attributes['xml:lang'], textOf(body)])).toEqual(
      [
        ['body', 'en', 'Hello'],
        ['body', 'cs', 'Ahoj'],
      ],
    )
  })

  it('of type error tell the sender what became of the message (§5.2.2)', async () => {
    const { client, peer } = await online()
    const bounced: string[] = []
    client.bounced$.subscribe(({ reason }) => bounced.push(reason.code))
    const { id } = client.send({ to: 'bob@example.test', body: 'x' })
    await rest()
    peer.say(
      `<message type='error' id='${id}' from='bob@example.test'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    )
    await rest()
    expect(bounced).toEqual(['stanza.item-not-found'])
  })
})
