import { describe, expect, it } from 'vitest'
import { conditionOf } from '../spec/heard.js'
import { bob, item, meet, query, say } from '../features/acquaintances.js'
import { leaveNothingBehind } from './remains.js'

leaveNothingBehind('still')

const mallory = 'mallory@evil.test'
const push = (items: string, from: string | undefined, type = 'set') =>
  `<iq type='${type}' id='push'${from === undefined ? '' : ` from='${from}'`}>${query(items, 'forged')}</iq>`
const versions = "<ver xmlns='urn:xmpp:features:rosterver'/>"

/** Everybody but the account itself. */
const strangers = [
  ['a stranger', `${mallory}/x`],
  ['a contact', bob],
  ['a contact’s resource', `${bob}/desk`],
  ['one’s own server', 'example.test'],
  ['one’s own server, with a resource', 'example.test/roster'],
  ['another resource of the account', 'alice@example.test/phone'],
  ['the own resource', 'alice@example.test/desk'],
  ['another server', 'evil.test'],
  ['a subdomain', 'alice@im.example.test'],
] as const

/** A client with one contact, everything that watches the list, and what a push did to it. */
async function attacked(text: string) {
  const session = await meet(
    { presence: {} },
    { items: item(bob, "subscription='to'"), ver: 'v1', features: versions },
  )
  const { client, people, peer } = session
  const handshake = people.befriend('carol@example.test')
  const lists: (readonly string[])[] = []
  const requests: string[] = []
  client.roster$.subscribe((roster) => lists.push([...roster.keys()]))
  people.subscriptionRequest$.subscribe(({ from }) => requests.push(from.toString()))
  const { length } = peer.elements
  await say(peer, text)
  return {
    ...session,
    handshake,
    lists,
    requests,
    answers: peer.elements
      .slice(length)
      .filter(({ attributes }) => attributes['id'] === 'push')
      .map((answer) =>
        answer.attributes['type'] === 'error' ? conditionOf(answer) : answer.attributes['type'],
      ),
  }
}

describe('A1: a roster push', () => {
  it.each(strangers)('from %s changes nothing, and is answered as by nobody', async (_who, from) => {
    const { lists, answers, people } = await attacked(push(item(mallory, "subscription='both'"), from))
    expect(lists).toEqual([[bob]])
    expect(answers).toEqual(['cancel service-unavailable'])
    expect(people.standing(mallory)).toMatchObject({ to: 'none', from: 'unknown' })
  })

  it.each(strangers)('from %s removes nobody, and gives nobody a right', async (_who, from) => {
    const { lists, people, peer } = await attacked(
      push(item(bob, "subscription='remove'"), from) + push(item(bob, "subscription='both'"), from),
    )
    expect(lists).toEqual([[bob]])
    expect(people.standing(bob)).toMatchObject({ name: 'To' })
    await say(peer, `<iq type='get' id='ping' from='${bob}/desk'><ping xmlns='urn:xmpp:ping'/></iq>`)
    expect(conditionOf(peer.elements.at(-1))).toBe('cancel service-unavailable')
  })

  it.each(strangers)('from %s ends no handshake and answers no request', async (_who, from) => {
    const carol = 'carol@example.test'
    const { handshake, requests, people, peer } = await attacked(
      `<presence type='subscribe' from='dave@example.test'/>` +
        push(item(carol, "subscription='both'"), from),
    )
    await say(peer, push(item('dave@example.test', "subscription='from'"), from))
    expect(handshake.state).toMatchObject({ status: 'listing' })
    expect(requests).toEqual(['dave@example.test'])
    let waiting = 0
    people.subscriptionRequests$.subscribe(({ size }) => (waiting = size))
    expect(waiting).toBe(1)
  })

  it.each(strangers)(
    'from %s names no version: the next session asks by the true one',
    async (_who, from) => {
      const { lose, again } = await attacked(push(item(mallory), from))
      await lose()
      const { get } = await again()
      expect(JSON.stringify(get)).toContain('"ver":"v1"')
    },
  )

  it.each([
    ['two items', item(mallory) + item('eve@evil.test')],
    ['no item', ''],
    ['an item and something else', `${item(mallory)}<x xmlns='urn:x'/>`],
    ['an item without an address', "<item name='x'/>"],
    ['an item inside of another', `<item jid='@'>${item(mallory)}</item>`],
  ])('of one’s own account with %s changes nothing', async (_what, items) => {
    const { lists, answers } = await attacked(push(items, undefined))
    expect([lists, answers]).toEqual([[[bob]], ['modify bad-request']])
  })

  it.each(['result', 'error', 'get'])('of type %s changes nothing', async (type) => {
    const { lists } = await attacked(push(item(mallory), undefined, type))
    expect(lists).toEqual([[bob]])
  })

  it('inside of a message, a presence or another IQ is none', async () => {
    const inner = query(item(mallory))
    const { lists } = await attacked(
      `<message from='alice@example.test'>${inner}</message><presence from='alice@example.test'>${inner}</presence>` +
        `<iq type='set' id='push' from='alice@example.test'><x xmlns='urn:x'>${inner}</x></iq>`,
    )
    expect(lists).toEqual([[bob]])
  })

  it.each([undefined, 'alice@example.test', 'ALICE@Example.Test'])(
    'of the account itself counts: %j',
    async (from) => {
      const { lists, answers } = await attacked(push(item('dave@example.test'), from))
      expect([lists, answers]).toEqual([[[bob], [bob, 'dave@example.test']], ['result']])
    },
  )
})
