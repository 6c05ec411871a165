import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { parseBlocking, toBlockingElement } from '../../src/stanza/blocking.js'
import { toDiscoInfoElement } from '../../src/stanza/disco.js'
import { parseStanzaError } from '../../src/stanza/stanza-error.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
beforeEach(async () => {
  server = await createServer({
    listen: {},
    accounts: [
      { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
      { username: 'bob', password: 'secret' },
      { username: 'carol', password: 'secret' },
    ],
    limits: { blockedAddresses: 3 },
  })
  return () => server.close()
})

const bob = 'bob@localhost'
const alice = 'alice@localhost'

async function present(username: string, resource = 'x'): Promise<Wire> {
  const wire = await logIn(server.connect(), username, resource)
  wire.send(xml('presence', ns.client))
  await wire.heard()
  return wire
}

/** Alice and Bob, who see each other. */
async function both(): Promise<readonly [Wire, Wire]> {
  const wires = [await present('alice'), await present('bob')] as const
  for (const wire of wires) await wire.heard()
  return wires
}

const block = (wire: Wire, ...jids: readonly string[]) =>
  wire.request('set', toBlockingElement('block', jids))
const unblock = (wire: Wire, ...jids: readonly string[]) =>
  wire.request('set', toBlockingElement('unblock', jids))
const message = (to: string, body = 'hello') =>
  xml('message', ns.client, { to, type: 'chat', id: body }, xml('body', ns.client, {}, body))
const errorOf = (element: Parameters<typeof parseStanzaError>[0]) => {
  const { applicationCondition, condition, type } = parseStanzaError(element)
  return [type, condition, applicationCondition].join(' ').trim()
}

describe('the list of blocked addresses', () => {
  const listOf = async (wire: Wire) => {
    const answer = await wire.request('get', toBlockingElement('blocklist'))
    return parseBlocking(answer.elements()[0] ?? xml('none', ns.client))?.jids.map(String)
  }

  it('is offered, is empty at first, and lasts beyond the session (XEP-0191 §3.1, §3.2)', async () => {
    const wire = await present('alice')
    const info = await wire.request('get', toDiscoInfoElement({}), 'localhost')
    expect(
      info
        .elements()[0]
        ?.elements('feature')
        .map((one) => one.attribute('var')),
    ).toContain('urn:xmpp:blocking')
    expect(await listOf(wire)).toEqual([])
    await block(wire, 'Mallory@Example.net', 'spam.example')
    wire.close()
    const next = await present('alice', 'y')
    expect(await listOf(next)).toEqual(['mallory@example.net', 'spam.example'])
  })

  it('is told to all who have asked for it, and to nobody else (§3.3, §3.4, §3.5)', async () => {
    const [desk, sofa, bed] = [
      await present('alice', 'desk'),
      await present('alice', 'sofa'),
      await present('alice', 'bed'),
    ]
    for (const wire of [desk, sofa, bed]) await wire.heard()
    for (const wire of [desk, sofa]) await listOf(wire)
    await block(desk, bob)
    const pushed = await sofa.element('iq')
    expect(pushed.attribute('type')).toBe('set')
    expect(pushed.attribute('to')).toBe('alice@localhost/sofa')
    expect(parseBlocking(pushed.elements()[0] ?? pushed)).toMatchObject({ name: 'block', isEmpty: false })
    expect(await desk.heard()).toHaveLength(1)
    await desk.request('set', toBlockingElement('unblock'))
    expect(parseBlocking((await sofa.element('iq')).elements()[0] ?? pushed)).toEqual({
      name: 'unblock',
      jids: [],
      isEmpty: true,
    })
    expect(await bed.heard()).toEqual([])
    expect(await listOf(sofa)).toEqual([])
  })

  it('is refused where it says nothing, too much, or oneself', async () => {
    const wire = await present('alice')
    expect(errorOf(await block(wire))).toContain('bad-request')
    expect(
      errorOf(
        await wire.request('set', xml('block', ns.blocking, {}, xml('item', ns.blocking, { jid: '@' }))),
      ),
    ).toContain('jid-malformed')
    expect(errorOf(await block(wire, 'alice@localhost/y'))).toContain('not-allowed')
    expect(errorOf(await block(wire, 'a.example', 'b.example', 'c.example', 'd.example'))).toContain(
      'resource-constraint',
    )
    expect(errorOf(await wire.request('set', toBlockingElement('blocklist')))).toContain('bad-request')
    expect(errorOf(await wire.request('get', toBlockingElement('blocklist'), bob))).toContain('forbidden')
    expect(await listOf(wire)).toEqual([])
  })
})

describe('who is blocked', () => {
  it('sees one go, reaches one no longer, and is told what nobody at all would tell (§3.3)', async () => {
    const [a, b] = await both()
    await block(a, bob)
    expect(await b.heard()).toEqual([`presence unavailable from alice@localhost/x`])
    b.send(message(alice))
    expect(errorOf(await b.element('message'))).toBe('cancel service-unavailable')
    expect(errorOf(await b.request('get', toDiscoInfoElement({}), alice))).toContain('service-unavailable')
    expect(errorOf(await b.request('get', toDiscoInfoElement({}), 'alice@localhost/x'))).toContain(
      'service-unavailable',
    )
    for (const type of ['probe', 'subscribe', undefined])
      b.send(xml('presence', ns.client, { to: alice, type }))
    b.send(xml('presence', ns.client))
    const words = await b.heard()
    expect(words.filter((one) => one.includes('alice'))).toEqual([])
    expect(await a.heard()).toEqual([])
  })

  it('is not reached either: what is sent comes back (§3.3)', async () => {
    const [a, b] = await both()
    await block(a, bob)
    await b.heard()
    a.send(message(bob))
    expect(errorOf(await a.element('message'))).toBe('cancel not-acceptable blocked')
    expect(errorOf(await a.request('get', toDiscoInfoElement({}), `${bob}/x`))).toBe(
      'cancel not-acceptable blocked',
    )
    a.send(xml('presence', ns.client, { to: bob }))
    expect(errorOf(await a.element('presence'))).toBe('cancel not-acceptable blocked')
    a.send(xml('presence', ns.client, {}, xml('show', ns.client, {}, 'away')))
    expect(await a.heard()).toHaveLength(1)
    expect(await b.heard()).toEqual([])
  })

  it('sees one come again, and reaches one, once it is taken back (§3.4, §3.5)', async () => {
    const [a, b] = await both()
    await block(a, bob, 'localhost')
    await b.heard()
    await unblock(a, bob)
    b.send(message(alice))
    expect(errorOf(await b.element('message'))).toContain('service-unavailable')
    await a.request('set', toBlockingElement('unblock'))
    expect(await b.heard()).toEqual(['presence from alice@localhost/x'])
    b.send(message(alice, 'again'))
    expect((await a.element('message')).child('body')?.text()).toBe('again')
  })

  it('is not seen when one comes online, nor sees one', async () => {
    const [a, b] = await both()
    await block(a, bob)
    a.close()
    await b.heard()
    const again = await logIn(server.connect(), 'alice', 'y')
    again.send(xml('presence', ns.client))
    expect((await again.heard()).filter((one) => one.includes('bob'))).toEqual([])
    expect(await b.heard()).toEqual([])
    b.close()
    const back = await logIn(server.connect(), 'bob', 'y')
    back.send(xml('presence', ns.client))
    expect((await back.heard()).filter((one) => one.includes('alice'))).toEqual([])
    expect(await again.heard()).toEqual([])
  })

  it('may be one device alone', async () => {
    const [a, phone] = await both()
    const desk = await present('bob', 'desk')
    await Promise.all([a.heard(), phone.heard()])
    await block(a, `${bob}/x`)
    expect(await phone.heard()).toEqual(['presence unavailable from alice@localhost/x'])
    expect(await desk.heard()).toEqual([])
    a.send(xml('presence', ns.client, {}, xml('show', ns.client, {}, 'away')))
    await a.heard()
    expect([await phone.heard(), await desk.heard()]).toEqual([[], ['presence from alice@localhost/x']])
    desk.send(message(alice))
    expect((await a.element('message')).child('body')?.text()).toBe('hello')
    phone.send(message(alice))
    expect(errorOf(await phone.element('message'))).toContain('service-unavailable')
  })

  it('hears that one goes where presence was told to them alone', async () => {
    const [a, c] = [await present('alice'), await present('carol')]
    a.send(xml('presence', ns.client, { to: 'carol@localhost/x' }))
    await a.heard()
    expect(await c.heard()).toEqual(['presence from alice@localhost/x'])
    await block(a, 'carol@localhost')
    expect(await c.heard()).toEqual(['presence unavailable from alice@localhost/x'])
    a.close()
    expect(await c.heard()).toEqual([])
  })

  it('is no device of one’s own', async () => {
    const [desk, sofa] = [await present('alice', 'desk'), await present('alice', 'sofa')]
    for (const wire of [desk, sofa]) await wire.heard()
    await block(desk, 'localhost')
    desk.send(message('alice@localhost/sofa'))
    expect((await sofa.element('message')).child('body')?.text()).toBe('hello')
    expect(inShort(await desk.request('get', xml('ping', ns.ping)))).toContain('iq result')
  })
})
