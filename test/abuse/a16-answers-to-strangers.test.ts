import { describe, expect, it } from 'vitest'
import { clientInformation, discovery, ns, receipts } from '../../src/index.js'
import { conditionOf } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { rest } from '../spec/session.js'
import { item, meet, presence, result, say } from '../features/acquaintances.js'

const subscriber = 'bob@example.test'
const items = [
  item(subscriber, "subscription='from'"),
  item('both@example.test', "subscription='both'"),
  item('watched@example.test', "subscription='to'"),
  item('asked@example.test', "ask='subscribe'"),
  item('approved@example.test', "approved='true'"),
].join('')

const ping = (from: string, type = 'get') =>
  `<iq type='${type}' id='p1'${from === '' ? '' : ` from='${from}'`}><ping xmlns='urn:xmpp:ping'/></iq>`

/** How the client answers: `result`, or the type and condition of the error. */
async function answer(peer: Peer, text: string): Promise<string> {
  const { length } = peer.elements
  await say(peer, text)
  const [first, ...more] = peer.elements.slice(length)
  expect(more).toEqual([])
  return first?.attributes['type'] === 'error' ? conditionOf(first) : (first?.attributes['type'] ?? 'silence')
}
/** What a server says for a resource that is not there (RFC 6121 §8.5.3.2.3). */
const nobody = 'cancel service-unavailable'

/** Everybody who may not know that one is there. */
const strangers = [
  ['a stranger', 'mallory@evil.test/x'],
  ['whom one sees only', 'watched@example.test/x'],
  ['whom one has asked', 'asked@example.test/x'],
  ['whom one has approved in advance', 'approved@example.test/x'],
  ['a namesake of a subscriber', 'bob@example.test.evil.test/x'],
  ['a look-alike of a subscriber', 'b\u043Eb@example.test/x'],
  ['another server', 'evil.test'],
  ['a subdomain of one’s server', 'conference.example.test'],
  ['another account here', 'eve@example.test/x'],
] as const

describe('A16: a ping shows that one is there', () => {
  it.each(strangers)('not to %s, available or not', async (_who, from) => {
    const { peer } = await meet({ presence: {} }, { items })
    expect(await answer(peer, ping(from))).toBe(nobody)
    expect(await answer(peer, ping(from, 'set'))).toBe(nobody)
  })

  it.each(['', 'example.test', 'alice@example.test', 'alice@example.test/phone', 'Alice@Example.Test'])(
    'to one’s own server and account, whatever is announced: %j',
    async (from) => {
      const { peer } = await meet({ presence: false }, { items })
      expect(await answer(peer, ping(from))).toBe('result')
    },
  )

  it.each([subscriber, `${subscriber}/x`, 'BOB@Example.test/y', 'both@example.test/x'])(
    'to a subscriber while one is available: %s',
    async (from) => {
      const { peer } = await meet({ presence: {} }, { items })
      expect(await answer(peer, ping(from))).toBe('result')
    },
  )

  it('to no subscriber before anything was announced', async () => {
    const { client, peer } = await meet({ presence: false }, { items })
    expect(await answer(peer, ping(subscriber))).toBe(nobody)
    client.sendPresence()
    await rest()
    expect(await answer(peer, ping(subscriber))).toBe('result')
  })

  it('to no subscriber after one has said to be gone', async () => {
    const { client, peer } = await meet({ presence: {} }, { items })
    client.sendPresence({ type: 'unavailable' })
    await rest()
    expect(await answer(peer, ping(subscriber))).toBe(nobody)
  })

  it('to no subscriber while one hides, or asks to', async () => {
    const { client, peer } = await meet({ presence: {} }, { items })
    const hiding = client.hide()
    await peer.next('presence')
    const request = await peer.next('iq')
    expect(await answer(peer, ping(subscriber))).toBe(nobody)
    peer.say(result(request))
    await hiding
    expect(await answer(peer, ping(subscriber))).toBe(nobody)
  })

  it('to nobody whose subscription has ended', async () => {
    const { peer } = await meet({ presence: {} }, { items })
    await say(
      peer,
      `<iq type='set' id='push'><query xmlns='jabber:iq:roster'>${item(subscriber)}</query></iq>`,
    )
    expect(await answer(peer, ping(subscriber))).toBe(nobody)
  })

  it('to whom it was told directly, until told otherwise', async () => {
    const { client, peer } = await meet({ presence: false }, { items })
    client.sendPresence({ to: 'mallory@evil.test/x' })
    await rest()
    expect(await answer(peer, ping('mallory@evil.test/x'))).toBe('result')
    expect(await answer(peer, ping('eve@evil.test/x'))).toBe(nobody)
    client.sendPresence({ to: 'mallory@evil.test/x', type: 'unavailable' })
    await rest()
    expect(await answer(peer, ping('mallory@evil.test/x'))).toBe(nobody)
  })

  it.each(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe'] as const)(
    'to nobody because of presence of type %s',
    async (type) => {
      const { client, peer } = await meet({ presence: {} }, { items })
      client.sendPresence({ to: 'mallory@evil.test', type })
      await rest()
      expect(await answer(peer, ping('mallory@evil.test/x'))).toBe(nobody)
    },
  )

  it('not to whom it was told directly once everybody was told to be gone (RFC 6121 §4.6.3)', async () => {
    const { client, peer } = await meet({ presence: {} }, { items })
    client.sendPresence({ to: 'mallory@evil.test/x' })
    client.sendPresence({ type: 'unavailable' })
    await rest()
    expect(await answer(peer, ping('mallory@evil.test/x'))).toBe(nobody)
  })

  it('not to whom it was told directly before one hid, but to whom it was told since (XEP-0186 §3.1)', async () => {
    const { client, peer } = await meet({ presence: false }, { items })
    client.sendPresence({ to: 'mallory@evil.test/x' })
    const hiding = client.hide()
    await peer.next('presence')
    peer.say(result(await peer.next('iq')))
    await hiding
    expect(await answer(peer, ping('mallory@evil.test/x'))).toBe(nobody)
    client.sendPresence({ to: 'carol@example.test/x' })
    await rest()
    expect(await answer(peer, ping('carol@example.test/x'))).toBe('result')
  })

  it('not to whom it was told directly in an earlier session', async () => {
    const { client, lose, again } = await meet({ presence: false }, { items })
    client.sendPresence({ to: 'mallory@evil.test/x' })
    await lose()
    const { peer } = await again()
    expect(await answer(peer, ping('mallory@evil.test/x'))).toBe(nobody)
  })
})

describe('A16: what strangers send', () => {
  it.each([
    'jabber:iq:roster',
    'jabber:iq:version',
    'jabber:iq:last',
    'urn:xmpp:time',
    'http://jabber.org/protocol/disco#info',
  ])('as a question of %s is answered as by nobody', async (namespace) => {
    const { peer } = await meet({ presence: {} }, { items })
    const ask = (type: string) =>
      `<iq type='${type}' id='q1' from='mallory@evil.test/x'><query xmlns='${namespace}'/></iq>`
    expect([await answer(peer, ask('get')), await answer(peer, ask('set'))]).toEqual([nobody, nobody])
  })

  it.each(['', 'unavailable', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'error'])(
    'as presence of type %j is answered by nothing but the app',
    async (type) => {
      const { peer, people } = await meet({ presence: {} }, { items })
      people.subscriptionRequest$.subscribe()
      expect(await answer(peer, presence('mallory@evil.test/x', type))).toBe('silence')
    },
  )

  it.each([
    ['receipts', "<request xmlns='urn:xmpp:receipts'/>"],
    ['markers', "<markable xmlns='urn:xmpp:chat-markers:0'/>"],
    ['a chat state', "<composing xmlns='http://jabber.org/protocol/chatstates'/>"],
  ])('with a wish for %s is answered by nothing', async (_what, payload) => {
    const { client, peer } = await meet({ presence: {} }, { items })
    client.message$.subscribe()
    const message = `<message from='mallory@evil.test/x' id='m1' type='chat'><body>x</body>${payload}</message>`
    expect(await answer(peer, message)).toBe('silence')
  })

  it.each([
    ['a request without a question', "<iq type='get' id='x1'/>", nobody],
    ['a request with two', "<iq type='set' id='x1'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>", nobody],
    ['an IQ of no known type', "<iq type='put' id='x1'><a xmlns='urn:a'/></iq>", nobody],
    ['presence of no known type', "<presence type='invisible' id='x1'/>", 'silence'],
    ['presence to an address that is none', "<presence to='@' id='x1'/>", 'silence'],
    ['a message to an address that is none', "<message to='@' id='x1'><body>x</body></message>", 'silence'],
  ])('and cannot be read tells them nothing, and the others what is wrong: %s', async (_what, text, told) => {
    const { client, peer } = await meet({ presence: {} }, { items })
    client.message$.subscribe()
    await peer.next('presence')
    const from = (jid: string) => text.replace(/(?=\/?>)/, ` from='${jid}'`)
    for (const [, stranger] of strangers) expect(await answer(peer, from(stranger))).toBe(told)
    for (const friend of [`${subscriber}/x`, 'example.test'])
      expect(await answer(peer, from(friend))).toMatch(/^modify (?:bad-request|jid-malformed)$/)
  })

  it('is answered with nothing but the error: no word of what is understood', async () => {
    const { peer } = await meet({ presence: {} }, { items })
    await say(peer, ping('mallory@evil.test/x'))
    expect(peer.elements.at(-1)).toMatchObject({
      attributes: { type: 'error', id: 'p1', to: 'mallory@evil.test/x' },
      children: [{ name: 'error', children: [{ name: 'service-unavailable', children: [] }] }],
    })
  })
})

describe('A16: a receipt shows that one is there', () => {
  const asks = (from: string) =>
    `<message from='${from}' id='m1' type='chat'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>`
  const receipted = async (options: Parameters<typeof meet>[0], from: string) => {
    const { client, peer } = await meet(options, { items })
    if (options?.presence !== false) await peer.next('presence')
    client.use(receipts)
    // Whoever sees the presence is told that receipts are given.
    if (options?.presence !== false) await peer.next('presence')
    const { length } = peer.elements
    await say(peer, asks(from))
    return peer.elements.slice(length).map(({ name, attributes }) => `${name} ${attributes['to']}`)
  }

  it.each(strangers)('not to %s, who hears nothing at all', async (_who, from) => {
    expect(await receipted({ presence: {} }, from)).toEqual([])
  })

  it('to a subscriber while one is available, and to one’s own devices', async () => {
    const from = `${subscriber}/x`
    expect(await receipted({ presence: {} }, from)).toEqual([`message ${from}`])
    expect(await receipted({ presence: false }, from)).toEqual([])
    expect(await receipted({ presence: false }, 'alice@example.test/phone')).toEqual([
      'message alice@example.test/phone',
    ])
  })
})

describe('A16: what one is and does shows that one is there', () => {
  const questions = [
    ['features', `<query xmlns='${ns.discoInfo}'/>`],
    ['features by their hash', `<query xmlns='${ns.discoInfo}' node='data:,xmpp-machines#any'/>`],
    ['parts', `<query xmlns='${ns.discoItems}'/>`],
    ['software', `<query xmlns='${ns.version}'/>`],
    ['time', `<time xmlns='${ns.time}'/>`],
    ['idleness', `<query xmlns='${ns.lastActivity}'/>`],
  ] as const
  const open = async (options: Parameters<typeof meet>[0]) => {
    const { client, peer } = await meet(options, { items })
    const software = { name: 'My app', version: '1.0' }
    client.use(discovery)
    client.use((host) => clientInformation(host, { software, idleMs: () => 0 }))
    if (options?.presence !== false) for (let count = 0; count < 2; count += 1) await peer.next('presence')
    return (content: string, from: string, type = 'get') =>
      answer(peer, `<iq type='${type}' id='q1' from='${from}'>${content}</iq>`)
  }

  describe.each(questions)('%s', (_what, content) => {
    it.each(strangers)('not to %s, available or not', async (_who, from) => {
      for (const options of [{ presence: {} }, { presence: false }] as const) {
        const ask = await open(options)
        expect([await ask(content, from), await ask(content, from, 'set')]).toEqual([nobody, nobody])
      }
    })

    it('to a subscriber while one is available, and to one’s own', async () => {
      const known = content.includes('node=') ? 'cancel item-not-found' : 'result'
      const ask = await open({ presence: {} })
      expect(await ask(content, `${subscriber}/x`)).toBe(known)
      const asleep = await open({ presence: false })
      expect(await asleep(content, `${subscriber}/x`)).toBe(nobody)
      expect(await asleep(content, 'alice@example.test/phone')).toBe(known)
      expect(await asleep(content, 'example.test')).toBe(known)
    })
  })
})
