import { describe, expect, it } from 'vitest'
import { StanzaError, type Room } from '../../src/index.js'
import { childOf, elementsOf, textOf, type HeardElement } from './heard.js'
import { failure, inside, outcomeOf, result, says, sentBy, tea } from './room.js'

const admin = 'http://jabber.org/protocol/muc#admin'
const owner = 'http://jabber.org/protocol/muc#owner'

/** The attributes of the one item that is set, and its reason. */
function itemOf(request: HeardElement | undefined) {
  const [query] = request === undefined ? [] : elementsOf(request)
  const [item, ...others] = query === undefined ? [] : elementsOf(query)
  expect({ ...request?.attributes, id: undefined }).toEqual({ to: tea, type: 'set', id: undefined })
  expect([query?.name, query?.namespace, others]).toEqual(['query', admin, []])
  const reason = item && childOf(item, 'reason')
  return { ...item?.attributes, ...(reason === undefined ? {} : { reason: textOf(reason) }) }
}

/** What is asked for with each deed: an affiliation goes with an address, a role with a nickname (§17.4). */
const deeds: readonly (readonly [
  string,
  (room: Room) => Promise<unknown>,
  Readonly<Record<string, string>>,
])[] = [
  ['kick (§8.2)', (room) => room.kick('Bob'), { nick: 'Bob', role: 'none' }],
  [
    'kick with a reason (§8.2)',
    (room) => room.kick('Bob', { reason: 'Avaunt' }),
    { nick: 'Bob', role: 'none', reason: 'Avaunt' },
  ],
  ['grant voice (§8.3)', (room) => room.setRole('Bob', 'participant'), { nick: 'Bob', role: 'participant' }],
  ['revoke voice (§8.4)', (room) => room.setRole('Bob', 'visitor'), { nick: 'Bob', role: 'visitor' }],
  ['make a moderator (§9.6)', (room) => room.setRole('Bob', 'moderator'), { nick: 'Bob', role: 'moderator' }],
  [
    'ban (§9.1)',
    (room) => room.ban('bob@example.test', { reason: 'Treason' }),
    { jid: 'bob@example.test', affiliation: 'outcast', reason: 'Treason' },
  ],
  [
    'ban whoever is behind a client (§9.1, §17.4)',
    (room) => room.ban('bob@example.test/desk'),
    { jid: 'bob@example.test', affiliation: 'outcast' },
  ],
  ...(['member', 'none', 'owner', 'admin'] as const).map(
    (affiliation) =>
      [
        `make ${affiliation} (§9.3, §9.4, §10.3, §10.6)`,
        (room: Room) => room.setAffiliation('bob@example.test', affiliation),
        { jid: 'bob@example.test', affiliation },
      ] as const,
  ),
]

describe('XEP-0045: rights', () => {
  it.each(deeds)('are asked for to %s', async (_, deed, item) => {
    const { room, peer } = await inside()
    const done = outcomeOf(deed(room))
    const request = await peer.next('iq')
    expect(itemOf(request)).toEqual(item)
    expect(done.is()).toBe('pending')
    await says(peer, result(request.attributes['id']))
    expect(done.is()).toBe('resolved')
  })

  it.each(['not-allowed', 'forbidden', 'conflict', 'item-not-found'])(
    'do not suffice: %s (§8.2, §9.1)',
    async (condition) => {
      const { room, peer } = await inside()
      const done = outcomeOf(room.kick('Bob'))
      const request = await peer.next('iq')
      await says(peer, failure(request.attributes['id'], condition))
      expect(done.is()).toBeInstanceOf(StanzaError)
      expect(done.is()).toMatchObject({ condition })
    },
  )

  it('are not granted by an occupant, who answers in the room’s place', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.kick('Bob'))
    const request = await peer.next('iq')
    await says(peer, result(request.attributes['id'], '', `${tea}/Bob`))
    expect(done.is()).toBe('pending')
    await says(peer, result(request.attributes['id']))
    expect(done.is()).toBe('resolved')
  })

  it('of all who have an affiliation are listed (§9.2, §9.5)', async () => {
    const { room, peer } = await inside()
    const listed = room.affiliated('outcast')
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ to: tea, type: 'get' })
    expect(elementsOf(request).flatMap(elementsOf)).toMatchObject([
      { name: 'item', attributes: { affiliation: 'outcast' } },
    ])
    await says(
      peer,
      result(
        request.attributes['id'],
        `<query xmlns='${admin}'><item affiliation='outcast' jid='bob@example.test'><reason>Treason</reason></item>` +
          `<item affiliation='outcast' jid='@@'/></query>`,
      ),
    )
    const [first, second] = await listed
    expect({ ...first, jid: String(first?.jid) }).toMatchObject({
      affiliation: 'outcast',
      jid: 'bob@example.test',
      reason: 'Treason',
    })
    expect(second).toMatchObject({ affiliation: 'outcast', jid: undefined })
  })

  it('are nobody’s on an empty list (§9.5)', async () => {
    const { room, peer } = await inside()
    const listed = room.affiliated('member')
    const request = await peer.next('iq')
    await says(peer, result(request.attributes['id'], `<query xmlns='${admin}'/>`))
    expect(await listed).toEqual([])
  })
})

describe('XEP-0045: what an owner does', () => {
  it('asks how the room can be (§10.2)', async () => {
    const { room, peer } = await inside()
    const configuration = room.configuration()
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ to: tea, type: 'get' })
    expect(elementsOf(request)).toMatchObject([{ name: 'query', namespace: owner, children: [] }])
    const form = `<x xmlns='jabber:x:data' type='form'><field var='muc#roomconfig_roomname' type='text-single'><value>Tea</value></field></x>`
    await says(peer, result(request.attributes['id'], `<query xmlns='${owner}'>${form}</query>`))
    expect((await configuration).fields).toMatchObject([{ name: 'muc#roomconfig_roomname', values: ['Tea'] }])
  })

  it('is told that there is nothing to configure (§10.1.1)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(room.configuration())
    const request = await peer.next('iq')
    await says(peer, result(request.attributes['id'], `<query xmlns='${owner}'/>`))
    expect(done.is()).toMatchObject({ name: 'ProtocolError' })
  })

  it('says how the room is to be (§10.2)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => outcomeOf(room.configure({ 'muc#roomconfig_maxusers': 20 })))
    expect(sent?.attributes).toMatchObject({ to: tea, type: 'set' })
    const [query] = sent === undefined ? [] : elementsOf(sent)
    const [form] = query === undefined ? [] : elementsOf(query)
    expect([query?.namespace, form?.namespace, form?.attributes['type']]).toEqual([
      owner,
      'jabber:x:data',
      'submit',
    ])
    expect(
      form && elementsOf(form).map((each) => [each.attributes['var'], textOf(childOf(each, 'value'))]),
    ).toEqual([
      ['FORM_TYPE', 'http://jabber.org/protocol/muc#roomconfig'],
      ['muc#roomconfig_maxusers', '20'],
    ])
  })

  it('ends the room, for another (§10.9)', async () => {
    const { room, peer } = await inside()
    const done = outcomeOf(
      room.destroy({ alternate: 'coffee@conference.example.test', reason: 'Macbeth doth come.' }),
    )
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ to: tea, type: 'set' })
    const destroy = elementsOf(request).flatMap(elementsOf)
    expect(destroy).toMatchObject([
      { name: 'destroy', namespace: owner, attributes: { jid: 'coffee@conference.example.test' } },
    ])
    expect(textOf(destroy[0] && childOf(destroy[0], 'reason'))).toBe('Macbeth doth come.')
    await says(peer, failure(request.attributes['id'], 'forbidden'))
    expect(done.is()).toMatchObject({ condition: 'forbidden' })
  })
})

describe('XEP-0045: an invitation through the room', () => {
  const user = 'http://jabber.org/protocol/muc#user'

  it('goes to the room, as a normal message (§7.8.2)', async () => {
    const { room, peer } = await inside()
    const [sent] = await sentBy(peer, () => room.invite('hecate@example.test', { reason: 'Hey' }))
    expect(sent?.attributes['to']).toBe(tea)
    expect([undefined, 'normal']).toContain(sent?.attributes['type'])
    const invite = sent && elementsOf(sent).flatMap(elementsOf)
    expect(invite).toMatchObject([
      { name: 'invite', namespace: user, attributes: { to: 'hecate@example.test' } },
    ])
    expect(textOf(invite?.[0] && childOf(invite[0], 'reason'))).toBe('Hey')
  })
})
