import { describe, expect, it } from 'vitest'
import { clientInformation, discovery, ns, receipts, xml } from '../../src/index.js'
import { childOf, conditionOf, elementsOf, textOf, type HeardElement } from '../spec/heard.js'
import type { Peer } from '../spec/peer.js'
import { answersTo, online, rest } from '../spec/session.js'
import { featuresOf, queryOf, verOf } from './capabilities.js'

const own = 'alice@example.test/phone'
const asks = (node?: string, from = own, type = 'get', namespace: string = ns.discoInfo) =>
  `<iq type='${type}' id='d1' from='${from}'><query xmlns='${namespace}'${node === undefined ? '' : ` node='${node}'`}/></iq>`
const always = [ns.discoInfo, ns.caps, ns.ping]
const capsOf = (presence: HeardElement) => childOf(presence, 'c')?.attributes

/** What the client says of itself. */
async function told(peer: Peer, node?: string) {
  const [iq] = await answersTo(peer, asks(node))
  return queryOf(iq)
}

/** The next presence with a hash in it. */
async function shown(peer: Peer): Promise<HeardElement> {
  for (;;) {
    const presence = await peer.next('presence')
    if (capsOf(presence) !== undefined) return presence
  }
}

describe('what a client says of itself (XEP-0030 §3)', () => {
  it('is nothing as long as the app uses nothing that is announced', async () => {
    const { peer } = await online({ presence: {} })
    expect(elementsOf(await peer.next('presence'))).toEqual([])
    const [iq] = await answersTo(peer, asks())
    expect(conditionOf(iq)).toBe('cancel service-unavailable')
  })

  it('is what the app uses, from then on', async () => {
    const { client, peer } = await online()
    client.use(receipts)
    const before = await told(peer)
    expect(featuresOf(before)).toEqual([...always, ns.receipts].toSorted())
    expect(before && childOf(before, 'identity')?.attributes).toEqual({ category: 'client', type: 'pc' })
    client.use(discovery)
    client.use((host) =>
      clientInformation(host, { software: { name: 'App', version: '1' }, idleMs: () => undefined }),
    )
    expect(featuresOf(await told(peer))).toEqual(
      [...always, ns.receipts, ns.discoItems, ns.version, ns.time, ns.lastActivity].toSorted(),
    )
  })

  it('stays what it was where discovery is used once more', async () => {
    const { client, peer } = await online()
    const phone = [{ category: 'client', type: 'phone' }]
    const wrong = () => client.use((host) => discovery(host, { identities: [] }))
    expect(wrong).toThrow('at least one identity')
    client.use((host) => discovery(host, { identities: phone }))
    expect(() => client.use(discovery)).toThrow(/already handled: a client uses what answers it once/)
    const query = await told(peer)
    expect(query && childOf(query, 'identity')?.attributes).toEqual(phone[0])
  })

  it('is what the app calls it', async () => {
    const { client, peer } = await online()
    const identities = [
      { category: 'client', type: 'phone', name: 'My app', lang: 'en' },
      { category: 'client', type: 'phone', name: 'Mon appli', lang: 'fr' },
    ]
    client.use((host) => discovery(host, { identities }))
    const query = await told(peer)
    expect(
      query && elementsOf(query).flatMap(({ name, attributes }) => (name === 'identity' ? [attributes] : [])),
    ).toEqual(identities.map(({ lang, ...identity }) => ({ ...identity, 'xml:lang': lang })))
  })

  it.each([
    ['no identity', { identities: [] }],
    ['an identity without a type', { identities: [{ category: 'client', type: '' }] }],
    ['twice the same', { identities: ['A', 'B'].map((name) => ({ category: 'client', type: 'pc', name })) }],
    ['an empty node', { node: '' }],
    ['what XML cannot carry', { node: '\u0000' }],
  ])('cannot be %s', async (_, description) => {
    const { client } = await online()
    expect(() => client.use((host) => discovery(host, description))).toThrow(RangeError)
  })

  it('has nothing that belongs to it (XEP-0030 §4)', async () => {
    const { client, peer } = await online()
    client.use(discovery)
    const [items] = await answersTo(peer, asks(undefined, own, 'get', ns.discoItems))
    expect(queryOf(items)?.children).toEqual([])
    const [part] = await answersTo(peer, asks('n', own, 'get', ns.discoItems))
    expect(conditionOf(part)).toBe('cancel item-not-found')
  })

  it.each([ns.discoInfo, ns.discoItems])('is not set by others: %s', async (namespace) => {
    const { client, peer } = await online()
    client.use(discovery)
    const [iq] = await answersTo(peer, asks(undefined, own, 'set', namespace))
    expect(conditionOf(iq)).toBe('modify bad-request')
  })
})

describe('the hash in one’s presence (XEP-0115 §6)', () => {
  const used = [...always, ns.receipts]

  it('is in the first presence where everything was used before, and makes no second one', async () => {
    const { client, peer } = await online()
    client.use(receipts)
    const ver = verOf(...used)
    for (let query; query === undefined;) query = await told(peer, `data:,xmpp-machines#${ver}`)
    client.sendPresence({ show: 'away' })
    await rest()
    const presences = peer.elements.filter(({ name }) => name === 'presence')
    expect(presences.map(capsOf)).toMatchObject([{ hash: 'sha-1', node: 'data:,xmpp-machines', ver }])
  })

  it('is answered for under its node, and under those just before (XEP-0390 §5.1)', async () => {
    const { client, peer } = await online({ presence: {} })
    client.use(receipts)
    const first = capsOf(await shown(peer))
    client.use(discovery)
    const second = capsOf(await shown(peer))
    expect([first?.['ver'], second?.['ver']]).toEqual([verOf(...used), verOf(...used, ns.discoItems)])
    const nodes = [first, second].map((caps) => `${caps?.['node']}#${caps?.['ver']}`)
    const queries = [await told(peer, nodes[0]), await told(peer, nodes[1])]
    expect(queries.map((query) => query?.attributes['node'])).toEqual(nodes)
    expect(queries.map((query) => featuresOf(query).length)).toEqual([used.length, used.length + 1])
    const [unknown] = await answersTo(peer, asks(`${first?.['node']}#other`))
    expect(conditionOf(unknown)).toBe('cancel item-not-found')
  })

  it('is said again when it changes, with what was announced', async () => {
    const { client, peer } = await online({ presence: { show: 'dnd' } })
    client.use(receipts)
    const presence = await shown(peer)
    expect(childOf(presence, 'show')?.children).toEqual(['dnd'])
  })

  it('goes to one alone as well, and takes the place of another in what the app sends', async () => {
    const { client, peer } = await online({ presence: {} })
    client.use(receipts)
    await shown(peer)
    const payloads = [xml('c', ns.caps, { hash: 'sha-1', node: 'n', ver: 'old' }), xml('x', 'urn:example')]
    client.sendPresence({ to: 'room@conference.example.test/nick', payloads })
    const directed = await peer.next('presence')
    expect(elementsOf(directed).map(({ name, namespace }) => `${name} ${namespace}`)).toEqual([
      'x urn:example',
      `c ${ns.caps}`,
    ])
    expect(capsOf(directed)).toMatchObject({ ver: verOf(...used) })
  })

  it('is in no presence that is not available', async () => {
    const { client, peer } = await online({ presence: {} })
    client.use(receipts)
    await shown(peer)
    client.sendPresence({ to: 'bob@example.test', type: 'subscribe' })
    client.sendPresence({ type: 'unavailable' })
    expect([elementsOf(await peer.next('presence')), elementsOf(await peer.next('presence'))]).toEqual([
      [],
      [],
    ])
  })

  it('tells nobody by itself before anything was announced', async () => {
    const { client, peer } = await online({ presence: false })
    client.use(receipts)
    await told(peer)
    await rest()
    expect(peer.elements.filter(({ name }) => name === 'presence')).toEqual([])
  })

  it('can be the one that cannot be forged, alone or beside it (XEP-0390)', async () => {
    const { client, peer } = await online({ presence: {} })
    client.use((host) => discovery(host, { caps: ['xep-0390', 'xep-0115'] }))
    const presence = await shown(peer)
    const set = elementsOf(presence).find(({ namespace }) => namespace === ns.capabilityHashes)
    const hash = set && childOf(set, 'hash')
    expect(hash?.attributes['algo']).toBe('sha-256')
    const query = await told(peer, `urn:xmpp:caps#sha-256.${textOf(hash)}`)
    expect(featuresOf(query)).toContain(ns.capabilityHashes)
    expect(query && childOf(query, 'identity')?.attributes['xml:lang']).toBe('')
  })
})
