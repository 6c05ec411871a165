import { describe, expect, it, onTestFinished } from 'vitest'
import { rememberedHashLimit } from '../../src/features/caps-cache.js'
import { listedItemLimit } from '../../src/features/discovery.js'
import { createClient, discovery, muc, ns, type Crossing } from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { childOf, textOf, type HeardElement } from '../spec/heard.js'
import { at, gone, own, present, tea } from '../spec/room.js'
import { rest } from '../spec/session.js'
import { bombusMod } from '../spec/xep0390-examples.js'
import { code, presence } from './acquaintances.js'
import {
  answer,
  bob,
  carol,
  claim,
  comes,
  described,
  discover,
  info,
  inShort,
  refuse,
  remembering,
  verOf,
} from './capabilities.js'

const features = [ns.discoInfo, ns.receipts]
const ver = verOf(...features)
const node = `urn:example:client#${ver}`

async function all<T>(source: AsyncIterable<T> | Iterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const one of source) found.push(one)
  return found
}

describe('info()', () => {
  it('is what an entity says: identities with their languages, features, forms', async () => {
    const { disco, peer, says } = await discover()
    const told = disco.info('conference.example.test')
    const request = await peer.next('iq')
    expect(inShort(request)).toBe('conference.example.test')
    const form = `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value></field></x>`
    const rooms = `category='conference' type='text' name='Rooms'`
    await says(
      answer(request, described(['a', 'b', 'a'], form, rooms), ` xml:lang='de'`).replace(
        '<feature',
        `<identity ${rooms.replace('Rooms', 'Salons')} xml:lang='fr'/><feature`,
      ),
    )
    expect(await told).toMatchObject({
      identities: [
        { category: 'conference', type: 'text', name: 'Rooms', lang: 'de' },
        { name: 'Salons', lang: 'fr' },
      ],
      features: new Set(['a', 'b']),
      forms: [{ type: 'result', fields: [{ name: 'FORM_TYPE', values: ['a'] }] }],
    })
  })

  it('is asked once by many, and known from then on, until it is wanted afresh or the session ends', async () => {
    const { disco, says, asked, lose, again } = await discover()
    const all: Promise<unknown>[] = []
    const [request, ...more] = await asked(() => {
      for (let count = 0; count < 3; count += 1) all.push(disco.info('example.test'))
    })
    if (request === undefined) throw new Error('nothing was asked')
    expect(more).toEqual([])
    expect(disco.known('example.test')).toBeUndefined()
    await says(answer(request, info('a')))
    await Promise.all(all)
    expect(disco.known('example.test')?.features).toEqual(new Set(['a']))
    expect(await asked(() => disco.info('Example.Test'))).toEqual([])
    const [fresh] = await asked(() => void disco.info('example.test', { fresh: true }).catch(() => undefined))
    expect(fresh && inShort(fresh)).toBe('example.test')
    await lose()
    await again()
    expect(disco.known('example.test')).toBeUndefined()
  })

  it('of a node is asked anew each time', async () => {
    const { disco, peer, says } = await discover()
    for (const feature of ['a', 'b']) {
      const told = disco.info('example.test', { node: 'n' })
      const request = await peer.next('iq')
      expect(inShort(request)).toBe('example.test n')
      await says(answer(request, info(feature)))
      expect((await told).features).toEqual(new Set([feature]))
    }
  })

  it('of a resource that nothing is heard of is asked anew: nothing would tell of a change', async () => {
    const { disco, peer, says, asked } = await discover()
    const told = disco.info('stranger@example.test/x')
    await says(answer(await peer.next('iq'), info('a')))
    await told
    expect(await asked(() => void disco.info('stranger@example.test/x').catch(() => undefined))).toHaveLength(
      1,
    )
  })

  it.each([
    ['an error', 'stanza.service-unavailable', refuse],
    [
      'no answer',
      'protocol.bad-format',
      (request: Parameters<typeof refuse>[0]) => answer(request, '').replace(ns.discoInfo, ns.discoItems),
    ],
  ])('rejects for %s, and asks again', async (_, expected, say) => {
    const { disco, peer, says, asked } = await discover()
    const outcome = code(disco.info('example.test'))
    await says(say(await peer.next('iq'), 'service-unavailable'))
    expect(await outcome).toBe(expected)
    expect(await asked(() => void disco.info('example.test').catch(() => undefined))).toHaveLength(1)
  })

  it('can be given up by one of those who wait, not for the others', async () => {
    const { disco, peer, says } = await discover()
    const giveUp = new AbortController()
    const first = disco.info('example.test', { signal: giveUp.signal })
    const second = disco.info('example.test')
    const request = await peer.next('iq')
    giveUp.abort()
    await expect(first).rejects.toMatchObject({ code: 'transport.aborted' })
    await expect(disco.info('example.test', { signal: giveUp.signal })).rejects.toMatchObject({
      code: 'transport.aborted',
    })
    await says(answer(request, info('a')))
    expect((await second).features.has('a')).toBe(true)
  })
})

describe('a verified hash (XEP-0115 §5.4)', () => {
  it('is asked about once, under its node, for everybody who shows it', async () => {
    const { disco, says, asked } = await discover()
    await says(comes(`${bob}/x`, ver), comes(`${carol}/y`, ver))
    const all: Promise<unknown>[] = []
    const [request, ...more] = await asked(() => {
      all.push(disco.info(`${bob}/x`), disco.info(`${carol}/y`))
    })
    if (request === undefined) throw new Error('nothing was asked')
    expect(more).toEqual([])
    expect(inShort(request)).toBe(`${bob}/x ${node}`)
    await says(answer(request, info(...features)))
    await Promise.all(all)
    await says(comes(`${carol}/z`, ver))
    expect(disco.known(`${carol}/z`)?.features).toEqual(new Set(features))
  })

  it('by SHA-256 of XEP-0390 as well, which comes first', async () => {
    const { disco, says, question } = await discover()
    const value = 'kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8='
    const set = `<c xmlns='urn:xmpp:caps'><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${value}</hash></c>`
    await says(comes(`${bob}/x`, ver, set), comes(`${carol}/y`, 'whatever', set))
    const told: Promise<unknown>[] = []
    const request = await question(() => told.push(disco.info(`${bob}/x`)))
    expect(inShort(request)).toBe(`${bob}/x urn:xmpp:caps#sha-256.${value}`)
    const [, content = ''] = /^<query.*?>(.*)<\/query>$/s.exec(bombusMod) ?? []
    await says(answer(request, content, ` xml:lang='en'`))
    await Promise.all(told)
    expect(disco.known(`${carol}/y`)?.identities).toMatchObject([{ name: 'BombusMod' }])
  })

  it('holds while presence leaves it out (§7.4), until another is shown or the resource is gone', async () => {
    const { disco, says, teach } = await discover()
    await says(comes(`${bob}/x`, ver))
    await teach(`${bob}/x`, info(...features))
    await says(presence(`${bob}/x`, '', '<show>away</show>'))
    expect(disco.known(`${bob}/x`)).toBeDefined()
    await says(comes(`${bob}/x`, 'another'))
    expect(disco.known(`${bob}/x`)).toBeUndefined()
    await says(comes(`${bob}/x`, ver))
    expect(disco.known(`${bob}/x`)).toBeDefined()
    await says(presence(`${bob}/x`, 'unavailable'))
    expect(disco.known(`${bob}/x`)).toBeUndefined()
  })

  it('of an occupant is nobody else’s: who has the nickname when one comes back into the room shows none', async () => {
    const { client, disco, says, teach } = await discover()
    const room = client.use(muc).room(tea)
    const enter = async (who: string) => {
      const entrance = room.join({ nickname: 'Alice' })
      await says(who + own())
      await entrance
    }
    for (const content of [claim(ver), claim('md5', 'md5')]) {
      await enter(present('Bob', { content }))
      await teach(at('Bob'), info(...features))
      expect(disco.known(at('Bob'))).toBeDefined()
      const left = room.leave()
      await says(gone())
      await left
      await enter(present('Bob'))
      expect(disco.known(at('Bob'))).toBeUndefined()
      const leftAgain = room.leave()
      await says(gone())
      await leftAgain
    }
  })

  it('is asked about without its node where the node is unknown', async () => {
    const { disco, peer, says, question } = await discover()
    await says(comes(`${bob}/x`, ver), comes(`${carol}/y`, ver))
    const told: Promise<unknown>[] = []
    const request = await question(() => told.push(disco.info(`${bob}/x`)))
    const again = await question(() => peer.say(refuse(request, 'item-not-found')))
    expect(inShort(again)).toBe(`${bob}/x`)
    await says(answer(again, info(...features)))
    await Promise.all(told)
    expect(disco.known(`${carol}/y`)?.features.has(ns.receipts)).toBe(true)
  })

  it('outlives the session, and the process where there is a store', async () => {
    const { facts, memory } = remembering()
    const { says, teach, lose, again, disco } = await discover({}, { memory })
    await says(comes(`${bob}/x`, ver))
    await teach(`${bob}/x`, info(...features))
    await lose()
    const { peer } = await again()
    peer.say(comes(`${carol}/y`, ver))
    await rest()
    expect(disco.known(`${carol}/y`)).toBeDefined()

    const next = await discover({}, remembering(facts))
    await next.says(comes(`${bob}/x`, ver))
    expect(next.disco.known(`${bob}/x`)).toEqual(disco.known(`${carol}/y`))
  })

  it('is forgotten where the store has it wrong', async () => {
    const key = `caps 0115 sha-1 ${ver}`
    for (const value of ['<query', '<x/>', 7]) {
      const { facts, memory } = remembering(new Map([[key, value]]))
      const { says, disco } = await discover({}, { memory })
      await says(comes(`${bob}/x`, ver))
      expect(disco.known(`${bob}/x`)).toBeUndefined()
      expect([...facts]).toEqual([])
    }
  })

  it('is forgotten when too many others are remembered', async () => {
    const { facts, memory } = remembering(
      new Map(
        Array.from({ length: rememberedHashLimit }, (_, index) => [`caps 0115 sha-1 ${index}`, '<x/>']),
      ),
    )
    const { says, teach } = await discover({}, { memory })
    await says(comes(`${bob}/x`, ver))
    await teach(`${bob}/x`, info(...features))
    expect(facts.size).toBe(rememberedHashLimit)
    expect([facts.has('caps 0115 sha-1 0'), facts.has(`caps 0115 sha-1 ${ver}`)]).toEqual([false, true])
  })
})

describe('supports()', () => {
  it('asks the best resource of a contact that is there', async () => {
    const { disco, says, question } = await discover()
    await says(
      presence(`${bob}/away`, '', '<show>away</show>'),
      presence(`${bob}/best`),
      presence(`${bob}/low`, '', '<priority>-1</priority>'),
    )
    const told: Promise<boolean>[] = []
    const request = await question(() => told.push(disco.supports(bob, 'a'), disco.supports(bob, 'b')))
    expect(inShort(request)).toBe(`${bob}/best`)
    await says(answer(request, info('a')))
    expect(await Promise.all(told)).toEqual([true, false])
    expect(disco.known(bob)?.features).toEqual(new Set(['a']))
  })

  it.each([
    ['a contact that is away', bob, bob],
    ['a server', 'example.test', 'example.test'],
    ['a room, not who is in it', 'room@conference.example.test', 'room@conference.example.test'],
    ['one’s own account, not one’s other devices', 'alice@example.test', 'alice@example.test'],
    ['a resource', `${bob}/x`, `${bob}/x`],
  ])('asks %s itself', async (_, jid, asked) => {
    const { disco, says, question } = await discover()
    await says(presence('room@conference.example.test/nick'), presence('alice@example.test/phone'))
    const request = await question(() => void disco.supports(jid, 'a').catch(() => undefined))
    expect(inShort(request)).toBe(asked)
  })

  it('is false for who answers with an error that lasts, and rejects for one that does not', async () => {
    const { disco, says, question } = await discover()
    const told: Promise<boolean>[] = []
    const request = await question(() => told.push(disco.supports(bob, 'a')))
    await says(refuse(request, 'service-unavailable'))
    expect(await Promise.all(told)).toEqual([false])

    const outcomes: Promise<unknown>[] = []
    const again = await question(() => outcomes.push(code(disco.supports(bob, 'a'))))
    await says(refuse(again, 'remote-server-timeout', 'wait'))
    expect(await Promise.all(outcomes)).toEqual(['stanza.remote-server-timeout'])
  })

  it('rejects when the session ends', async () => {
    const { disco, lose } = await discover()
    const outcome = code(disco.supports(bob, 'a'))
    await lose()
    expect(await outcome).toBe('transport.not-connected')
  })
})

describe('items()', () => {
  const items = (request: HeardElement, content: string) =>
    answer(request, content).replace(ns.discoInfo, ns.discoItems)
  const one = (jid: string) => `<item jid='${jid}' name='${jid}'/>`
  const page = (last: string, count?: number) =>
    `<set xmlns='${ns.resultSet}'><first>x</first><last>${last}</last>${count === undefined ? '' : `<count>${count}</count>`}</set>`
  const afterOf = (request: HeardElement) => {
    const set = childOf(request.children.find((child) => typeof child !== 'string') ?? request, 'set')
    return set && textOf(childOf(set, 'after'))
  }

  it('are asked for page by page, as they are read (XEP-0059)', async () => {
    const { disco, says, question } = await discover()
    const reader = disco.items('rooms.example.test', { node: 'n', pageSize: 2 })[Symbol.asyncIterator]()
    const read = (count: number) => Promise.all(Array.from({ length: count }, () => reader.next()))
    const told: Promise<unknown>[] = []
    const first = await question(() => told.push(read(3)))
    expect([inShort(first), afterOf(first)]).toEqual(['rooms.example.test n', ''])
    const second = await question(() => says(items(first, one('a.test') + one('b.test') + page('b', 3))))
    expect(afterOf(second)).toBe('b')
    await says(items(second, one('c.test') + page('c', 3)))
    expect(await Promise.all(told)).toMatchObject([
      ['a.test', 'b.test', 'c.test'].map((jid) => ({ value: { name: jid, node: undefined } })),
    ])
    expect(await reader.next()).toMatchObject({ done: true })
  })

  it.each([
    ['one that does not divide its answer', ''],
    ['one whose page is the last', `<set xmlns='${ns.resultSet}'><count>1</count></set>`],
  ])('come at once from %s', async (_, set) => {
    const { disco, peer, says } = await discover()
    const told = all(disco.items('rooms.example.test'))
    await says(items(await peer.next('iq'), one('a.test') + set))
    expect(await told).toMatchObject([{ name: 'a.test' }])
  })

  it('are all there from a server that divides its answer, as many as a page has for each request', async () => {
    await using server = await createServer({
      listen: {},
      accounts: [{ username: 'bob', password: 'secret' }],
    })
    const heard: string[] = []
    const enter = async (resource: string) => {
      const jid = `bob@${server.domain}/${resource}`
      const wire = (crossing: Crossing) => {
        if (crossing.direction === 'out') heard.push(crossing.text)
      }
      const client = createClient({ jid, password: 'secret', endpoint: () => server.connect(), wire })
      onTestFinished(() => client.close())
      const finder = client.use(discovery)
      await client.connect()
      await client.fetchRoster()
      return finder
    }
    const resources = ['bed', 'desk', 'garden', 'kitchen', 'sofa']
    const [finder] = await Promise.all(resources.map(enter))
    const found = await all(finder?.items(`bob@${server.domain}`, { pageSize: 2 }) ?? [])
    expect(found.map(({ jid }) => jid.resource)).toEqual(resources)
    expect(heard.filter((text) => text.includes(ns.discoItems))).toHaveLength(3)
  })

  it('end where a page is empty, and fail where it comes again', async () => {
    const { disco, says, question } = await discover()
    const ends: Promise<unknown>[] = []
    const first = await question(() => ends.push(all(disco.items('a.test'))))
    const second = await question(() => says(items(first, one('a.test') + page('a'))))
    await says(items(second, page('a')))
    expect(await Promise.all(ends)).toMatchObject([[{ name: 'a.test' }]])

    const fails: Promise<unknown>[] = []
    const third = await question(() => fails.push(code(all(disco.items('a.test')))))
    const fourth = await question(() => says(items(third, one('a.test') + page('a'))))
    await says(items(fourth, one('a.test') + page('a')))
    expect(await Promise.all(fails)).toEqual(['protocol.bad-format'])
  })

  it('of who never ends are read up to a limit', async () => {
    const { disco, peer, says } = await discover()
    const failed = code(all(disco.items('a.test', { pageSize: 1_000 })))
    const full = one('a.test').repeat(1_000)
    for (let count = 0; count < listedItemLimit; count += 1_000)
      await says(items(await peer.next('iq'), full + page(`${count}`)))
    expect(await failed).toBe('protocol.policy-violation')
  })

  it.each([0, 1.5, 1_001])('refuse pages of %s', async (pageSize) => {
    const { disco } = await discover()
    await expect(disco.items('a.test', { pageSize })[Symbol.asyncIterator]().next()).rejects.toThrow(
      RangeError,
    )
  })
})
