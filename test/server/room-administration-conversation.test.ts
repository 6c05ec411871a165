import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { parseRoomAdmin, toRoomAdminElement, toRoomOwnerElement } from '../../src/stanza/muc-admin.js'
import type { RoomAffiliation, RoomItemInput, RoomRole } from '../../src/stanza/muc.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { gather, hear, hearAll, knock, request, say, serverWithRooms } from './in-rooms.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
let carol: Wire
beforeEach(async () => {
  server = await serverWithRooms({ limits: { roomAffiliations: 3, roomChanges: 4, roomTextUnits: 20 } })
  ;[alice, bob, carol] = await gather(server, 'alice', 'bob', 'carol')
  return () => server.close()
})

const ask = (wire: Wire, ...items: readonly RoomItemInput[]) =>
  request(wire, 'set', toRoomAdminElement(items))
const setRole = (wire: Wire, nickname: string, role: RoomRole, reason?: string) =>
  ask(wire, { nickname, role, reason })
const setAffiliation = (wire: Wire, name: string, affiliation: RoomAffiliation, reason?: string) =>
  ask(wire, { jid: `${name}@localhost`, affiliation, reason })

/** What all hear of it, whoever asked for it first. */
async function heardByAll(): Promise<readonly (readonly string[])[]> {
  return [await hear(alice), await hear(bob), await hear(carol)]
}
/** Does it, and nobody hears of it yet. */
async function quietly(...deeds: readonly (() => void)[]): Promise<void> {
  for (const deed of deeds) {
    deed()
    await heardByAll()
  }
}
const configure = (field: string, value: string) => () =>
  request(
    alice,
    'set',
    toRoomOwnerElement({ type: 'submit', fields: [{ name: `muc#roomconfig_${field}`, values: [value] }] }),
  )
const done = 'iq result (room)'

describe('a moderator (XEP-0045 §8)', () => {
  it('puts somebody out', async () => {
    setRole(alice, 'bob', 'none', 'Avaunt!')
    expect(await heardByAll()).toEqual([
      [
        done,
        'presence unavailable /bob none none bob@localhost/desk by alice alice@localhost "Avaunt!" [307]',
      ],
      ['presence unavailable /bob none none bob@localhost/desk by alice "Avaunt!" [110 307]'],
      ['presence unavailable /bob none none by alice "Avaunt!" [307]'],
    ])
    say(bob, 'But')
    expect(await hear(bob)).toEqual(['message error (room) not-acceptable (modify)'])
    knock(bob, 'bob')
    expect(await hear(bob)).toContain('presence /bob none participant bob@localhost/desk [110]')
  })

  it('takes voice and gives it', async () => {
    setRole(alice, 'bob', 'visitor')
    expect(await heardByAll()).toEqual([
      [done, 'presence /bob none visitor bob@localhost/desk by alice alice@localhost'],
      ['presence /bob none visitor bob@localhost/desk by alice [110]'],
      ['presence /bob none visitor by alice'],
    ])
    say(bob, 'Mpf')
    expect(await hear(bob)).toEqual(['message error (room) forbidden (auth)'])
    await quietly(() => setRole(alice, 'bob', 'participant'))
    say(bob, 'Thank you')
    expect(await hear(carol)).toEqual(['message groupchat /bob "Thank you"'])
  })

  it('who is made one sees the addresses of all', async () => {
    setRole(alice, 'bob', 'moderator')
    expect(await hear(bob)).toEqual([
      'presence /bob none moderator bob@localhost/desk by alice alice@localhost [110]',
      'presence /alice owner moderator alice@localhost/desk',
      'presence /carol none participant carol@localhost/desk',
    ])
  })

  it('changes several at once, or none', async () => {
    ask(alice, { nickname: 'bob', role: 'visitor' }, { nickname: 'nobody', role: 'visitor' })
    expect(await heardByAll()).toEqual([['iq error (room) item-not-found (cancel)'], [], []])
    ask(alice, { nickname: 'bob', role: 'visitor' }, { nickname: 'carol', role: 'none' })
    expect(await hear(bob)).toEqual([
      'presence /bob none visitor bob@localhost/desk by alice [110]',
      'presence unavailable /carol none none by alice [307]',
    ])
  })
})

describe('an admin (XEP-0045 §9)', () => {
  beforeEach(() => quietly(() => setAffiliation(alice, 'bob', 'admin')))

  it('bans somebody who is there', async () => {
    setAffiliation(bob, 'carol', 'outcast', 'Treason')
    expect(await heardByAll()).toEqual([
      ['presence unavailable /carol outcast none carol@localhost/desk by bob bob@localhost "Treason" [301]'],
      [
        done,
        'presence unavailable /carol outcast none carol@localhost/desk by bob bob@localhost "Treason" [301]',
      ],
      ['presence unavailable /carol outcast none carol@localhost/desk by bob "Treason" [110 301]'],
    ])
    knock(carol, 'carol')
    expect(await hear(carol)).toEqual(['presence error /carol forbidden (auth)'])
    request(bob, 'get', toRoomAdminElement([{ affiliation: 'outcast' }]))
    const [answer] = await hearAll(bob)
    expect(answer?.elements().flatMap((query) => parseRoomAdmin(query) ?? [])).toMatchObject([
      { affiliation: 'outcast', reason: 'Treason', nickname: undefined, role: undefined },
    ])
    await quietly(() => setAffiliation(bob, 'carol', 'none'))
    knock(carol, 'carol')
    expect(await hear(carol)).toContain('presence /carol none participant carol@localhost/desk [110]')
  })

  it('changes what somebody is who is not there, and those who see addresses hear of it', async () => {
    setAffiliation(bob, 'dave', 'member', 'One of us')
    expect(await heardByAll()).toEqual([
      ['message (room) member none dave@localhost "One of us"'],
      [done, 'message (room) member none dave@localhost "One of us"'],
      [],
    ])
  })

  it('makes members and moderators', async () => {
    setAffiliation(bob, 'carol', 'member')
    expect((await heardByAll())[2]).toEqual([
      'presence /carol member participant carol@localhost/desk by bob [110]',
    ])
    setRole(bob, 'carol', 'moderator')
    expect((await heardByAll())[0]).toEqual([
      'presence /carol member moderator carol@localhost/desk by bob bob@localhost',
    ])
    setRole(bob, 'carol', 'participant')
    expect((await heardByAll())[2]?.[0]).toBe(
      'presence /carol member participant carol@localhost/desk by bob [110]',
    )
  })

  it('cannot ban itself', async () => {
    setAffiliation(bob, 'bob', 'outcast')
    expect(await hear(bob)).toEqual(['iq error (room) conflict (cancel)'])
  })

  it('changes no more at once than may be, which everybody would be told', async () => {
    const [mute, voice] = (['visitor', 'participant'] as const).map((role) => ({ nickname: 'carol', role }))
    const items = [mute, voice, mute, voice, mute].flatMap((item) => item ?? [])
    ask(alice, ...items)
    expect(await heardByAll()).toEqual([['iq error (room) policy-violation (modify)'], [], []])
    ask(alice, ...items.slice(1))
    expect((await hear(alice))[0]).toBe(done)
  })

  it('adds no more than there may be', async () => {
    setAffiliation(bob, 'carol', 'member')
    setAffiliation(bob, 'dave', 'member')
    expect((await heardByAll())[1]).toContain('iq error (room) resource-constraint (wait)')
    setAffiliation(bob, 'carol', 'outcast')
    expect((await heardByAll())[1]).toContain(done)
  })

  it('is short about why', async () => {
    setAffiliation(bob, 'carol', 'member', 'x'.repeat(21))
    expect(await heardByAll()).toEqual([[], ['iq error (room) not-acceptable (modify)'], []])
    setAffiliation(bob, 'carol', 'member', 'x'.repeat(20))
    expect((await heardByAll())[1]).toContain(done)
  })

  it('need not be in the room', async () => {
    const sofa = await logIn(server.connect(), 'bob', 'sofa')
    setRole(sofa, 'carol', 'none')
    expect(await hear(sofa)).toEqual([done])
    expect(await hear(alice)).toEqual([
      'presence unavailable /carol none none carol@localhost/desk by bob@localhost [307]',
    ])
    expect(await hear(carol)).toEqual([
      'presence unavailable /carol none none carol@localhost/desk [110 307]',
    ])
  })
})

describe('a room for members only (XEP-0045 §9.3 to §9.5)', () => {
  beforeEach(() =>
    quietly(
      () => setAffiliation(alice, 'bob', 'member'),
      () => setAffiliation(alice, 'carol', 'member'),
      configure('membersonly', '1'),
    ),
  )

  it('lets nobody else enter', async () => {
    const dave = await logIn(server.connect(), 'dave', 'desk')
    knock(dave, 'dave')
    expect(await hear(dave)).toEqual(['presence error /dave registration-required (auth)'])
  })

  it('asks those to enter who may from now on', async () => {
    const dave = await logIn(server.connect(), 'dave', 'desk')
    dave.send(xml('presence', ns.client))
    await hear(dave)
    await quietly(() => setAffiliation(alice, 'carol', 'none'))
    setAffiliation(alice, 'dave', 'member', 'Cake')
    await hear(alice)
    expect(await hear(dave)).toEqual(['message (room) invite from alice@localhost "Cake"'])
    knock(dave, 'dave')
    expect(await hear(dave)).toContain('presence /dave member participant dave@localhost/desk [110]')
  })

  it('puts out who is a member no more', async () => {
    setAffiliation(alice, 'bob', 'none')
    expect(await heardByAll()).toEqual([
      [done, 'presence unavailable /bob none none bob@localhost/desk by alice alice@localhost [321]'],
      ['presence unavailable /bob none none bob@localhost/desk by alice [110 321]'],
      ['presence unavailable /bob none none by alice [321]'],
    ])
  })

  it('shows members to members where addresses are no secret', async () => {
    const list = toRoomAdminElement([{ affiliation: 'member' }])
    request(bob, 'get', list)
    expect(await hear(bob)).toEqual(['iq error (room) forbidden (auth)'])
    await quietly(configure('whois', 'anyone'))
    request(bob, 'get', list)
    const [answer] = await hearAll(bob)
    const items = answer?.elements().flatMap((query) => parseRoomAdmin(query) ?? [])
    expect(items?.map(({ jid, nickname }) => `${jid} ${nickname}`)).toEqual([
      'bob@localhost bob',
      'carol@localhost carol',
    ])
    request(bob, 'get', toRoomAdminElement([{ affiliation: 'outcast' }]))
    expect(await hear(bob)).toEqual(['iq error (room) forbidden (auth)'])
  })
})

describe('an owner (XEP-0045 §10.3 to §10.8)', () => {
  it('makes owners and admins, who are moderators', async () => {
    setAffiliation(alice, 'bob', 'owner')
    expect((await heardByAll())[2]).toEqual(['presence /bob owner moderator by alice'])
    setAffiliation(bob, 'alice', 'admin')
    expect((await heardByAll())[2]).toEqual(['presence /alice admin moderator by bob'])
    setAffiliation(bob, 'alice', 'none')
    expect((await heardByAll())[2]).toEqual(['presence /alice none participant by bob'])
  })

  it.each<[string, readonly RoomItemInput[]]>([
    ['by itself', [{ jid: 'alice@localhost', affiliation: 'admin' }]],
    ['by being banned', [{ jid: 'alice@localhost', affiliation: 'outcast' }]],
    [
      'with all others',
      [
        { jid: 'bob@localhost', affiliation: 'owner' },
        { jid: 'bob@localhost', affiliation: 'none' },
        { jid: 'alice@localhost', affiliation: 'none' },
      ],
    ],
  ])('that is the last does not go, %s', async (_, items) => {
    ask(alice, ...items)
    expect(await heardByAll()).toEqual([['iq error (room) conflict (cancel)'], [], []])
  })

  it('goes where another takes its place at once', async () => {
    ask(
      alice,
      { jid: 'bob@localhost', affiliation: 'owner' },
      { jid: 'alice@localhost', affiliation: 'none' },
    )
    expect((await heardByAll())[2]).toEqual([
      'presence /bob owner moderator by alice',
      'presence /alice none participant by alice',
    ])
  })

  it('reads who owns the room, and admins do not', async () => {
    await quietly(() => setAffiliation(alice, 'bob', 'admin'))
    const list = toRoomAdminElement([{ affiliation: 'owner' }])
    request(bob, 'get', list)
    expect(await hear(bob)).toEqual(['iq error (room) forbidden (auth)'])
    request(alice, 'get', list)
    const [answer] = await hearAll(alice)
    expect(answer?.child('query', ns.roomAdmin)?.elements()).toEqual([
      xml('item', ns.roomAdmin, { affiliation: 'owner', jid: 'alice@localhost', nick: 'alice' }),
    ])
  })
})

describe('the lists of roles (XEP-0045 §8.5)', () => {
  it('are for moderators', async () => {
    request(alice, 'get', toRoomAdminElement([{ role: 'participant' }]))
    const [answer] = await hearAll(alice)
    const item = { affiliation: 'none', role: 'participant' }
    expect(answer?.child('query', ns.roomAdmin)?.elements()).toEqual([
      xml('item', ns.roomAdmin, { ...item, jid: 'bob@localhost/desk', nick: 'bob' }),
      xml('item', ns.roomAdmin, { ...item, jid: 'carol@localhost/desk', nick: 'carol' }),
    ])
    request(bob, 'get', toRoomAdminElement([{ role: 'participant' }]))
    expect(await hear(bob)).toEqual(['iq error (room) forbidden (auth)'])
  })
})

describe('bad-request is the answer (XEP-0045 §17.4)', () => {
  it.each<['get' | 'set', readonly RoomItemInput[]]>([
    ['get', []],
    ['get', [{}]],
    ['get', [{ affiliation: 'none' }]],
    ['get', [{ role: 'none' }]],
    ['get', [{ role: 'visitor', affiliation: 'member' }]],
    ['get', [{ role: 'visitor' }, { role: 'participant' }]],
    ['set', []],
    ['set', [{ nickname: 'bob' }]],
    ['set', [{ role: 'visitor' }]],
    ['set', [{ affiliation: 'member' }]],
    ['set', [{ affiliation: 'member', nickname: 'bob' }]],
    ['set', [{ role: 'visitor', affiliation: 'member', nickname: 'bob', jid: 'bob@localhost' }]],
  ])('to %s %j', async (type, items) => {
    request(alice, type, toRoomAdminElement(items))
    expect(await hear(alice)).toEqual(['iq error (room) bad-request (modify)'])
  })
})

it('a room that is not there has no lists', async () => {
  request(alice, 'get', toRoomAdminElement([{ affiliation: 'owner' }]), 'nowhere@conference.localhost')
  expect(await hear(alice)).toEqual(['iq error nowhere@conference.localhost item-not-found (cancel)'])
})
