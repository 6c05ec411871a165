import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import {
  parseDiscoInfo,
  parseDiscoItems,
  toDiscoInfoElement,
  toDiscoItemsElement,
} from '../../src/stanza/disco.js'
import { findPage, toPageRequest, type PageRequest } from '../../src/stanza/result-set.js'
import { parseEntityTime, toTimeRequest } from '../../src/stanza/entity-time.js'
import { parseLastActivity, toLastActivityRequest } from '../../src/stanza/last-activity.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { toSessionElement } from '../../src/stanza/session.js'
import { parseVersionElement, toVersionElement } from '../../src/stanza/version.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5)
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob', 'carol'].map((username) => ({ username, password: 'secret' })),
    software: { name: 'test server', version: '1' },
    now: () => new Date(now),
  })
  server.befriend('alice', { username: 'bob' })
  alice = await logIn(server.connect(), 'alice', 'desk')
  return () => server.close()
})

describe('what belongs to an account (XEP-0059)', () => {
  const ask = async (request: PageRequest) => {
    const payload = toDiscoItemsElement({ payloads: [toPageRequest(request)] })
    const [query] = (await alice.request('get', payload, 'alice@localhost')).elements()
    const items = query === undefined ? [] : (parseDiscoItems(query)?.items ?? [])
    const { first, index, last, count } = findPage(query ?? payload)
    const ends = [first, last].map((jid) => jid?.split('/')[1])
    return [items.map(({ jid }) => jid.resource).join(' '), ...ends, index, count]
  }
  const at = (resource: string) => `alice@localhost/${resource}`

  beforeEach(async () => {
    const others = await Promise.all(
      ['sofa', 'bed'].map((resource) => logIn(server.connect(), 'alice', resource)),
    )
    for (const wire of [...others, alice]) await present(wire)
  })
  const present = async (wire: Wire) => {
    wire.send(xml('presence', ns.client))
    await wire.heard()
  }

  it.each<[PageRequest, readonly unknown[]]>([
    [{ max: 2 }, ['bed desk', 'bed', 'desk', 0, 3]],
    [{ max: 2, after: at('desk') }, ['sofa', 'sofa', 'sofa', 2, 3]],
    [{ max: 2, after: at('chair') }, ['desk sofa', 'desk', 'sofa', 1, 3]],
    [{ max: 1, before: at('sofa') }, ['desk', 'desk', 'desk', 1, 3]],
    [{ max: 2, before: '' }, ['desk sofa', 'desk', 'sofa', 1, 3]],
    [{ max: 5, after: at('sofa') }, ['', undefined, undefined, undefined, 3]],
    [{ max: 0 }, ['', undefined, undefined, undefined, 3]],
    [{}, ['bed desk sofa', 'bed', 'sofa', 0, 3]],
  ])('comes in pages: %j', async (request, page) => {
    expect(await ask(request)).toEqual(page)
  })
})

describe('the server answers', () => {
  it.each([undefined, 'localhost', 'alice@localhost'])('a ping of %s', async (to) => {
    expect((await alice.request('get', toPingElement(), to)).attribute('type')).toBe('result')
  })

  it.each([undefined, 'localhost'])('the session request of old clients, to %s', async (to) => {
    expect((await alice.request('set', toSessionElement(), to)).attribute('type')).toBe('result')
  })

  it('who it is', async () => {
    const [version] = (await alice.request('get', toVersionElement(), 'localhost')).elements()
    expect(version && parseVersionElement(version)).toEqual({
      name: 'test server',
      version: '1',
      os: undefined,
    })
    const [info] = (await alice.request('get', toDiscoInfoElement(), 'localhost')).elements()
    const known = info && parseDiscoInfo(info)
    expect(known?.identities).toMatchObject([{ category: 'server', type: 'im', name: 'test server' }])
    expect(known?.features).toEqual(
      expect.arrayContaining([
        ns.discoInfo,
        ns.discoItems,
        ns.ping,
        ns.version,
        ns.roster,
        ns.invisible,
        'msgoffline',
      ]),
    )
    expect((await alice.request('get', toDiscoItemsElement(), 'localhost')).attribute('type')).toBe('result')
  })

  it('for an account, to who may see its presence', async () => {
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    await bob.heard()
    const [info] = (await alice.request('get', toDiscoInfoElement(), 'bob@localhost')).elements()
    expect(info && parseDiscoInfo(info)?.identities).toMatchObject([
      { category: 'account', type: 'registered' },
      { category: 'pubsub', type: 'pep' },
    ])
    const [items] = (await alice.request('get', toDiscoItemsElement(), 'bob@localhost')).elements()
    expect(items?.elements().map((item) => item.attribute('jid'))).toEqual(['bob@localhost/sofa'])
  })
})

describe('how long ago something was (XEP-0012)', () => {
  const ago = async (to: string, wire = alice) => {
    const answer = await wire.request('get', toLastActivityRequest(), to)
    const [told] = answer.elements()
    return answer.attribute('type') === 'result' ? told && parseLastActivity(told) : inShort(answer)
  }
  const leave = async (wire: Wire, status?: string) => {
    const words = status === undefined ? undefined : xml('status', ns.client, {}, status)
    wire.send(xml('presence', ns.client, { type: 'unavailable' }, words))
    await wire.heard()
    wire.close()
  }

  it('is the uptime of the server, and the time it tells is that of its clock (XEP-0202)', async () => {
    now += 123_456_789
    expect(await ago('localhost')).toEqual({ seconds: 123_456, status: undefined })
    const [time] = (await alice.request('get', toTimeRequest(), 'localhost')).elements()
    expect(time && parseEntityTime(time)?.moment).toBe(Math.floor(now / 1_000) * 1_000)
  })

  it('is nothing while somebody is there, then since the last one has left, with the last words', async () => {
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.send(xml('presence', ns.client))
    await bob.heard()
    now += 10_000
    expect(await ago('bob@localhost')).toEqual({ seconds: 0, status: undefined })
    await leave(bob, 'Heading Home')
    now += 903_000
    expect(await ago('bob@localhost')).toEqual({ seconds: 903, status: 'Heading Home' })
  })

  it('of an account that nobody ever used is the uptime', async () => {
    now += 5_000
    expect(await ago('bob@localhost')).toEqual({ seconds: 5, status: undefined })
  })

  it.each(['carol@localhost', 'carol@localhost/there', 'carol@localhost/gone'])(
    'is forbidden to strangers, be there anybody or not: %s',
    async (to) => {
      const carol = await logIn(server.connect(), 'carol', 'there')
      expect(await ago(to)).toBe(`iq error forbidden from ${to}`)
      expect(await carol.heard()).toEqual([])
    },
  )

  it('of a device is the device’s to tell, to friends and to whom it has shown itself', async () => {
    const carol = await logIn(server.connect(), 'carol', 'there')
    carol.send(xml('presence', ns.client, { to: 'alice@localhost/desk' }))
    await carol.heard()
    alice.send(
      xml('iq', ns.client, { type: 'get', id: 'q', to: 'carol@localhost/there' }, toLastActivityRequest()),
    )
    expect((await carol.element('iq')).attribute('from')).toBe('alice@localhost/desk')
  })
})

describe('service-unavailable is the answer', () => {
  const unknown = xml('query', 'urn:example:unknown')
  it.each([
    ['of the server to what it does not know', 'localhost', unknown],
    ['for an account that it speaks for', 'bob@localhost', unknown],
    ['for nobody', 'nobody@localhost', toDiscoInfoElement()],
    ['for a device that is gone', 'bob@localhost/gone', toPingElement()],
    ['for a resource of the server', 'localhost/somewhere', toPingElement()],
    ['to a stranger who wants to know', 'carol@localhost', toDiscoInfoElement()],
    ['to a stranger who wants to know more', 'carol@localhost', toDiscoItemsElement()],
    ['to a ping of somebody else’s account', 'bob@localhost', toPingElement()],
  ])('%s', async (_, to, payload) => {
    expect(inShort(await alice.request('get', payload, to))).toBe(`iq error service-unavailable from ${to}`)
  })
})

describe('other answers', () => {
  it.each([toDiscoInfoElement({ node: 'x' }), toDiscoItemsElement({ node: 'x' })])(
    'item-not-found for a node that is none',
    async (payload) => {
      expect(inShort(await alice.request('get', payload, 'localhost'))).toContain('item-not-found')
    },
  )

  it('remote-server-not-found for another domain', async () => {
    expect(inShort(await alice.request('get', toPingElement(), 'elsewhere.test'))).toContain(
      'remote-server-not-found',
    )
  })

  it.each([
    ['without a type', { id: 'x' }, [toPingElement()]],
    ['of a type that is none', { id: 'x', type: 'put' }, [toPingElement()]],
    ['without a child', { id: 'x', type: 'get' }, []],
    ['without an id', { type: 'get' }, [toPingElement()]],
    ['with two children', { id: 'x', type: 'get' }, [toPingElement(), toPingElement()]],
  ])('bad-request for an IQ %s', async (_, attributes, children) => {
    alice.send(xml('iq', ns.client, attributes, ...children))
    expect(await alice.heard()).toEqual(['iq error bad-request'])
  })

  it.each([
    ['a result', { type: 'result', id: 'x' }],
    ['a result for the server', { type: 'result', id: 'x', to: 'localhost' }],
    ['a result for nobody', { type: 'result', id: 'x', to: 'nobody@localhost' }],
    ['an error', { type: 'error', id: 'x', to: 'bob@localhost' }],
  ])('none to %s', async (_, attributes) => {
    alice.send(xml('iq', ns.client, attributes))
    expect(await alice.heard()).toEqual([])
  })

  it('come from the one who was asked', async () => {
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    alice.send(xml('iq', ns.client, { type: 'get', id: 'q', to: 'bob@localhost/sofa' }, toPingElement()))
    const asked = await bob.element('iq')
    expect(asked.attribute('from')).toBe('alice@localhost/desk')
    bob.send(xml('iq', ns.client, { type: 'result', id: 'q', to: 'alice@localhost/desk' }))
    expect(inShort(await alice.element('iq'))).toBe('iq result from bob@localhost/sofa')
  })
})
