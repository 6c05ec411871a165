import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { parseRoster, toRosterElement, type RosterInput } from '../../src/stanza/roster.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    limits: { rosterItems: 3, groupsPerItem: 2, rosterNameUnits: 10 },
  })
  alice = await logIn(server.connect(), 'alice', 'desk')
  return () => server.close()
})

const carol = 'carol@elsewhere.test'
const dave = 'dave@elsewhere.test'

async function get(wire: Wire, ver?: string) {
  const answer = await wire.request('get', toRosterElement({ ver }))
  const [payload] = answer.elements()
  return payload === undefined ? 'nothing' : parseRoster(payload)
}

async function set(wire: Wire, ...items: RosterInput['items'] & {}): Promise<readonly string[]> {
  wire.send(xml('iq', ns.client, { type: 'set', id: 'set' }, toRosterElement({ items })))
  return wire.heard()
}

describe('a roster', () => {
  it('is empty at first, and has no version for those who do not ask for one', async () => {
    expect(await get(alice)).toMatchObject({ ver: undefined, items: [] })
  })

  it('keeps what is put into it, as it was put', async () => {
    await set(alice, { jid: carol, name: 'Carol', groups: ['Work', 'Chess'] })
    expect(await get(alice)).toMatchObject({
      items: [{ name: 'Carol', subscription: 'none', ask: false, groups: ['Work', 'Chess'] }],
    })
    await set(alice, { jid: carol })
    expect(await get(alice)).toMatchObject({ items: [{ name: undefined, groups: [] }] })
  })

  it('pushes a change to who has asked for it, then answers (RFC 6121 §2.3.2)', async () => {
    await get(alice)
    expect(await set(alice, { jid: carol })).toEqual([
      'push carol@elsewhere.test none',
      'iq result from alice@localhost',
    ])
    expect(await set(alice, { jid: carol, subscription: 'remove' })).toEqual([
      'push carol@elsewhere.test remove',
      'iq result from alice@localhost',
    ])
  })

  it('ignores what a client claims about a subscription (RFC 6121 §2.1.5)', async () => {
    await set(alice, { jid: carol, subscription: 'both', ask: true, approved: true })
    expect(await get(alice)).toMatchObject({ items: [{ subscription: 'none', ask: false, approved: false }] })
  })
})

describe('a wrong change', () => {
  const item = (attributes: Record<string, string>, ...groups: readonly string[]) =>
    xml('item', ns.roster, attributes, ...groups.map((group) => xml('group', ns.roster, {}, group)))
  it.each<[string, readonly XmlElement[], string]>([
    ['no item', [], 'bad-request'],
    ['two items', [item({ jid: carol }), item({ jid: dave })], 'bad-request'],
    ['no address', [item({})], 'jid-malformed'],
    ['no valid address', [item({ jid: '@' })], 'jid-malformed'],
    ['a full JID', [item({ jid: `${carol}/r` })], 'bad-request'],
    ['oneself', [item({ jid: 'alice@localhost' })], 'not-allowed'],
    ['the same group twice', [item({ jid: carol }, 'a', 'a')], 'bad-request'],
    ['a group without a name', [item({ jid: carol }, '')], 'not-acceptable'],
    ['too many groups', [item({ jid: carol }, 'a', 'b', 'c')], 'not-acceptable'],
    ['too long a group', [item({ jid: carol }, 'a'.repeat(11))], 'not-acceptable'],
    ['too long a name', [item({ jid: carol, name: 'a'.repeat(11) })], 'not-acceptable'],
    ['removing nobody', [item({ jid: carol, subscription: 'remove' })], 'item-not-found'],
    ['something else', [xml('other', ns.roster)], 'jid-malformed'],
  ])('with %s is refused and changes nothing', async (_, items, condition) => {
    const answer = await alice.request('set', xml('query', ns.roster, {}, ...items))
    expect(inShort(answer)).toBe(`iq error ${condition} from alice@localhost`)
    expect(await get(alice)).toMatchObject({ items: [] })
  })

  it('of somebody else’s roster is forbidden, and so is reading it', async () => {
    const query = toRosterElement({ items: [{ jid: carol }] })
    expect(inShort(await alice.request('set', query, 'bob@localhost'))).toContain('forbidden')
    expect(inShort(await alice.request('get', toRosterElement(), 'bob@localhost'))).toContain('forbidden')
  })

  it('that would make it too long is refused, and so is asking one more', async () => {
    for (const name of ['a', 'b', 'c']) await set(alice, { jid: `${name}@elsewhere.test` })
    expect(await set(alice, { jid: carol })).toEqual(['iq error resource-constraint from alice@localhost'])
    expect(await set(alice, { jid: 'a@elsewhere.test', name: 'A' })).toEqual([
      'iq result from alice@localhost',
    ])
    alice.send(xml('presence', ns.client, { type: 'subscribe', to: 'bob@localhost' }))
    expect(await alice.heard()).toEqual(['presence error resource-constraint from bob@localhost'])
  })
})

describe('roster versions (RFC 6121 §2.6)', () => {
  it('are given to who asks with one, even an empty one', async () => {
    const roster = await get(alice, '')
    expect(roster).toMatchObject({ items: [] })
    expect(typeof roster === 'object' && roster.ver).toBeTruthy()
  })

  it('spare the roster, and bring the last state of what has changed', async () => {
    await set(alice, { jid: carol })
    await set(alice, { jid: dave })
    const first = await get(alice, 'unknown')
    if (typeof first !== 'object') throw new Error('no roster')
    expect(await get(alice, first.ver)).toBe('nothing')
    expect(await alice.heard()).toEqual([])
    await set(alice, { jid: dave, name: 'D' })
    await set(alice, { jid: carol, name: 'C' })
    await set(alice, { jid: carol, subscription: 'remove' })
    const phone = await logIn(server.connect(), 'alice', 'phone')
    expect(await get(phone, first.ver)).toBe('nothing')
    const pushes = [await phone.element('iq'), await phone.element('iq')]
    expect(pushes.map(inShort)).toEqual(['push dave@elsewhere.test none', 'push carol@elsewhere.test remove'])
    const versions = pushes.map((push) => push.child('query', ns.roster)?.attribute('ver'))
    expect(new Set([first.ver, ...versions]).size).toBe(3)
    expect(await get(phone, versions[1])).toBe('nothing')
    expect(await phone.heard()).toEqual([])
  })

  it('come with every push to who uses them, and to nobody else', async () => {
    await get(alice, '')
    const phone = await logIn(server.connect(), 'alice', 'phone')
    await get(phone)
    alice.send(xml('iq', ns.client, { type: 'set', id: 'set' }, toRosterElement({ items: [{ jid: carol }] })))
    expect((await alice.element('iq')).child('query', ns.roster)?.attribute('ver')).toBeTruthy()
    expect((await phone.element('iq')).child('query', ns.roster)?.attribute('ver')).toBeUndefined()
  })
})
