import { describe, expect, it } from 'vitest'
import type { Contacts } from '../../src/index.js'
import { childOf, elementsOf } from './heard.js'
import { bindFeature, online, rest } from './session.js'

const roster = 'jabber:iq:roster'
const query = (items: string, attributes = '') => `<query xmlns='${roster}'${attributes}>${items}</query>`

describe('the roster (RFC 6121 §2)', () => {
  /** A client that asked for the roster and was given these items. */
  async function given(items: string, login: Parameters<typeof online>[1] = {}) {
    const session = await online({ roster: true }, login)
    const get = await session.peer.next('iq')
    session.peer.say(`<iq type='result' id='${get.attributes['id']}'>${query(items)}</iq>`)
    await rest()
    let contacts: Contacts = new Map()
    session.client.roster$.subscribe((now) => (contacts = now))
    const push = async (content: string, attributes = '') => {
      const { length } = session.peer.elements
      session.peer.say(`<iq type='set' id='push'${attributes}>${content}</iq>`)
      await rest()
      return session.peer.elements.slice(length)
    }
    return { ...session, get, push, contacts: () => [...contacts.values()], jids: () => [...contacts.keys()] }
  }
  const bob = "<item jid='bob@example.test' subscription='both' name='Bob'/>"

  it('is asked for by an IQ get to the account, with no item and no ver that nobody offered (§2.1.3, §2.6.2)', async () => {
    const { get } = await given('')
    expect(get.attributes).toMatchObject({ type: 'get' })
    expect(get.attributes).not.toHaveProperty('to')
    expect(elementsOf(get)).toEqual([
      { prefix: '', name: 'query', namespace: roster, attributes: { xmlns: roster }, children: [] },
    ])
  })

  it('is asked for without a ver, or with one, where the server offers versions (§2.6.2)', async () => {
    const { get } = await given('', { features: bindFeature + "<ver xmlns='urn:xmpp:features:rosterver'/>" })
    expect([undefined, '']).toContain(childOf(get, 'query')?.attributes['ver'])
  })

  it('is asked for before the initial presence (§2.2)', async () => {
    const { peer } = await online({ roster: true, presence: {} })
    await rest()
    expect(peer.elements.slice(-2).map(({ name }) => name)).toEqual(['iq', 'presence'])
  })

  it('is not asked for where the app does not want it (§2.2)', async () => {
    const { peer } = await online({ roster: false, presence: {} })
    await rest()
    expect(peer.raw).not.toContain(roster)
  })

  it('holds every item of the result with all that it says (§2.1.2)', async () => {
    const { contacts } = await given(
      "<item jid='bob@example.test' name='Bob' subscription='to'><group>A</group><group>B</group></item>" +
        "<item jid='carol@example.test' ask='subscribe' approved='true'/>",
    )
    expect(contacts()).toMatchObject([
      { name: 'Bob', subscription: 'to', ask: false, approved: false, groups: ['A', 'B'] },
      { name: undefined, subscription: 'none', ask: true, approved: true, groups: [] },
    ])
  })

  it('takes approved in both spellings of a boolean (§2.1.2.1)', async () => {
    const { contacts } = await given(
      "<item jid='a@example.test' approved='1'/><item jid='b@example.test' approved='false'/>",
    )
    expect(contacts().map(({ approved }) => approved)).toEqual([true, false])
  })

  it('without items is an empty roster, and an error is none (§2.1.4)', async () => {
    const { jids } = await given('')
    expect(jids()).toEqual([])
    const { client, peer } = await online()
    const fetching = client.fetchRoster().catch((error: unknown) => error)
    const get = await peer.next('iq')
    peer.say(
      `<iq type='error' id='${get.attributes['id']}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    )
    expect(await fetching).toMatchObject({ code: 'stanza.item-not-found' })
  })

  it.each(['sideways', ''])('in a result ignores the subscription %j (§2.1.2.5)', async (subscription) => {
    const { contacts } = await given(`<item jid='bob@example.test' subscription='${subscription}'/>`)
    expect(contacts()).toMatchObject([{ subscription: 'none' }])
  })

  it('in a push ignores a subscription that is unknown (§2.1.2.5)', async () => {
    const { contacts, push } = await given('')
    await push(query("<item jid='bob@example.test' subscription='sideways'/>"))
    expect(contacts()).toMatchObject([{ subscription: 'none' }])
  })

  it.each([
    ['without from', ''],
    ['from the bare JID', " from='alice@example.test'"],
    ['from the bare JID, written differently (RFC 7622 §3)', " from='Alice@EXAMPLE.test'"],
  ])('follows a push %s and answers it with an empty result (§2.1.6)', async (_who, from) => {
    const { jids, push } = await given('')
    const [answer, ...more] = await push(query(bob), from)
    expect(jids()).toEqual(['bob@example.test'])
    expect(answer).toMatchObject({ name: 'iq', attributes: { type: 'result', id: 'push' }, children: [] })
    expect(more).toEqual([])
  })

  it.each([
    'mallory@evil.test',
    'example.test',
    'alice@example.test/desk',
    'alice@example.test/other',
    'alice@example.test.evil.test',
    'xalice@example.test',
    'alice@example.test@evil.test',
    '',
    ' ',
    '@',
    '/',
    'alice@example.test/',
    ' alice@example.test',
  ])('ignores a push from %j: no change, and no result (§2.1.6)', async (from) => {
    const { jids, push } = await given(bob)
    const answered = await push(
      query("<item jid='mallory@evil.test' subscription='both'/>"),
      ` from='${from}'`,
    )
    expect(jids()).toEqual(['bob@example.test'])
    expect(answered.map(({ attributes }) => attributes['type'])).toEqual(answered.map(() => 'error'))
  })

  it('believes the JID that the server bound, not the one that was asked for (§2.1.6, RFC 6120 §4.3.6)', async () => {
    const { jids, push } = await given('', { jid: 'alice.smith@example.test/desk' })
    await push(query("<item jid='mallory@evil.test'/>"), " from='alice@example.test'")
    expect(jids()).toEqual([])
    await push(query(bob), " from='alice.smith@example.test'")
    expect(jids()).toEqual(['bob@example.test'])
  })

  it.each([
    ['no item', ''],
    ['two items', `${bob}<item jid='carol@example.test'/>`],
    ['an item without jid', "<item name='nobody'/>"],
    ['an item whose jid is none', "<item jid='@'/>"],
  ])('does not change by a push with %s (§2.1.6)', async (_what, items) => {
    const { jids, push } = await given("<item jid='dave@example.test'/>")
    await push(query(items))
    expect(jids()).toEqual(['dave@example.test'])
  })

  it('loses what a push removes, and takes an item exactly as it is pushed (§2.4.1, §2.5.2)', async () => {
    const { contacts, jids, push } = await given(
      "<item jid='bob@example.test' name='Bob'><group>A</group></item><item jid='carol@example.test'/>",
    )
    await push(query("<item jid='carol@example.test' subscription='remove'/>"))
    await push(query("<item jid='bob@example.test' subscription='to'/>"))
    expect(jids()).toEqual(['bob@example.test'])
    expect(contacts()).toMatchObject([{ name: undefined, groups: [], subscription: 'to' }])
  })

  it('has one item for one contact, however its JID is written (RFC 7622 §3)', async () => {
    const { jids, push } = await given(bob)
    await push(query("<item jid='BOB@Example.TEST' subscription='remove'/>"))
    expect(jids()).toEqual([])
  })

  it('takes no result of another as its own (RFC 6120 §8.1.2.1)', async () => {
    const { client, peer } = await online()
    const fetching = client.fetchRoster().then((contacts) => [...contacts.keys()])
    const iqs = () => peer.elements.filter(({ name }) => name === 'iq')
    await rest()
    const id = iqs().at(-1)?.attributes['id']
    for (const from of ['mallory@evil.test', '', '@', 'alice@example.test.evil.test']) {
      peer.say(`<iq type='result' id='${id}' from='${from}'>${query("<item jid='mallory@evil.test'/>")}</iq>`)
    }
    await rest()
    peer.say(`<iq type='result' id='${id}'>${query(bob)}</iq>`)
    expect(await fetching).toEqual(['bob@example.test'])
  })
})
