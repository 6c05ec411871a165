import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import {
  findArchiveResult,
  parseArchiveEnd,
  toArchiveQuery,
  type ArchiveFilter,
} from '../../src/stanza/archive.js'
import { findCarbon, toCarbonsElement } from '../../src/stanza/carbons.js'
import { toClientStateElement } from '../../src/stanza/client-state.js'
import { parseDiscoInfo, toDiscoInfoElement } from '../../src/stanza/disco.js'
import type { PageRequest } from '../../src/stanza/result-set.js'
import { findStanzaId, toStanzaIdElement } from '../../src/stanza/stanza-id.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let now = 0
beforeEach(async () => {
  now = Date.parse('2026-02-03T04:05:06Z')
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: [
      { username: 'alice', password: 'secret', contacts: [{ username: 'bob' }] },
      { username: 'bob', password: 'secret' },
    ],
    limits: { archivedMessages: 5, archivedPage: 3, heldPresences: 2 },
    now: () => new Date(now),
  })
  return () => server.close()
})

async function present(username: string, resource: string, priority = 0): Promise<Wire> {
  const wire = await logIn(server.connect(), username, resource)
  wire.send(xml('presence', ns.client, {}, xml('priority', ns.client, {}, String(priority))))
  await wire.heard()
  return wire
}

const message = (to: string, body: string, type = 'chat', ...more: readonly XmlElement[]) =>
  xml('message', ns.client, { to, type, id: body }, xml('body', ns.client, {}, body), ...more)

/** Every message that has come, once the server has taken everything that was sent before. */
async function messages(wire: Wire): Promise<readonly XmlElement[]> {
  const id = crypto.randomUUID()
  wire.send(xml('iq', ns.client, { type: 'get', id, to: 'localhost' }, xml('ping', ns.ping)))
  const heard: XmlElement[] = []
  for (;;) {
    const element = await wire.element()
    if (element.attribute('id') === id) return heard
    if (element.name === 'message') heard.push(element)
  }
}

const bodyOf = (element: XmlElement) => element.child('body')?.text()

describe('copies', () => {
  const copiesOf = async (wire: Wire) =>
    (await messages(wire)).map((element) => {
      const carbon = findCarbon(element.elements())
      if (carbon === undefined) return bodyOf(element)
      return `${carbon.direction} ${bodyOf(carbon.message)} in ${element.attribute('type')} from ${element.attribute('from')}`
    })

  it('go to whoever of the account wants them and has not got the message', async () => {
    const [sofa, bed, bath] = [
      await present('bob', 'sofa', 5),
      await present('bob', 'bed'),
      await present('bob', 'bath'),
    ]
    await Promise.all([bed.heard(), sofa.heard()])
    expect(inShort(await bed.request('set', toCarbonsElement('enable')))).toContain('iq result')
    await sofa.request('set', toCarbonsElement('enable'))
    const alice = await present('alice', 'desk')
    alice.send(message('bob@localhost', 'one'))
    alice.send(message('bob@localhost/bed', 'two'))
    await messages(alice)
    sofa.send(message('alice@localhost', 'three'))
    expect(await copiesOf(alice)).toEqual(['three'])
    expect((await messages(sofa)).length).toBe(2)
    expect(await copiesOf(bed)).toEqual([
      'received one in chat from bob@localhost',
      'two',
      'sent three in chat from bob@localhost',
    ])
    expect(await copiesOf(bath)).toEqual([])
    await bed.request('set', toCarbonsElement('disable'))
    sofa.send(message('alice@localhost', 'four'))
    await messages(sofa)
    expect(await copiesOf(bed)).toEqual([])
  })

  it.each([
    ['a headline', message('bob@localhost/sofa', 'x', 'headline')],
    ['what is private', message('bob@localhost/sofa', 'x', 'chat', xml('private', ns.carbons))],
    ['a message that says nothing', xml('message', ns.client, { to: 'bob@localhost/sofa' })],
  ])('are not made of %s', async (_, sent) => {
    const [sofa, bed] = [await present('bob', 'sofa'), await present('bob', 'bed')]
    await bed.request('set', toCarbonsElement('enable'))
    const alice = await present('alice', 'desk')
    alice.send(sent)
    await messages(alice)
    expect((await messages(sofa)).length).toBe(1)
    expect(await copiesOf(bed)).toEqual([])
  })

  it('are for one’s own account alone', async () => {
    const alice = await present('alice', 'desk')
    const answer = await alice.request('set', toCarbonsElement('enable'), 'bob@localhost')
    expect(inShort(answer)).toBe('iq error not-allowed from bob@localhost')
  })
})

describe('a client that nobody looks at', () => {
  it('is not woken by presence and typing, and gets the latest with what wakes it', async () => {
    const alice = await present('alice', 'desk')
    const bob = await present('bob', 'sofa')
    await alice.heard()
    alice.send(toClientStateElement('inactive'))
    await alice.heard()
    const show = (status: string) => xml('presence', ns.client, {}, xml('status', ns.client, {}, status))
    const typing = xml('composing', ns.chatStates)
    bob.send(show('one'))
    bob.send(xml('message', ns.client, { to: 'alice@localhost/desk' }, typing))
    bob.send(show('two'))
    await bob.heard()
    expect(alice.waiting).toEqual([])
    bob.send(message('alice@localhost/desk', 'wake up'))
    const presence = await alice.element('presence')
    expect(presence.child('status')?.text()).toBe('two')
    expect(bodyOf(await alice.element('message'))).toBe('wake up')
    bob.send(show('three'))
    await bob.heard()
    expect(alice.waiting).toEqual([])
    alice.send(toClientStateElement('active'))
    expect((await alice.element('presence')).child('status')?.text()).toBe('three')
    bob.send(show('four'))
    expect((await alice.element('presence')).child('status')?.text()).toBe('four')
  })

  it('gets them all when they are too many', async () => {
    const alice = await present('alice', 'desk')
    alice.send(toClientStateElement('inactive'))
    await alice.heard()
    const [sofa] = [await present('bob', 'sofa')]
    expect(alice.waiting).toEqual([])
    await present('bob', 'bed')
    await sofa.heard()
    expect(inShort(await alice.element())).toBe('presence from bob@localhost/sofa')
    expect(inShort(await alice.element())).toBe('presence from bob@localhost/bed')
  })
})

describe('the archive of an account', () => {
  async function query(
    wire: Wire,
    page: PageRequest = {},
    filter: ArchiveFilter = {},
    to?: string,
  ): Promise<{ bodies: unknown[]; ids: string[]; end: unknown; error: string | undefined }> {
    const id = crypto.randomUUID()
    wire.send(xml('iq', ns.client, { type: 'set', id, to }, toArchiveQuery('q1', filter, page)))
    const bodies: unknown[] = []
    const ids: string[] = []
    for (;;) {
      const element = await wire.element()
      if (element.attribute('id') === id) {
        const fin = element.child('fin', ns.archive)
        const error = element.child('error')?.elements()[0]?.name
        return { bodies, ids, end: fin && parseArchiveEnd(fin), error }
      }
      const result = findArchiveResult(element.elements())
      if (result === undefined) continue
      expect(element.attribute('from')).toBe('bob@localhost')
      expect(result.queryId).toBe('q1')
      expect(result.moment).toBeTypeOf('number')
      bodies.push(result.message && bodyOf(result.message))
      ids.push(result.id)
    }
  }

  it('keeps both ways, in order, page by page, and forgets the oldest', async () => {
    const [alice, bob] = [await present('alice', 'desk'), await present('bob', 'sofa')]
    for (const [wire, to, body] of [
      [alice, 'bob@localhost', '0'],
      [alice, 'bob@localhost', '1'],
      [bob, 'alice@localhost', '2'],
      [alice, 'bob@localhost', '3'],
      [bob, 'alice@localhost', '4'],
      [bob, 'alice@localhost', '5'],
    ] as const) {
      now += 1000
      wire.send(message(to, body))
      await messages(wire)
    }
    await messages(bob)
    const first = await query(bob)
    expect(first.bodies).toEqual(['1', '2', '3'])
    const [one, , three] = first.ids
    expect(first.end).toEqual({
      complete: false,
      stable: true,
      page: { first: one, index: 0, last: three, count: 5 },
    })
    const second = await query(bob, { after: three })
    expect(second.bodies).toEqual(['4', '5'])
    expect(second.end).toMatchObject({ complete: true, page: { index: 3, count: 5 } })
    const last = await query(bob, { before: '', max: 2 })
    expect(last.bodies).toEqual(['4', '5'])
    expect((await query(bob, { before: last.ids[0], max: 2 })).bodies).toEqual(['2', '3'])
    expect(await query(bob, { after: second.ids[1] })).toMatchObject({
      bodies: [],
      end: { complete: true, page: { first: undefined, count: 5 } },
    })
    expect((await query(bob, { after: 'unknown' })).error).toBe('item-not-found')
    expect((await query(bob, {}, { start: now })).bodies).toEqual(['5'])
    expect((await query(bob, {}, { end: now - 3000 })).bodies).toEqual(['1', '2'])
    expect((await query(bob, {}, { with: 'nobody@localhost' })).bodies).toEqual([])
    expect((await query(bob, {}, { with: 'alice@localhost', start: now - 1000 })).bodies).toEqual(['4', '5'])
  })

  it('tells what it calls a message, to its account alone, and believes nobody else', async () => {
    const [alice, bob] = [await present('alice', 'desk'), await present('bob', 'sofa')]
    const forged = toStanzaIdElement({ id: 'forged', by: 'bob@localhost' })
    alice.send(message('bob@localhost', 'one', 'chat', forged))
    await messages(alice)
    const [heard] = await messages(bob)
    const id = findStanzaId(heard?.elements() ?? [], 'bob@localhost')
    expect(id).toBeTypeOf('string')
    expect(id).not.toBe('forged')
    expect((await query(bob)).ids).toEqual([id])
    expect(findStanzaId(heard?.elements() ?? [], 'alice@localhost')).toBeUndefined()
  })

  it('has what is said to oneself once, and nothing that only passes', async () => {
    const bob = await present('bob', 'sofa')
    const bed = await present('bob', 'bed')
    await bed.request('set', toCarbonsElement('enable'))
    bob.send(message('bob@localhost', 'note to self'))
    bob.send(message('bob@localhost', 'news', 'headline'))
    bob.send(xml('message', ns.client, { to: 'bob@localhost' }, xml('composing', ns.chatStates)))
    await messages(bob)
    expect((await query(bob)).bodies).toEqual(['note to self'])
  })

  it('keeps what waits for somebody who is away, under one name', async () => {
    const alice = await present('alice', 'desk')
    alice.send(message('bob@localhost', 'later'))
    await messages(alice)
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    const [heard] = await messages(bob)
    expect(bodyOf(heard ?? xml('x', ''))).toBe('later')
    expect((await query(bob)).ids).toEqual([findStanzaId(heard?.elements() ?? [], 'bob@localhost')])
  })

  it('is not for others, and refuses questions that it does not understand', async () => {
    const alice = await present('alice', 'desk')
    expect((await query(alice, {}, {}, 'bob@localhost')).error).toBe('forbidden')
    const field = (name: string, value: string) =>
      xml('field', ns.dataForm, { var: name }, xml('value', ns.dataForm, {}, value))
    const ask = (...fields: readonly XmlElement[]) =>
      alice.request('set', xml('query', ns.archive, {}, xml('x', ns.dataForm, { type: 'submit' }, ...fields)))
    expect(inShort(await ask(field('words', 'x')))).toContain('feature-not-implemented')
    expect(inShort(await ask(field('start', 'yesterday')))).toContain('bad-request')
    const form = await alice.request('get', xml('query', ns.archive))
    const fields = form.child('query', ns.archive)?.child('x', ns.dataForm)?.elements('field') ?? []
    expect(fields.map((one) => one.attribute('var'))).toEqual(['FORM_TYPE', 'with', 'start', 'end'])
  })
})

it('a server says which of these it has', async () => {
  const alice = await present('alice', 'desk')
  const featuresOf = async (to?: string) => {
    const answer = await alice.request('get', toDiscoInfoElement(), to)
    const query = answer.child('query', ns.discoInfo)
    return query === undefined ? [] : (parseDiscoInfo(query)?.features ?? [])
  }
  expect(await featuresOf('localhost')).toEqual(expect.arrayContaining([ns.carbons]))
  expect(await featuresOf('alice@localhost')).toEqual(
    expect.arrayContaining([ns.carbons, ns.archive, ns.stanzaIds]),
  )
})
