import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { toRoomAdminElement } from '../../src/stanza/muc-admin.js'
import type { RoomAffiliation, RoomItemInput, RoomRole } from '../../src/stanza/muc.js'
import { gather, hear, request, serverWithRooms } from './in-rooms.js'
import type { Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
let carol: Wire
beforeEach(async () => {
  server = await serverWithRooms()
  ;[alice, bob, carol] = await gather(server, 'alice', 'bob', 'carol')
  return () => server.close()
})

const ask = (wire: Wire, item: RoomItemInput) => request(wire, 'set', toRoomAdminElement([item]))

/** Alice owns, Bob is as said, Carol is the other one. */
describe.each<
  [
    string,
    RoomAffiliation,
    RoomRole | undefined,
    RoomAffiliation,
    RoomRole | undefined,
    RoomItemInput,
    string,
  ]
>([
  ['a participant kicks', 'none', undefined, 'none', undefined, { role: 'none' }, 'forbidden (auth)'],
  ['a member kicks', 'member', undefined, 'none', undefined, { role: 'none' }, 'forbidden (auth)'],
  [
    'a moderator kicks a member',
    'none',
    'moderator',
    'member',
    undefined,
    { role: 'none' },
    'not-allowed (cancel)',
  ],
  [
    'a moderator kicks another',
    'none',
    'moderator',
    'none',
    'moderator',
    { role: 'none' },
    'not-allowed (cancel)',
  ],
  [
    'a moderator kicks an admin',
    'member',
    'moderator',
    'admin',
    undefined,
    { role: 'none' },
    'not-allowed (cancel)',
  ],
  [
    'an admin kicks an owner',
    'admin',
    undefined,
    'owner',
    undefined,
    { role: 'none' },
    'not-allowed (cancel)',
  ],
  [
    'an admin silences another',
    'admin',
    undefined,
    'admin',
    undefined,
    { role: 'visitor' },
    'not-allowed (cancel)',
  ],
  [
    'a moderator makes another',
    'none',
    'moderator',
    'none',
    undefined,
    { role: 'moderator' },
    'forbidden (auth)',
  ],
  [
    'a moderator unmakes another',
    'none',
    'moderator',
    'none',
    'moderator',
    { role: 'participant' },
    'forbidden (auth)',
  ],
  [
    'an admin unmakes another',
    'admin',
    undefined,
    'admin',
    undefined,
    { role: 'participant' },
    'not-allowed (cancel)',
  ],
  [
    'a moderator bans',
    'none',
    'moderator',
    'none',
    undefined,
    { affiliation: 'outcast' },
    'forbidden (auth)',
  ],
  [
    'a member makes a member',
    'member',
    undefined,
    'none',
    undefined,
    { affiliation: 'member' },
    'forbidden (auth)',
  ],
  [
    'an admin bans an owner',
    'admin',
    undefined,
    'owner',
    undefined,
    { affiliation: 'outcast' },
    'not-allowed (cancel)',
  ],
  [
    'an admin bans an admin',
    'admin',
    undefined,
    'admin',
    undefined,
    { affiliation: 'outcast' },
    'not-allowed (cancel)',
  ],
  [
    'an admin makes an admin',
    'admin',
    undefined,
    'none',
    undefined,
    { affiliation: 'admin' },
    'forbidden (auth)',
  ],
  [
    'an admin makes an owner',
    'admin',
    undefined,
    'none',
    undefined,
    { affiliation: 'owner' },
    'forbidden (auth)',
  ],
])('%s', (_, bobs, bobsRole, carols, carolsRole, item, error) => {
  it('comes back, and nothing has changed', async () => {
    ask(alice, { jid: 'bob@localhost', affiliation: bobs })
    ask(alice, { jid: 'carol@localhost', affiliation: carols })
    if (bobsRole !== undefined) ask(alice, { nickname: 'bob', role: bobsRole })
    if (carolsRole !== undefined) ask(alice, { nickname: 'carol', role: carolsRole })
    for (const wire of [alice, bob, carol]) await hear(wire)
    ask(bob, { ...item, ...(item.role === undefined ? { jid: 'carol@localhost' } : { nickname: 'carol' }) })
    expect(await hear(bob)).toEqual([`iq error (room) ${error}`])
    expect(await hear(carol)).toEqual([])
  })
})
