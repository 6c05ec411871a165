import { describe, expect, it } from 'vitest'
import { discovery, StanzaError } from '../../src/index.js'
import { childOf, elementsOf, textOf, type HeardElement } from './heard.js'
import {
  at,
  body,
  delay,
  entering,
  failure,
  gone,
  groupchat,
  inside,
  nicknamesIn,
  outside,
  own,
  present,
  refused,
  result,
  says,
  seen,
  sentBy,
  statusOf,
  subject,
  tea,
} from './room.js'
import { answersTo, rest } from './session.js'

const muc = 'http://jabber.org/protocol/muc'
const extensionOf = (entrance: HeardElement) => childOf(entrance, 'x')
const historyOf = (entrance: HeardElement) =>
  childOf(extensionOf(entrance) ?? entrance, 'history')?.attributes

describe('XEP-0045: entering a room', () => {
  it('says at the door that one speaks the protocol, in a presence without a type (§7.2.1)', async () => {
    const { entrance } = await entering()
    const { to, type } = entrance.attributes
    expect({ to, type }).toEqual({ to: at('Alice'), type: undefined })
    expect(extensionOf(entrance)).toMatchObject({ namespace: muc, children: [] })
  })

  it('sends nothing before it is asked to', async () => {
    const { room, peer } = await outside()
    expect(await sentBy(peer, () => undefined)).toEqual([])
    expect(room.state).toEqual({ status: 'outside', exit: undefined })
  })

  it('is not in before the room says so of oneself (§7.2.2)', async () => {
    const { room, peer, outcome } = await entering()
    await says(peer, present('Bob') + present('Carol'))
    expect([statusOf(room), outcome.is()]).toEqual(['joining', 'pending'])
    await says(peer, own())
    expect([statusOf(room), outcome.is()]).toEqual(['joined', 'resolved'])
  })

  it('tells who is there as a whole, once the list is complete (§7.2.2)', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.occupants$)
    await says(peer, present('Bob', { role: 'moderator', affiliation: 'owner' }) + present('Carol') + own())
    expect(values.map((occupants) => [...occupants.keys()])).toEqual([[], ['Bob', 'Carol', 'Alice']])
    expect(room.occupants.get('Bob')).toMatchObject({
      role: 'moderator',
      affiliation: 'owner',
      jid: undefined,
      isSelf: false,
    })
    expect(room.occupants.get('Alice')).toMatchObject({ isSelf: true })
  })

  it('tells of nobody who came before oneself that they enter (§7.1)', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.occupantChange$)
    await says(peer, present('Bob') + own() + subject() + present('Carol'))
    expect(values).toMatchObject([{ kind: 'entered', occupant: { nickname: 'Carol' } }])
  })

  it('goes by the name that the room has given one (§7.2.2)', async () => {
    const { room, peer } = await entering({ nickname: 'ALICE' })
    await says(peer, own('alice', { codes: [210] }) + subject())
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'alice' })
    expect(nicknamesIn(room)).toEqual(['alice'])
    const [sent] = await sentBy(peer, () => void room.leave())
    expect(sent?.attributes['to']).toBe(at('alice'))
  })

  it('tells who somebody is, where the room does (§7.2.3)', async () => {
    const { room, peer } = await inside()
    await says(peer, present('Carol', { item: `jid='carol@example.test/home'` }))
    expect(String(room.occupants.get('Carol')?.jid)).toBe('carol@example.test/home')
  })

  it.each([
    ['that everybody sees who one is (§7.2.3, §14.5)', 100],
    ['that what is said is published (§7.2.12, §14.3)', 170],
  ])('warns %s', async (_, code) => {
    const { room, peer } = await entering()
    const { values } = seen(room.notice$)
    await says(peer, own('Alice', { codes: [code] }))
    expect(values.some((codes) => codes.has(code))).toBe(true)
  })

  it('says the password at the door (§7.2.5)', async () => {
    const { entrance } = await entering({ password: 'cauldronburn' })
    const extension = extensionOf(entrance)
    expect(extension?.namespace).toBe(muc)
    expect(textOf(extension && childOf(extension, 'password'))).toBe('cauldronburn')
  })

  it.each([
    ['not-authorized', 'auth', 'a password is needed, §7.2.5'],
    ['registration-required', 'auth', 'members alone, §7.2.6'],
    ['forbidden', 'auth', 'banned, §7.2.7'],
    ['conflict', 'cancel', 'the nickname is taken, §7.2.8'],
    ['service-unavailable', 'wait', 'full, §7.2.9'],
    ['item-not-found', 'cancel', 'locked, §7.2.10'],
    ['not-allowed', 'cancel', 'may not be made, §10.1.1'],
    ['not-acceptable', 'cancel', 'the reserved nickname must be used, §7.2.17'],
    ['jid-malformed', 'modify', 'no nickname, §7.2.1'],
  ])('is refused with %s/%s (%s)', async (condition, type) => {
    const { room, peer, outcome, entrance } = await entering()
    const { id } = entrance.attributes
    await says(peer, refused(condition, { ...(id === undefined ? {} : { id }), type }))
    expect(outcome.is()).toBeInstanceOf(StanzaError)
    expect(outcome.is()).toMatchObject({ condition, type })
    expect(room.state).toMatchObject({ status: 'outside', exit: { kind: 'refused', error: { condition } } })
  })

  it('is refused by the room itself, which has no name for one (§7.2.1)', async () => {
    const { peer, outcome, entrance } = await entering()
    await says(
      peer,
      refused('jid-malformed', { id: entrance.attributes['id'] ?? '' }).replace(
        `'${at('Alice')}'`,
        `'${tea}'`,
      ),
    )
    expect(outcome.is()).toMatchObject({ condition: 'jid-malformed' })
  })
})

describe('XEP-0045: what was said before', () => {
  it.each([
    ['characters', { maxCharacters: 65_000 }, { maxchars: '65000' }],
    ['messages', { maxMessages: 20 }, { maxstanzas: '20' }],
    ['time', { seconds: 180 }, { seconds: '180' }],
    ['a moment, in UTC', { since: 0 }, { since: expect.stringMatching(/^1970-01-01T00:00:00(\.0+)?Z$/) }],
    ['no characters: nothing', { maxCharacters: 0 }, { maxchars: '0' }],
  ])('is limited by %s (§7.2.14)', async (_, history, attributes) => {
    const { entrance } = await entering({ history })
    expect(historyOf(entrance)).toEqual(attributes)
  })

  it('says that nothing is wanted as the protocol has it, however it is put (§7.2.14)', async () => {
    const { entrance } = await entering({ history: { maxMessages: 0 } })
    expect(historyOf(entrance)).toMatchObject({ maxchars: '0' })
  })

  it('has the moment at which it was said, by the room’s word (§7.2.13)', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.message$)
    const stamp = '2002-10-13T23:58:37Z'
    await says(
      peer,
      own() + groupchat('Bob', body('old') + delay(stamp)) + subject() + groupchat('Bob', body('new')),
    )
    expect(values.map(({ body, moment, nickname }) => [body, moment, nickname])).toEqual([
      ['old', Date.parse(stamp), 'Bob'],
      ['new', undefined, 'Bob'],
    ])
  })

  it.each([
    ['the room says, of what was held back', tea, true],
    ['one’s own server says, which held it back', 'example.test', true],
    ['somebody else says', 'bob@example.test/desk', false],
  ])('has, once it is told, the moment that %s: %s (§7.2.13)', async (_, from, isBelieved) => {
    const { room, peer } = await inside()
    const { values } = seen(room.message$)
    const stamp = '2002-10-13T23:58:37Z'
    await says(peer, groupchat('Bob', body('new') + delay(stamp, from)))
    expect(values.map(({ moment }) => moment)).toEqual([isBelieved ? Date.parse(stamp) : undefined])
  })

  it('has the moment that the room says, whatever who said it has dated it (§7.2.13)', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.message$)
    const [stamp, claimed] = ['2002-10-13T23:58:37Z', delay('2970-01-01T00:00:00Z', 'bob@example.test')]
    await says(peer, own() + groupchat('Bob', body('old') + claimed + delay(stamp)) + subject())
    expect(values.map(({ moment }) => moment)).toEqual([Date.parse(stamp)])
  })

  it('ends with the subject (§7.2.15)', async () => {
    const { room, peer } = await entering()
    await says(peer, own() + groupchat('Bob', body('old') + delay('2002-10-13T23:58:37Z')))
    expect(room.state).toMatchObject({ status: 'joined', isCurrent: false })
    await says(peer, subject('Tea', 'Bob'))
    expect(room.state).toMatchObject({ status: 'joined', isCurrent: true })
  })

  it('ends with a subject that is empty, or stamped (§7.2.15)', async () => {
    const { room, peer } = await entering()
    const { values } = seen(room.subject$)
    await says(peer, own() + groupchat(undefined, `<subject/>${delay('1610-04-20T00:00:00Z')}`))
    expect(room.state).toMatchObject({ isCurrent: true })
    expect(values).toEqual([{ text: '', nickname: undefined }])
  })

  it('has messages with a subject, which is none of the room (§7.2.15)', async () => {
    const { room, peer } = await entering()
    const [messages, subjects] = [seen(room.message$), seen(room.subject$)]
    await says(peer, own() + groupchat('Bob', `<subject>Scones</subject>${body('Warm')}`))
    expect([messages.values.length, subjects.values.length]).toEqual([1, 0])
    expect(room.state).toMatchObject({ isCurrent: false })
  })
})

describe('XEP-0045: making a room', () => {
  const made = own('Alice', { role: 'moderator', affiliation: 'owner', codes: [201] })

  it('accepts what the service has made of it (§10.1.2)', async () => {
    const { room, peer, outcome } = await entering()
    await says(peer, made)
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ to: tea, type: 'set' })
    const query = childOf(request, 'query')
    expect(query?.namespace).toBe(`${muc}#owner`)
    expect(query?.children).toMatchObject([
      { name: 'x', namespace: 'jabber:x:data', attributes: { type: 'submit' }, children: [] },
    ])
    await says(peer, result(request.attributes['id']))
    expect(outcome.is()).toBe('resolved')
    expect(room.state).toMatchObject({ status: 'joined', affiliation: 'owner', role: 'moderator' })
  })

  it('says how it is to be (§10.1.3)', async () => {
    const { peer, outcome } = await entering({ configuration: { 'muc#roomconfig_membersonly': true } })
    await says(peer, made)
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ to: tea, type: 'set' })
    const form = elementsOf(request).flatMap(elementsOf)
    expect(form).toMatchObject([{ namespace: 'jabber:x:data', attributes: { type: 'submit' } }])
    expect(
      form.flatMap(elementsOf).map((each) => [each.attributes['var'], textOf(childOf(each, 'value'))]),
    ).toEqual([
      ['FORM_TYPE', `${muc}#roomconfig`],
      ['muc#roomconfig_membersonly', '1'],
    ])
    expect(outcome.is()).toBe('pending')
    await says(peer, result(request.attributes['id']))
    expect(outcome.is()).toBe('resolved')
  })

  it('does not leave a room locked that it could not set up as it was to be', async () => {
    const { room, peer, outcome } = await entering({ configuration: { 'muc#roomconfig_membersonly': true } })
    await says(peer, made)
    const question = await peer.next('iq')
    await says(peer, failure(question.attributes['id'], 'service-unavailable'))
    const exit = await peer.next('presence')
    expect(exit.attributes).toMatchObject({ to: at('Alice'), type: 'unavailable' })
    await says(peer, gone())
    expect(outcome.is()).toMatchObject({ condition: 'service-unavailable' })
    expect(statusOf(room)).toBe('outside')
  })

  it('is found out by who asks what one understands (§6.7, XEP-0249 §3)', async () => {
    const { client, peer } = await outside()
    client.use(discovery)
    await rest()
    const answers = await answersTo(
      peer,
      `<iq type='get' id='d1' from='example.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    )
    const features = answers.flatMap(elementsOf).flatMap(elementsOf)
    expect(features.map(({ attributes }) => attributes['var'])).toEqual(
      expect.arrayContaining([muc, 'jabber:x:conference']),
    )
  })
})
