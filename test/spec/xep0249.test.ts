import { describe, expect, it } from 'vitest'
import { elementsOf } from './heard.js'
import { at, inside, outcomeOf, outside, result, says, seen, sentBy, tea } from './room.js'

const user = 'http://jabber.org/protocol/muc#user'
const direct = (attributes: string, from = 'bob@example.test/desk') =>
  `<message from='${from}'><x xmlns='jabber:x:conference' ${attributes}/></message>`
const mediated = (from: string, content = '') =>
  `<message from='${from}'><x xmlns='${user}'><invite from='bob@example.test/desk'><reason>Hey</reason></invite>` +
  `<password>cauldronburn</password></x>${content}</message>`

describe('an invitation from person to person (XEP-0249)', () => {
  it('is told, with what it is good for (§2)', async () => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, direct(`jid='${tea}' password='cauldronburn' reason='Hey' continue='true' thread='t1'`))
    expect(values.map((each) => ({ ...each, room: String(each.room), from: String(each.from) }))).toEqual([
      { room: tea, from: 'bob@example.test/desk', reason: 'Hey', password: 'cauldronburn', isDirect: true },
    ])
  })

  it.each([
    ['no room', ''],
    ['an address that is none', "jid='@@'"],
    ['a service', "jid='conference.example.test'"],
  ])('to %s is none (§2)', async (_, attributes) => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, direct(attributes))
    expect(values).toEqual([])
  })

  it('to a room that one is in is discarded (§4)', async () => {
    const { rooms, peer } = await inside()
    const { values } = seen(rooms.invitation$)
    await says(peer, direct(`jid='${tea}'`) + mediated(tea) + direct("jid='coffee@conference.example.test'"))
    expect(values.map(({ room }) => String(room))).toEqual(['coffee@conference.example.test'])
  })

  it('is declined by saying nothing (§2)', async () => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, direct(`jid='${tea}'`))
    const [invitation] = values
    expect(invitation).toBeDefined()
    expect(await sentBy(peer, () => invitation && rooms.decline(invitation))).toEqual([])
  })

  it('goes to the person, with the password that one has given the room since (§2)', async () => {
    const { room, peer } = await inside({ password: 'cauldronburn' })
    const configured = outcomeOf(room.configure({ 'muc#roomconfig_roomsecret': 'openSesame' }))
    const request = await peer.next('iq')
    await says(peer, result(request.attributes['id']))
    expect(configured.is()).toBe('resolved')
    const [sent] = await sentBy(peer, () => room.invite('hecate@example.test', { direct: true }))
    expect(sent && elementsOf(sent)[0]?.attributes['password']).toBe('openSesame')
  })

  it('goes to the person, with the password that one came in by (§2)', async () => {
    const { room, peer } = await inside({ password: 'cauldronburn' })
    const [sent] = await sentBy(peer, () =>
      room.invite('hecate@example.test', { direct: true, reason: 'Hey' }),
    )
    expect(sent?.attributes['to']).toBe('hecate@example.test')
    expect(sent && elementsOf(sent)).toMatchObject([
      {
        name: 'x',
        namespace: 'jabber:x:conference',
        attributes: { jid: tea, password: 'cauldronburn', reason: 'Hey' },
        children: [],
      },
    ])
  })
})

describe('an invitation through the room (XEP-0045 §7.8.2)', () => {
  it('is told, and declined through the room', async () => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, mediated(tea))
    const [invitation] = values
    expect(invitation).toMatchObject({ reason: 'Hey', password: 'cauldronburn', isDirect: false })
    expect([String(invitation?.room), String(invitation?.from)]).toEqual([tea, 'bob@example.test/desk'])
    const [sent] = await sentBy(peer, () => invitation && rooms.decline(invitation, { reason: 'Busy' }))
    expect(sent?.attributes['to']).toBe(tea)
    expect([undefined, 'normal']).toContain(sent?.attributes['type'])
    expect(sent && elementsOf(sent).flatMap(elementsOf)).toMatchObject([
      {
        name: 'decline',
        namespace: user,
        attributes: { to: 'bob@example.test/desk' },
        children: [{ name: 'reason' }],
      },
    ])
  })

  it('is told once where the room says it in both words', async () => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, mediated(tea, `<x xmlns='jabber:x:conference' jid='${tea}'>Hey</x>`))
    expect(values).toMatchObject([{ isDirect: false }])
  })

  it.each([
    ['an occupant', at('Bob')],
    ['somebody’s client', 'bob@example.test/desk'],
    ['a service', 'conference.example.test'],
  ])('does not come from %s', async (_, from) => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, mediated(from))
    expect(values).toEqual([])
  })

  it('that came back is none', async () => {
    const { rooms, peer } = await outside()
    const { values } = seen(rooms.invitation$)
    await says(peer, mediated(tea).replace('<message', "<message type='error'"))
    expect(values).toEqual([])
  })

  it('that is declined is told to who has asked, by the room alone', async () => {
    const { rooms, peer } = await inside()
    const { values } = seen(rooms.decline$)
    const decline = (from: string) =>
      `<message from='${from}'><x xmlns='${user}'><decline from='bob@example.test'><reason>Busy</reason></decline></x></message>`
    await says(peer, decline(tea) + decline(at('Mallory')) + decline('mallory@example.test/x'))
    expect(values.map((each) => ({ ...each, room: String(each.room), from: String(each.from) }))).toEqual([
      { room: tea, from: 'bob@example.test', reason: 'Busy' },
    ])
  })
})
