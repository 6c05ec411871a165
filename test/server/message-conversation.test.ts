import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire } from './wire.js'

let server: EmbeddedServer
const moment = new Date('2026-02-03T04:05:06.789Z')
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    limits: { offlineMessages: 2 },
    now: () => moment,
  })
  return () => server.close()
})

async function present(username: string, resource: string, priority = 0): Promise<Wire> {
  const wire = await logIn(server.connect(), username, resource)
  wire.send(xml('presence', ns.client, {}, xml('priority', ns.client, {}, String(priority))))
  await wire.heard()
  return wire
}

const message = (to: string | undefined, body: string, type = 'chat', ...more: readonly XmlElement[]) =>
  xml('message', ns.client, { to, type, id: body }, xml('body', ns.client, {}, body), ...more)

describe('a message', () => {
  it('says where it comes from, whatever its sender says, and keeps everything else', async () => {
    const [alice, bob] = [await present('alice', 'desk'), await present('bob', 'sofa')]
    const note = xml('note', 'urn:example:note', { mark: 'x', 'xml:lang': 'fr' }, 'bonjour')
    alice.send(
      xml(
        'message',
        ns.client,
        { to: 'Bob@LOCALHOST', from: 'alice@localhost', id: '7', 'xml:lang': 'fr' },
        note,
      ),
    )
    const got = await bob.element('message')
    expect(got.attribute('from')).toBe('alice@localhost/desk')
    expect(got.attribute('to')).toBe('bob@localhost')
    expect(got.attribute('id')).toBe('7')
    expect(got.attribute('lang', ns.xmlNamespace)).toBe('fr')
    expect(got.child('note', 'urn:example:note')).toEqual(note)
  })

  it.each([
    ['fr', undefined, 'fr'],
    ['fr', 'de', 'de'],
    [undefined, undefined, undefined],
    ['no language!', undefined, undefined],
  ])('from a stream in %s, in %s, arrives in %s (RFC 6120 §8.1.5)', async (stream, own, arrived) => {
    const wire = new Wire(server.connect())
    await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username: 'alice' }, await wire.open())
    await wire.open('localhost', stream === undefined ? {} : { lang: stream })
    await wire.bind('desk')
    wire.send(xml('message', ns.client, { to: 'alice@localhost/desk', 'xml:lang': own }))
    expect((await wire.element('message')).attribute('lang', ns.xmlNamespace)).toBe(arrived)
  })

  it('goes to the most available device, to all of them if they are alike', async () => {
    const alice = await present('alice', 'desk')
    const [low, high, other] = [
      await present('bob', 'low', 1),
      await present('bob', 'high', 5),
      await present('bob', 'other', 5),
    ]
    await Promise.all([low, high, other].map((wire) => wire.heard()))
    alice.send(message('bob@localhost', 'hello'))
    await alice.heard()
    expect(await low.heard()).toEqual([])
    expect(await high.heard()).toEqual(['message chat "hello" from alice@localhost/desk'])
    expect(await other.heard()).toEqual(['message chat "hello" from alice@localhost/desk'])
  })

  it('without an address is for oneself', async () => {
    const alice = await present('alice', 'desk')
    alice.send(message(undefined, 'remember'))
    expect(await alice.heard()).toEqual(['message chat "remember" from alice@localhost/desk'])
  })

  it('to a device that is gone finds another one', async () => {
    const [alice, bob] = [await present('alice', 'desk'), await present('bob', 'sofa')]
    alice.send(message('bob@localhost/gone', 'hello'))
    await alice.heard()
    expect(await bob.heard()).toEqual(['message chat "hello" from alice@localhost/desk'])
  })

  it.each([
    ['nobody@localhost', 'chat', 'service-unavailable'],
    ['bob@localhost', 'groupchat', 'service-unavailable'],
    ['bob@localhost/gone', 'normal', 'service-unavailable'],
    ['localhost', 'normal', 'service-unavailable'],
    ['localhost/somewhere', 'normal', 'service-unavailable'],
    ['bob@elsewhere.test', 'chat', 'remote-server-not-found'],
  ])('to %s of type %s comes back with %s', async (to, type, condition) => {
    const alice = await present('alice', 'desk')
    alice.send(message(to, 'hello', type))
    const answer = await alice.element('message')
    expect(inShort(answer)).toBe(`message error ${condition} from ${to}`)
    expect(answer.attribute('id')).toBe('hello')
    expect(answer.attribute('to')).toBe('alice@localhost/desk')
  })

  it('to an address that is none comes back with jid-malformed', async () => {
    const alice = await present('alice', 'desk')
    alice.send(message('@localhost', 'hello'))
    expect(await alice.heard()).toEqual(['message error jid-malformed from @localhost'])
  })

  it.each([
    'nobody@localhost',
    'bob@localhost',
    'bob@localhost/gone',
    'localhost',
    'bob@elsewhere.test',
    '@',
  ])('of type error to %s is never answered', async (to) => {
    const alice = await present('alice', 'desk')
    alice.send(message(to, 'hello', 'error'))
    expect(await alice.heard()).toEqual([])
  })
})

describe('for who is away', () => {
  it('messages wait, in order, and say since when (XEP-0160, XEP-0203)', async () => {
    const alice = await present('alice', 'desk')
    alice.send(message('bob@localhost', 'one'))
    alice.send(message('bob@localhost', 'two', 'normal'))
    expect(await alice.heard()).toEqual([])
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    expect(await bob.heard()).toEqual([])
    bob.send(xml('presence', ns.client))
    await bob.element('presence')
    const [one, two] = [await bob.element('message'), await bob.element('message')]
    expect([inShort(one), inShort(two)]).toEqual([
      'message chat "one" from alice@localhost/desk',
      'message normal "two" from alice@localhost/desk',
    ])
    const delay = one.child('delay', ns.delay)
    expect([delay?.attribute('stamp'), delay?.attribute('from')]).toEqual([
      '2026-02-03T04:05:06.789Z',
      'localhost',
    ])
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toEqual(['presence from bob@localhost/sofa'])
  })

  it('messages wait for a device that wants them', async () => {
    const alice = await present('alice', 'desk')
    alice.send(message('bob@localhost', 'one'))
    await alice.heard()
    const bob = await present('bob', 'sofa', -1)
    expect(await bob.heard()).toEqual([])
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toContain('message chat "one" from alice@localhost/desk')
  })

  it('a limited number of messages waits, and the next comes back', async () => {
    const alice = await present('alice', 'desk')
    for (const body of ['one', 'two', 'three']) alice.send(message('bob@localhost', body))
    expect(await alice.heard()).toEqual(['message error service-unavailable from bob@localhost'])
  })

  it('headlines and signs of typing do not wait', async () => {
    const alice = await present('alice', 'desk')
    const composing = xml('composing', 'http://jabber.org/protocol/chatstates')
    alice.send(message('bob@localhost', 'news', 'headline'))
    alice.send(
      xml(
        'message',
        ns.client,
        { to: 'bob@localhost', type: 'chat' },
        composing,
        xml('thread', ns.client, {}, 't'),
      ),
    )
    alice.send(message('bob@localhost', 'kept', 'chat', composing))
    expect(await alice.heard()).toEqual([])
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toEqual([
      'presence from bob@localhost/sofa',
      'message chat "kept" from alice@localhost/desk',
    ])
  })
})
