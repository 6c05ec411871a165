import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { toBlockingElement } from '../../src/stanza/blocking.js'
import { toRoomUserElement, type RoomUserInput } from '../../src/stanza/muc.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import {
  configure,
  gather,
  hear,
  hearAll,
  knock,
  request,
  say,
  serverWithRooms,
  setSubject,
  tea,
} from './in-rooms.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
beforeEach(async () => {
  server = await serverWithRooms()
  ;[alice, bob] = await gather(server, 'alice', 'bob')
  return () => server.close()
})

const body = (text: string) => xml('body', ns.client, {}, text)
const send = (wire: Wire, to: string, type: string | undefined, ...children: readonly XmlElement[]) =>
  wire.send(xml('message', ns.client, { to, type, id: 'x' }, ...children))

describe('what a room calls those who are in it (XEP-0421)', () => {
  const idsOf = (elements: readonly XmlElement[]) =>
    elements.map((element) =>
      element.elements('occupant-id', ns.occupantId).map((each) => each.attribute('id')),
    )
  const forged = xml('occupant-id', ns.occupantId, { id: 'forged' })

  it('is with all that they say and show, whatever they write themselves', async () => {
    say(bob, 'Hello', forged)
    send(bob, `${tea}/alice`, 'chat', body('psst'), forged)
    bob.send(xml('presence', ns.client, { to: `${tea}/bob` }, forged))
    const ids = idsOf(await hearAll(alice))
    expect(ids).toEqual([[expect.any(String)], ids[0], ids[0]])
    expect(ids[0]).not.toEqual(['forged'])
  })

  it('is of the account: the same under every nickname, in what was said before, and not in another room', async () => {
    say(bob, 'Hello')
    const [first] = idsOf(await hearAll(alice))
    await hear(bob)
    bob.send(xml('presence', ns.client, { to: `${tea}/bob`, type: 'unavailable' }))
    await hear(bob)
    knock(bob, 'robert')
    const [, own, said] = idsOf(await hearAll(bob))
    expect([own, said]).toEqual([first, first])
    knock(bob, 'bob', {}, 'coffee@conference.localhost')
    const [elsewhere] = idsOf(await hearAll(bob))
    expect(elsewhere).toEqual([expect.any(String)])
    expect(elsewhere).not.toEqual(first)
    expect(first?.[0]).not.toContain('bob')
  })

  it('is another’s once the account is', async () => {
    say(bob, 'Hello')
    const [before] = idsOf(await hearAll(alice))
    server.removeAccount('bob')
    await server.addAccount({ username: 'bob', password: 'secret' })
    await hear(alice)
    const another = await logIn(server.connect(), 'bob', 'desk')
    knock(another, 'bob')
    await hear(another)
    const [after] = idsOf(await hearAll(alice))
    expect(after).toEqual([expect.any(String)])
    expect(after).not.toEqual(before)
  })
})

describe('what is said to all (XEP-0045 §7.4)', () => {
  it('is reflected to all, with its id, its language and one of the room’s own', async () => {
    const claims = [
      xml('stanza-id', ns.stanzaIds, { id: 'forged', by: tea }),
      xml('delay', ns.delay, { from: tea, stamp: '1970-01-01T00:00:00Z' }),
      xml('x', ns.roomUser, {}, xml('status', ns.roomUser, { code: '104' })),
    ]
    const kept = [
      xml('origin-id', ns.stanzaIds, { id: 'mine' }),
      xml('stanza-id', ns.stanzaIds, { id: 'other', by: 'carol@localhost' }),
      xml('active', ns.chatStates),
    ]
    bob.send(
      xml(
        'message',
        ns.client,
        { to: tea, type: 'groupchat', id: 'x', 'xml:lang': 'de' },
        body('Hallo'),
        ...claims,
        ...kept,
      ),
    )
    const [[one], [other]] = [await hearAll(alice), await hearAll(bob)]
    const [calledBy, id] = one?.children.slice(-2) ?? []
    expect(id).toMatchObject({ name: 'stanza-id', namespace: ns.stanzaIds })
    expect(one).toEqual(
      xml(
        'message',
        ns.client,
        { type: 'groupchat', id: 'x', 'xml:lang': 'de', from: `${tea}/bob`, to: 'alice@localhost/desk' },
        body('Hallo'),
        ...kept,
        calledBy,
        id,
      ),
    )
    expect(other?.children).toEqual(one?.children)
    expect(other?.attribute('to')).toBe('bob@localhost/desk')
  })

  it('comes back from who is not there, and from where no room is', async () => {
    const carol = await logIn(server.connect(), 'carol', 'desk')
    say(carol, 'Let me in')
    send(carol, 'nowhere@conference.localhost', 'groupchat', body('Hello?'))
    send(carol, 'conference.localhost', 'groupchat', body('Hello?'))
    expect(await hear(carol)).toEqual([
      'message error (room) not-acceptable (modify)',
      'message error nowhere@conference.localhost item-not-found (cancel)',
      'message error conference.localhost service-unavailable (cancel)',
    ])
    expect(await hear(alice)).toEqual([])
  })

  it.each([undefined, 'normal', 'chat', 'headline'])('is of type groupchat: %s is none', async (type) => {
    send(bob, tea, type, body('Hello'))
    expect(await hear(bob)).toEqual(['message error (room) bad-request (modify)'])
  })

  it('as an error is not answered', async () => {
    for (const to of [tea, 'nowhere@conference.localhost', 'conference.localhost', `${tea}/nobody`])
      send(bob, to, 'error', body('Hello'))
    expect(await hear(bob)).toEqual([])
    expect(await hear(alice)).toEqual([])
  })

  it('is not for visitors of a moderated room to say', async () => {
    await configure([alice, bob], { moderatedroom: '1' })
    const [carol] = await gather(server, 'carol')
    say(carol, 'May I?')
    expect(await hear(carol)).toEqual(['message error (room) forbidden (auth)'])
    say(bob, 'She was not asked.')
    expect(await hear(carol)).toEqual(['message groupchat /bob "She was not asked."'])
  })

  it('is kept for those who come if it has a body, and is nobody’s archive’s', async () => {
    send(bob, tea, 'groupchat', xml('composing', ns.chatStates))
    say(bob, 'Hello')
    expect(await hear(alice)).toEqual(['message groupchat /bob', 'message groupchat /bob "Hello"'])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    carol.send(xml('presence', ns.client, { to: `${tea}/carol` }, xml('x', ns.room)))
    expect((await hear(carol)).filter((words) => words.startsWith('message'))).toEqual([
      'message groupchat /bob "Hello" earlier',
      'message groupchat (room) subject ""',
    ])
  })
})

describe('an occupant who is blocked (XEP-0191)', () => {
  it('is not heard, and learns nothing of that from what is said to all', async () => {
    alice.send(xml('iq', ns.client, { type: 'set', id: 'block' }, toBlockingElement('block', [`${tea}/bob`])))
    await hear(alice)
    say(bob, 'Hello')
    expect(await hear(bob)).toEqual(['message groupchat /bob "Hello"'])
    send(bob, `${tea}/alice`, 'chat', body('psst'))
    expect(await hear(bob)).toEqual(['message error /alice service-unavailable (cancel)'])
    expect(await hear(alice)).toEqual([])
  })
})

describe('the subject (XEP-0045 §8.1)', () => {
  it('is changed by moderators', async () => {
    setSubject(alice, 'Biscuits')
    expect(await hear(bob)).toEqual(['message groupchat /alice subject "Biscuits"'])
    setSubject(bob, 'Cake')
    expect(await hear(bob)).toEqual(['message error (room) forbidden (auth)'])
    setSubject(alice, '')
    expect(await hear(bob)).toEqual(['message groupchat /alice subject ""'])
  })

  it('is changed by participants where owners say so', async () => {
    await configure([alice, bob], { changesubject: '1' })
    setSubject(bob, 'Cake')
    expect(await hear(alice)).toEqual(['message groupchat /bob subject "Cake"'])
  })

  it.each([
    ['with a body', body('Hello')],
    ['with a thread', xml('thread', ns.client, {}, 't')],
  ])('is not changed by a message %s', async (_, child) => {
    send(bob, tea, 'groupchat', xml('subject', ns.client, {}, 'Cake'), child)
    expect((await hear(alice))[0]).toMatch(/^message groupchat \/bob .*subject "Cake"$/)
    const [carol] = await gather(server, 'carol')
    request(carol, 'get', xml('query', ns.discoInfo))
    const [info] = await hearAll(carol)
    const fields = info?.child('query', ns.discoInfo)?.child('x', ns.dataForm)?.elements('field') ?? []
    const subject = fields.find((field) => field.attribute('var') === 'muc#roominfo_subject')
    expect(subject?.child('value')?.text()).toBe('')
  })
})

describe('what is said in private (XEP-0045 §7.5)', () => {
  it('reaches one alone, and says that it is of the room', async () => {
    const [carol] = await gather(server, 'carol')
    await Promise.all([hear(alice), hear(bob)])
    const forged = toRoomUserElement({ statuses: [110] })
    send(bob, `${tea}/alice`, 'chat', body('psst'), forged)
    const [got, ...more] = await hearAll(alice)
    expect(got?.attribute('from')).toBe(`${tea}/bob`)
    expect(got?.attribute('id')).toBe('x')
    expect(got?.elements('x', ns.roomUser)).toEqual([toRoomUserElement({})])
    expect(more).toEqual([])
    expect(await hear(carol)).toEqual([])
    expect(await hear(bob)).toEqual([])
  })

  it.each([
    ['chat', `${tea}/nobody`, 'item-not-found (cancel)'],
    ['groupchat', `${tea}/alice`, 'bad-request (modify)'],
  ])('of type %s to %s comes back with %s', async (type, to, error) => {
    send(bob, to, type, body('psst'))
    expect(await hear(bob)).toEqual([`message error ${to.slice(tea.length)} ${error}`])
  })

  it('is not for those to say who are not there', async () => {
    const carol = await logIn(server.connect(), 'carol', 'desk')
    send(carol, `${tea}/alice`, 'chat', body('psst'))
    expect(await hear(carol)).toEqual(['message error /alice not-acceptable (modify)'])
    expect(await hear(alice)).toEqual([])
  })

  it('is not copied to one’s other devices by their server: the room knows who is there (XEP-0280 §6.1)', async () => {
    const sofa = await logIn(server.connect(), 'alice', 'sofa')
    sofa.send(xml('iq', ns.client, { type: 'set', id: 'c' }, xml('enable', ns.carbons)))
    await hear(sofa)
    send(bob, `${tea}/alice`, 'chat', body('psst'))
    expect(await hear(alice)).toEqual(['message chat /bob "psst"'])
    expect(await hear(sofa)).toEqual([])
  })
})

describe('an invitation through the room (XEP-0045 §7.8.2)', () => {
  const mediate = (wire: Wire, user: RoomUserInput) => send(wire, tea, undefined, toRoomUserElement(user))
  let carol: Wire
  beforeEach(async () => {
    carol = await logIn(server.connect(), 'carol', 'desk')
    carol.send(xml('presence', ns.client))
    await hear(carol)
  })

  it('says by whom and why, and can be declined', async () => {
    mediate(bob, { invitations: [{ to: 'carol@localhost', reason: 'Cake' }] })
    const [got] = await hearAll(carol)
    expect(got).toEqual(
      readFrame(
        `<message xmlns='jabber:client' id='x' from='${tea}' to='carol@localhost'><x xmlns='${ns.roomUser}'><invite from='bob@localhost'><reason>Cake</reason></invite></x></message>`,
      ),
    )
    bob.send(xml('presence', ns.client))
    await hear(bob)
    mediate(carol, { declines: [{ to: 'bob@localhost', reason: 'No time' }] })
    expect(await hear(bob)).toEqual(['message (room) decline from carol@localhost "No time"'])
    mediate(carol, { declines: [{ to: `${tea}/alice` }] })
    expect(await hear(alice)).toEqual(['message (room) decline from carol@localhost'])
  })

  it('brings the password', async () => {
    await configure([alice, bob], { passwordprotectedroom: '1', roomsecret: 'Earl Grey' })
    mediate(bob, { invitations: [{ to: 'carol@localhost' }] })
    expect(await hear(carol)).toEqual(['message (room) invite from bob@localhost Earl Grey'])
  })

  it('waits for who is away', async () => {
    mediate(bob, { invitations: [{ to: 'dave@localhost' }] })
    await hear(bob)
    const dave = await logIn(server.connect(), 'dave', 'desk')
    dave.send(xml('presence', ns.client))
    expect(await hear(dave)).toContain('message (room) invite from bob@localhost earlier')
  })

  it('makes a member where there must be one, and is for admins to send', async () => {
    await configure([alice, bob], { membersonly: '1' })
    // Bob was no member.
    mediate(bob, { invitations: [{ to: 'carol@localhost' }] })
    expect(await hear(bob)).toEqual(['message error (room) not-acceptable (modify)'])
    mediate(alice, { invitations: [{ to: 'carol@localhost' }] })
    expect(await hear(carol)).toEqual(['message (room) invite from alice@localhost'])
    const [other] = await gather(server, 'carol')
    mediate(other, { invitations: [{ to: 'dave@localhost' }] })
    expect(await hear(other)).toContain('message error (room) forbidden (auth)')
  })

  it.each<[string, RoomUserInput, string]>([
    ['nobody', { invitations: [{ reason: 'Cake' }] }, 'jid-malformed (modify)'],
    ['who is not there', { invitations: [{ to: 'nobody@localhost' }] }, 'item-not-found (cancel)'],
    [
      'somebody, and one who is not there',
      { invitations: [{ to: 'carol@localhost' }, { to: 'x@elsewhere.test' }] },
      'item-not-found (cancel)',
    ],
    ['no one', {}, 'bad-request (modify)'],
    ['nobody, as a decline', { declines: [{}] }, 'jid-malformed (modify)'],
    ['who is not there, as a decline', { declines: [{ to: `${tea}/nobody` }] }, 'item-not-found (cancel)'],
  ])('is not sent to %s', async (_, user, error) => {
    mediate(bob, user)
    expect(await hear(bob)).toEqual([`message error (room) ${error}`])
    expect(await hear(carol)).toEqual([])
  })

  it('is not for those to send who are not there', async () => {
    mediate(carol, { invitations: [{ to: 'dave@localhost' }] })
    expect(await hear(carol)).toEqual(['message error (room) not-acceptable (modify)'])
  })
})
