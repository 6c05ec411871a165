import { afterEach, describe, expect, it, vi } from 'vitest'
import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { toClientStateElement } from '../../src/stanza/client-state.js'
import { parseDelay } from '../../src/stanza/delay.js'
import {
  parseStreamManagement,
  toStreamManagementElement,
  type StreamManagementElement,
} from '../../src/stanza/stream-management.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire } from './wire.js'

const servers: EmbeddedServer[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serverWith(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const server = await createServer({
    listen: {},
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    ...options,
  })
  servers.push(server)
  return server
}

const command = (element: StreamManagementElement): XmlElement => toStreamManagementElement(element)
const enable = command({ kind: 'enable', resume: true, max: undefined })
const ask = command({ kind: 'r' })
const chat = (to: string, body: string) =>
  xml('message', ns.client, { to, type: 'chat' }, xml('body', ns.client, {}, body))

/** The next command of stream management, and what came before it in short. */
async function commandOf(wire: Wire, kind: string): Promise<{ said: unknown; before: readonly string[] }> {
  const before: string[] = []
  for (;;) {
    const element = await wire.element()
    const said = parseStreamManagement(element)
    if (said?.kind === kind) return { said, before }
    before.push(said === undefined ? inShort(element) : said.kind)
  }
}

/** Online with presence, and managed; gives the id of the session. */
async function managed(server: EmbeddedServer, username: string, resource: string) {
  const wire = await logIn(server.connect(), username, resource)
  wire.send(xml('presence', ns.client))
  await wire.heard()
  wire.send(enable)
  const enabled = parseStreamManagement(await wire.element('enabled'))
  if (enabled?.kind !== 'enabled' || enabled.id === undefined) throw new Error('it cannot be resumed')
  return { wire, id: enabled.id }
}

async function authenticated(server: EmbeddedServer, username: string): Promise<Wire> {
  const wire = new Wire(server.connect())
  await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username }, await wire.open())
  await wire.open()
  return wire
}

const resume = (previd: string, h: number) => command({ kind: 'resume', previd, h })

/** Cut, as a network cuts. */
async function cut(wire: Wire): Promise<void> {
  wire.transport.destroy()
  while ((await wire.take()) !== 'disconnected');
}

describe('stream management', () => {
  it('is offered to who has authenticated, and refused before', async () => {
    const server = await serverWith()
    const wire = new Wire(server.connect())
    const features = await wire.open()
    expect(features.streamManagement).toBe(false)
    for (const early of [enable, resume('x', 0)]) {
      wire.send(early)
      expect((await wire.element('failed')).elements()[0]?.name).toBe('unexpected-request')
    }
    await wire.authenticate({ mechanism: 'PLAIN', username: 'alice' }, features)
    expect((await wire.open()).streamManagement).toBe(true)
    wire.send(enable)
    expect((await wire.element('failed')).elements()[0]?.name).toBe('unexpected-request')
    expect((await wire.bind('desk')).resource).toBe('desk')
  })

  it('counts stanzas and nothing else, from the moment it is enabled', async () => {
    const server = await serverWith()
    const { wire } = await managed(server, 'alice', 'desk')
    wire.send(ask)
    expect(parseStreamManagement(await wire.element())).toEqual({ kind: 'a', h: 0 })
    wire.send(xml('presence', ns.client))
    wire.send(command({ kind: 'a', h: 0 }))
    wire.send(chat('nobody@localhost', 'Hello'))
    wire.send(ask)
    expect((await commandOf(wire, 'a')).said).toEqual({ kind: 'a', h: 2 })
  })

  it('asks whether a stanza has come, one question at a time', async () => {
    const server = await serverWith()
    const { wire: bob } = await managed(server, 'bob', 'sofa')
    const alice = await logIn(server.connect(), 'alice')
    alice.send(chat('bob@localhost', 'one'))
    alice.send(chat('bob@localhost', 'two'))
    await alice.heard()
    expect(inShort(await bob.element())).toContain('"one"')
    expect(parseStreamManagement(await bob.element())).toEqual({ kind: 'r' })
    expect(inShort(await bob.element())).toContain('"two"')
    bob.send(command({ kind: 'a', h: 1 }))
    expect(parseStreamManagement(await bob.element())).toEqual({ kind: 'r' })
    bob.send(command({ kind: 'a', h: 1 }))
    bob.send(command({ kind: 'a', h: 2 }))
    bob.send(ask)
    expect(parseStreamManagement(await bob.element())).toEqual({ kind: 'a', h: 0 })
    expect(bob.waiting).toEqual([])
  })

  it.each([
    ['more than was sent', [1], { h: '1', 'send-count': '0' }],
    ['less than before', [0, 4_294_967_295], { h: '4294967295', 'send-count': '0' }],
  ])('ends the stream of who acknowledges %s', async (_, counts, detail) => {
    const server = await serverWith()
    const { wire } = await managed(server, 'alice', 'desk')
    for (const h of counts) wire.send(command({ kind: 'a', h }))
    const error = await wire.element('error')
    expect(error.elements().map(({ name }) => name)).toEqual([
      'undefined-condition',
      'text',
      'handled-count-too-high',
    ])
    const said = error.child('handled-count-too-high', ns.streamManagement)
    expect(Object.fromEntries(said?.attributes.map(({ name, value }) => [name, value]) ?? [])).toEqual(detail)
  })

  it.each([
    ['enables it twice', enable, 'policy-violation'],
    ['acknowledges without a count', xml('a', ns.streamManagement), 'unsupported-stanza-type'],
    ['says what nobody knows', xml('s', ns.streamManagement), 'unsupported-stanza-type'],
  ])('ends the stream of who %s', async (_, element, condition) => {
    const { wire } = await managed(await serverWith(), 'alice', 'desk')
    wire.send(element)
    expect(await wire.streamError()).toBe(condition)
  })

  it('bears with who was sent more in one go than may wait, and could not answer yet', async () => {
    const contacts = Array.from({ length: 9 }, (_, index) => ({ username: `contact${index}` }))
    const server = await serverWith({
      limits: { unacknowledgedStanzas: 5 },
      accounts: [
        { username: 'alice', password: 'secret', contacts },
        ...[...contacts, { username: 'bob' }].map((contact) => ({ ...contact, password: 'secret' })),
      ],
    })
    const wire = await logIn(server.connect(), 'alice', 'desk')
    wire.send(enable)
    await wire.element('enabled')
    wire.send(xml('presence', ns.client))
    expect((await wire.heard()).filter((words) => words.startsWith('presence unavailable'))).toHaveLength(9)
    const bob = await logIn(server.connect(), 'bob')
    for (const body of ['one', 'two', 'three']) bob.send(chat('alice@localhost', body))
    await bob.heard()
    expect((await wire.heard()).join()).toContain('"three"')
    // With two answers to `heard` those are as many as may wait beside the burst.
    bob.send(chat('alice@localhost', 'one too many'))
    expect(await wire.streamError()).toBe('policy-violation')
  })

  it('is out of place where it was not enabled', async () => {
    const wire = await logIn((await serverWith()).connect(), 'alice')
    wire.send(ask)
    expect(await wire.streamError()).toBe('unsupported-stanza-type')
  })
})

describe('a session whose connection was cut', () => {
  it('goes on where it stopped, and nobody has noticed', async () => {
    const server = await serverWith({
      accounts: [
        { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
        { username: 'bob', password: 'secret' },
      ],
    })
    const alice = await logIn(server.connect(), 'alice', 'desk')
    alice.send(xml('presence', ns.client))
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    await alice.heard()
    bob.send(chat('alice@localhost', 'before'))
    alice.send(chat('bob@localhost', 'one'))
    alice.send(chat('bob@localhost', 'two'))
    expect((await alice.heard()).join()).toContain('"before"')
    await cut(bob)
    alice.send(chat('bob@localhost/sofa', 'three'))
    expect(await alice.heard()).toEqual([])
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 1))
    const { said, before } = await commandOf(back, 'resumed')
    expect({ said, before }).toEqual({ said: { kind: 'resumed', previd: id, h: 1 }, before: [] })
    const { before: again } = await commandOf(back, 'r')
    expect(again.map((words) => /"(.*)"/.exec(words)?.[1])).toEqual(['two', 'three'])
    back.send(command({ kind: 'a', h: 3 }))
    back.send(chat('alice@localhost', 'I am back'))
    expect((await alice.heard()).join()).not.toContain('presence')
    expect((await back.heard()).filter((words) => words !== 'r')).toEqual([])
  })

  it('can be taken from a connection that still seems to be there', async () => {
    const server = await serverWith()
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 0))
    expect((await commandOf(back, 'resumed')).said).toEqual({ kind: 'resumed', previd: id, h: 0 })
    expect(await bob.streamError()).toBe('conflict')
    const alice = await logIn(server.connect(), 'alice')
    alice.send(chat('bob@localhost', 'Hello'))
    expect(inShort(await back.element())).toContain('"Hello"')
    await cut(back)
    const again = await authenticated(server, 'bob')
    again.send(resume(id, 1))
    expect((await commandOf(again, 'resumed')).before).toEqual([])
  })

  it('that is taken from a living one brings along what was held back from it (XEP-0352 §5.2)', async () => {
    const server = await serverWith({
      accounts: [
        { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
        { username: 'bob', password: 'secret' },
      ],
    })
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    await bob.heard()
    const { wire: alice, id } = await managed(server, 'alice', 'desk')
    alice.send(toClientStateElement('inactive'))
    await bob.heard()
    bob.send(xml('presence', ns.client, { type: 'unavailable' }))
    await bob.heard()
    expect(alice.waiting).toEqual([])
    const back = await authenticated(server, 'alice')
    back.send(resume(id, 0))
    await commandOf(back, 'resumed')
    expect((await commandOf(back, 'r')).before).toEqual(['presence unavailable from bob@localhost/sofa'])
    expect(await alice.streamError()).toBe('conflict')
    back.send(command({ kind: 'a', h: 1 }))
    expect(await back.heard()).toEqual([])
  })

  it('that is taken from a living one is bound to what may wait for it', async () => {
    const server = await serverWith({
      limits: { unacknowledgedStanzas: 1 },
      accounts: [
        { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
        { username: 'bob', password: 'secret' },
      ],
    })
    const { wire: alice, id } = await managed(server, 'alice', 'desk')
    alice.send(toClientStateElement('inactive'))
    const bobs = [
      await logIn(server.connect(), 'bob', 'sofa'),
      await logIn(server.connect(), 'bob', 'bed'),
    ] as const
    for (const bob of bobs) {
      bob.send(xml('presence', ns.client))
      await bob.heard()
    }
    expect(alice.waiting).toEqual([])
    const back = await authenticated(server, 'alice')
    back.send(resume(id, 0))
    await commandOf(back, 'resumed')
    // Beside what was held back, for which it could not be asked before.
    for (const body of ['one more', 'and another']) bobs[0].send(chat('alice@localhost/desk', body))
    expect(await back.streamError()).toBe('policy-violation')
  })

  it('is not for others, nor for who says that there was more', async () => {
    const server = await serverWith()
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    await cut(bob)
    const alice = await authenticated(server, 'alice')
    alice.send(resume(id, 0))
    expect((await alice.element('failed')).elements()[0]?.name).toBe('item-not-found')
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 5))
    expect(await back.streamError()).toBe('undefined-condition')
    const again = await authenticated(server, 'bob')
    again.send(resume(id, 0))
    expect((await commandOf(again, 'resumed')).before).toEqual([])
  })

  it('is over after a while: others hear of it, and what it did not get waits with its date', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const now = new Date('2026-01-02T03:04:05Z')
    const server = await serverWith({
      timeouts: { resumptionMs: 4000 },
      now: () => now,
      accounts: [
        { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
        { username: 'bob', password: 'secret' },
      ],
    })
    const alice = await logIn(server.connect(), 'alice', 'desk')
    alice.send(xml('presence', ns.client))
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    await alice.heard()
    await cut(bob)
    alice.send(chat('bob@localhost/sofa', 'are you there?'))
    alice.send(xml('iq', ns.client, { to: 'bob@localhost/sofa', type: 'get', id: 'q' }, xml('ping', ns.ping)))
    expect(await alice.heard()).toEqual([])
    await vi.advanceTimersByTimeAsync(3999)
    expect(await alice.heard()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await alice.heard()).toEqual([
      'presence unavailable from bob@localhost/sofa',
      'iq error service-unavailable from bob@localhost/sofa',
    ])
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 0))
    expect(parseStreamManagement(await back.element())).toEqual({
      kind: 'failed',
      condition: 'item-not-found',
      h: 1,
    })
    await back.bind('sofa')
    back.send(xml('presence', ns.client))
    for (;;) {
      const element = await back.element()
      if (element.name !== 'message') continue
      expect(inShort(element)).toContain('"are you there?"')
      const delay = element.child('delay', ns.delay)
      expect(delay && parseDelay(delay)?.moment).toBe(now.getTime())
      break
    }
  })

  it('leaves what others of the account have to them', async () => {
    const server = await serverWith()
    const { wire: sofa, id } = await managed(server, 'bob', 'sofa')
    const bed = await logIn(server.connect(), 'bob', 'bed')
    bed.send(xml('presence', ns.client))
    await bed.heard()
    const alice = await logIn(server.connect(), 'alice')
    alice.send(chat('bob@localhost', 'to both'))
    alice.send(chat('bob@localhost/sofa', 'to one'))
    await alice.heard()
    expect((await bed.heard()).join()).toContain('"to both"')
    sofa.close()
    expect(id).not.toBe('')
    expect((await bed.element('presence')).attribute('type')).toBe('unavailable')
    expect(inShort(await bed.element('message'))).toContain('"to one"')
    expect(await bed.heard()).toEqual([])
  })

  it('waits beside a limited number of others', async () => {
    const server = await serverWith({ limits: { hibernatingSessions: 1 } })
    const first = await managed(server, 'bob', 'sofa')
    await cut(first.wire)
    const second = await managed(server, 'bob', 'bed')
    await cut(second.wire)
    const back = await authenticated(server, 'bob')
    back.send(resume(first.id, 0))
    expect((await back.element('failed')).elements()[0]?.name).toBe('item-not-found')
    back.send(resume(second.id, 0))
    expect((await commandOf(back, 'resumed')).before).toEqual([])
  })

  it('ends when more waits for it than may', async () => {
    const server = await serverWith({ limits: { unacknowledgedStanzas: 3 } })
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    await cut(bob)
    const alice = await logIn(server.connect(), 'alice')
    for (let count = 0; count < 4; count += 1) alice.send(chat('bob@localhost', `${count}`))
    await alice.heard()
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 0))
    expect((await back.element('failed')).elements()[0]?.name).toBe('item-not-found')
    await back.bind('sofa')
    back.send(xml('presence', ns.client))
    expect((await back.heard()).flatMap((words) => /"(.*)"/.exec(words)?.[1] ?? [])).toEqual([
      '0',
      '1',
      '2',
      '3',
    ])
  })

  it('ends at once when its client has said goodbye', async () => {
    const server = await serverWith()
    const { wire: bob, id } = await managed(server, 'bob', 'sofa')
    bob.close()
    await bob.take()
    const back = await authenticated(server, 'bob')
    back.send(resume(id, 0))
    expect((await back.element('failed')).elements()[0]?.name).toBe('item-not-found')
  })
})
