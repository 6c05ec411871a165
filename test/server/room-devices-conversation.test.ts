import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { toRoomAdminElement, toRoomOwnerElement } from '../../src/stanza/muc-admin.js'
import { toPingElement } from '../../src/stanza/ping.js'
import { toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { toVersionElement } from '../../src/stanza/version.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import {
  configure,
  enter,
  gather,
  hear,
  hearAll,
  knock,
  request,
  say,
  serverWithRooms,
  tea,
  told,
} from './in-rooms.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
/** Another session of bob’s, under the same nickname. */
let phone: Wire
beforeEach(async () => {
  server = await serverWithRooms({ timeouts: { resumptionMs: 60_000 } })
  ;[alice, bob] = await gather(server, 'alice', 'bob')
  phone = await logIn(server.connect(), 'bob', 'phone')
  await enter(phone, 'bob')
  await Promise.all([hear(alice), hear(bob)])
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
})

const text = (name: string, content: string) => xml(name, ns.client, {}, content)
const presence = (to: string, type?: string, ...children: XmlElement[]) =>
  xml('presence', ns.client, { to, type }, ...children)
const whisper = (wire: Wire, to: string, body: string) =>
  wire.send(xml('message', ns.client, { to, type: 'chat' }, text('body', body)))
const atDesk = 'none participant bob@localhost/desk'
const atPhone = 'none participant bob@localhost/phone'

describe('another session of an account enters by its nickname (XEP-0045 §7.2.8)', () => {
  it('and is told of the others, of itself, and of what was said; the others hear of no newcomer', async () => {
    say(alice, 'Hello')
    await Promise.all([hear(alice), hear(bob), hear(phone)])
    const sofa = await logIn(server.connect(), 'bob', 'sofa')
    knock(sofa, 'bob')
    expect(await hear(sofa)).toEqual([
      'presence /alice owner moderator',
      'presence /bob none participant bob@localhost/sofa [110]',
      'message groupchat /alice "Hello" earlier',
      'message groupchat (room) subject ""',
    ])
    // As the one whose presence came last.
    expect(await hear(alice)).toEqual(['presence /bob none participant bob@localhost/sofa'])
    expect(await hear(bob)).toEqual([`presence /bob ${atDesk} [110]`])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    expect((await hear(carol)).slice(0, 3)).toEqual([
      'presence /alice owner moderator',
      'presence /bob none participant',
      'presence /carol none participant carol@localhost/desk [110]',
    ])
  })

  it('and no other account does', async () => {
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'bob')
    expect(await hear(carol)).toEqual(['presence error /bob conflict (cancel)'])
    knock(carol, 'carol')
    await hear(carol)
    carol.send(presence(`${tea}/bob`))
    expect(await hear(carol)).toEqual(['presence error /bob conflict (cancel)'])
  })

  it('though the room is full, as it takes no place; with a nickname of its own it would', async () => {
    request(alice, 'set', toRoomOwnerElement({ type: 'submit', fields: [maxUsers('10')] }))
    await hear(alice)
    for (const nickname of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      await enter(await logIn(server.connect(), 'carol', nickname), nickname)
    }
    const sofa = await logIn(server.connect(), 'bob', 'sofa')
    knock(sofa, 'bobby')
    expect(await hear(sofa)).toEqual(['presence error /bobby service-unavailable (wait)'])
    knock(sofa, 'bob')
    expect(await hear(sofa)).toContain('presence /bob none participant bob@localhost/sofa [110]')
    await hear(phone)
    phone.send(presence(`${tea}/bobby`))
    expect(await hear(phone)).toEqual(['presence error /bobby service-unavailable (wait)'])
  })

  it('with the password that the room asks for, and with the role that it has there', async () => {
    request(alice, 'set', toRoomAdminElement([{ nickname: 'bob', role: 'visitor' }]))
    await configure([alice, bob], { passwordprotectedroom: '1', roomsecret: 'milk' })
    const sofa = await logIn(server.connect(), 'bob', 'sofa')
    knock(sofa, 'bob')
    expect(await hear(sofa)).toEqual(['presence error /bob not-authorized (auth)'])
    knock(sofa, 'bob', { password: 'milk' })
    expect(await hear(sofa)).toContain('presence /bob none visitor bob@localhost/sofa [110]')
  })
})

const maxUsers = (number: string) => ({ name: 'muc#roomconfig_maxusers', values: [number] })

describe('all sessions of an occupant', () => {
  it('speak, and hear what is said to all', async () => {
    say(phone, 'from the phone')
    say(bob, 'from the desk')
    const said = ['message groupchat /bob "from the phone"', 'message groupchat /bob "from the desk"']
    for (const wire of [bob, phone, alice]) expect((await hear(wire)).toSorted()).toEqual(said.toSorted())
  })

  it('get what is said in private (§7.2.8), each under its own address, and the account has it once', async () => {
    whisper(alice, `${tea}/bob`, 'psst')
    const heard = [...(await hearAll(bob)), ...(await hearAll(phone))]
    expect(heard.map(told)).toEqual(['message chat /alice "psst"', 'message chat /alice "psst"'])
    expect(heard.map((message) => message.attribute('to'))).toEqual([
      'bob@localhost/desk',
      'bob@localhost/phone',
    ])
    const ids = heard.map((message) => message.child('stanza-id', ns.stanzaIds)?.attribute('id'))
    expect(ids[0]).toBeDefined()
    expect(ids[1]).toBe(ids[0])
    bob.send(xml('iq', ns.client, { type: 'set', id: 'past' }, xml('query', ns.archive)))
    const results = (await hearAll(bob)).flatMap((element) => element.child('result', ns.archive) ?? [])
    expect(results.map((result) => result.attribute('id'))).toEqual([ids[0]])
  })

  it('lose nothing, and get nothing twice, when one of them breaks', async () => {
    // What nobody takes goes to whoever is available.
    bob.send(xml('presence', ns.client))
    await hear(bob)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    phone.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
    await phone.element('enabled')
    phone.transport.destroy()
    whisper(alice, `${tea}/bob`, 'psst')
    expect(await hear(alice)).toEqual([])
    expect(await hear(bob)).toEqual(['message chat /alice "psst"'])
    vi.advanceTimersByTime(60_000)
    expect(await hear(bob)).toEqual([`presence /bob ${atDesk} [110]`])
  })

  it('are whispered to by themselves', async () => {
    whisper(phone, `${tea}/bob`, 'note')
    expect(await hear(bob)).toContain('message chat /bob "note"')
    expect(await hear(phone)).toContain('message chat /bob "note"')
  })

  it('may ask whether they are still there, each for itself (XEP-0410)', async () => {
    request(phone, 'get', toPingElement(), `${tea}/bob`)
    request(bob, 'get', toPingElement(), `${tea}/bob`)
    expect(await hear(phone)).toEqual(['iq result /bob'])
    expect(await hear(bob)).toEqual(['iq result /bob'])
    phone.send(presence(`${tea}/bob`, 'unavailable'))
    await hear(phone)
    request(phone, 'get', toPingElement(), `${tea}/bob`)
    request(bob, 'get', toPingElement(), `${tea}/bob`)
    expect(await hear(phone)).toEqual(['iq error /bob not-acceptable (modify)'])
    expect(await hear(bob)).toContain('iq result /bob')
  })

  it('are asked through one of them, whose answer goes to the one that asked', async () => {
    const sofa = await logIn(server.connect(), 'alice', 'sofa')
    await enter(sofa, 'alice')
    await Promise.all([hear(alice), hear(phone)])
    request(alice, 'get', toVersionElement(), `${tea}/bob`)
    const asked = await phone.element('iq')
    expect(asked.attribute('to')).toBe('bob@localhost/phone')
    const answer = { type: 'result', id: asked.attribute('id'), to: `${tea}/alice` }
    bob.send(xml('iq', ns.client, answer))
    await hear(bob)
    expect(await hear(alice)).toEqual([])
    phone.send(xml('iq', ns.client, answer))
    await hear(phone)
    expect(await hear(alice)).toEqual(['iq result /bob'])
    expect(await hear(sofa)).toEqual([])
  })

  it('are seen as the one whose presence came last, and each hears of itself', async () => {
    bob.send(presence(`${tea}/bob`, undefined, text('show', 'away')))
    expect(await hear(bob)).toEqual([`presence /bob away ${atDesk} [110]`])
    expect(await hear(phone)).toEqual([`presence /bob ${atPhone} [110]`])
    expect(await hear(alice)).toEqual([`presence /bob away ${atDesk}`])
    phone.send(presence(`${tea}/bob`, undefined, text('show', 'dnd')))
    expect(await hear(phone)).toEqual([`presence /bob dnd ${atPhone} [110]`])
    expect(await hear(alice)).toEqual([`presence /bob dnd ${atPhone}`])
  })
})

describe('one session of several', () => {
  it('goes by itself: the others of the room see what is left, if that looks otherwise', async () => {
    phone.send(presence(`${tea}/bob`, 'unavailable', text('status', 'bye')))
    expect(await hear(phone)).toEqual(['presence unavailable /bob bye none none bob@localhost/phone [110]'])
    expect(await hear(alice)).toEqual([`presence /bob ${atDesk}`])
    say(alice, 'Still here?')
    expect(await hear(phone)).toEqual([])
    expect(await hear(bob)).toEqual([
      `presence /bob ${atDesk} [110]`,
      'message groupchat /alice "Still here?"',
    ])
  })

  it('goes unnoticed where the occupant is seen as another one', async () => {
    bob.send(presence(`${tea}/bob`, 'unavailable'))
    expect(await hear(bob)).toEqual(['presence unavailable /bob none none bob@localhost/desk [110]'])
    expect(await hear(alice)).toEqual([])
    expect(await hear(phone)).toEqual([])
  })

  it('goes when its connection does, and the last takes the occupant with it', async () => {
    phone.transport.destroy()
    expect(told(await alice.element('presence'))).toBe(`presence /bob ${atDesk}`)
    bob.transport.destroy()
    expect(told(await alice.element('presence'))).toBe(
      'presence unavailable /bob none none bob@localhost/desk',
    )
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'bob')
    expect(await hear(carol)).toContain('presence /bob none participant carol@localhost/desk [110]')
  })

  it('is told all again where it enters again', async () => {
    knock(bob, 'bob')
    expect(await hear(bob)).toEqual([
      'presence /alice owner moderator',
      `presence /bob ${atDesk} [110]`,
      'message groupchat (room) subject ""',
    ])
    expect(await hear(phone)).toEqual([`presence /bob ${atPhone} [110]`])
  })

  it('takes another nickname alone (§7.6), as an occupant of its own with the same role', async () => {
    request(alice, 'set', toRoomAdminElement([{ nickname: 'bob', role: 'moderator' }]))
    await Promise.all([hear(alice), hear(bob), hear(phone)])
    phone.send(presence(`${tea}/bobby`))
    expect(await hear(phone)).toEqual([
      'presence unavailable /bob none moderator bob@localhost/phone now /bobby [110 303]',
      'presence /bobby none moderator bob@localhost/phone [110]',
      'presence /bob none moderator bob@localhost/desk',
    ])
    expect(await hear(alice)).toEqual([
      'presence /bob none moderator bob@localhost/desk',
      'presence /bobby none moderator bob@localhost/phone',
    ])
    expect(await hear(bob)).toEqual([
      'presence /bob none moderator bob@localhost/desk [110]',
      'presence /bobby none moderator bob@localhost/phone',
    ])
    say(phone, 'Who am I?')
    expect(await hear(alice)).toEqual(['message groupchat /bobby "Who am I?"'])
  })

  it('takes the nickname of the others again: the one that it had is gone', async () => {
    phone.send(presence(`${tea}/bobby`))
    await Promise.all([hear(phone), hear(alice), hear(bob)])
    phone.send(presence(`${tea}/bob`))
    expect(await hear(phone)).toEqual([
      'presence unavailable /bobby none participant bob@localhost/phone now /bob [110 303]',
      `presence /bob ${atPhone} [110]`,
    ])
    const gone = 'presence unavailable /bobby none none bob@localhost/phone'
    expect(await hear(alice)).toEqual([gone, `presence /bob ${atPhone}`])
    expect(await hear(bob)).toEqual([gone, `presence /bob ${atDesk} [110]`])
    whisper(alice, `${tea}/bobby`, 'psst')
    expect(await hear(alice)).toEqual(['message error /bobby item-not-found (cancel)'])
  })
})

describe('what is done to an occupant is done to all its sessions', () => {
  it.each([
    ['a kick', { nickname: 'bob', role: 'none' }, 'none none', '307'],
    ['a ban', { jid: 'bob@localhost', affiliation: 'outcast' }, 'outcast none', '301'],
  ] as const)('%s', async (_, item, standing, status) => {
    request(alice, 'set', toRoomAdminElement([item]))
    expect(await hear(alice)).toEqual([
      'iq result (room)',
      `presence unavailable /bob ${standing} bob@localhost/phone by alice alice@localhost [${status}]`,
    ])
    for (const [wire, name] of [
      [bob, 'desk'],
      [phone, 'phone'],
    ] as const)
      expect(await hear(wire)).toEqual([
        `presence unavailable /bob ${standing} bob@localhost/${name} by alice [110 ${status}]`,
      ])
    say(alice, 'Alone')
    expect([await hear(bob), await hear(phone)]).toEqual([[], []])
  })

  it('a role, with which all of them see more', async () => {
    await gather(server, 'carol')
    await Promise.all([hear(alice), hear(bob), hear(phone)])
    request(alice, 'set', toRoomAdminElement([{ nickname: 'bob', role: 'moderator' }]))
    await hear(alice)
    for (const [wire, name] of [
      [bob, 'desk'],
      [phone, 'phone'],
    ] as const)
      expect(await hear(wire)).toEqual([
        `presence /bob none moderator bob@localhost/${name} by alice alice@localhost [110]`,
        'presence /alice owner moderator alice@localhost/desk',
        'presence /carol none participant carol@localhost/desk',
      ])
  })

  it('an affiliation', async () => {
    request(alice, 'set', toRoomAdminElement([{ jid: 'bob@localhost', affiliation: 'member' }]))
    await hear(alice)
    expect(await hear(bob)).toEqual(['presence /bob member participant bob@localhost/desk by alice [110]'])
    expect(await hear(phone)).toEqual(['presence /bob member participant bob@localhost/phone by alice [110]'])
  })

  it('the end of the room', async () => {
    request(alice, 'set', toRoomOwnerElement({}))
    await hear(alice)
    for (const wire of [bob, phone])
      expect((await hear(wire)).join()).toMatch(/^presence unavailable \/bob none none .*destroyed \[110\]$/)
  })
})
