import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import type { DataForm } from '../../src/stanza/data-form.js'
import { parseRoomOwner, toRoomAdminElement, toRoomOwnerElement } from '../../src/stanza/muc-admin.js'
import { xml } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { enter, gather, hear, hearAll, knock, request, say, serverWithRooms, tea } from './in-rooms.js'
import { logIn, Wire } from './wire.js'

let server: EmbeddedServer
let alice: Wire
let bob: Wire
beforeEach(async () => {
  server = await serverWithRooms({ limits: { roomOccupants: 30, roomTextUnits: 20 } })
  ;[alice, bob] = await gather(server, 'alice', 'bob')
  return () => server.close()
})

const configure = (fields: Readonly<Record<string, string>>, wire = alice) =>
  request(
    wire,
    'set',
    toRoomOwnerElement({
      type: 'submit',
      fields: Object.entries(fields).map(([name, value]) => ({
        name: `muc#roomconfig_${name}`,
        values: [value],
      })),
    }),
  )

async function form(): Promise<DataForm> {
  request(alice, 'get', toRoomOwnerElement())
  const [answer] = await hearAll(alice)
  const query = answer?.child('query', ns.roomOwner)
  const owner = query === undefined ? undefined : parseRoomOwner(query)
  if (owner?.kind !== 'configure') throw new Error('there is no form')
  return owner.form
}

const valuesOf = ({ fields }: DataForm) =>
  Object.fromEntries(fields.map(({ name = '', values }) => [name.replace('muc#roomconfig_', ''), values[0]]))

const first = {
  FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig',
  roomname: '',
  roomdesc: '',
  persistentroom: '0',
  publicroom: '1',
  membersonly: '0',
  moderatedroom: '0',
  passwordprotectedroom: '0',
  roomsecret: '',
  changesubject: '0',
  whois: 'moderators',
  maxusers: '30',
}
const done = 'iq result (room)'
const changed = 'message groupchat (room) [104]'

describe('the configuration (XEP-0045 §10.2)', () => {
  it('is shown to owners', async () => {
    const shown = await form()
    expect(shown.type).toBe('form')
    expect(valuesOf(shown)).toEqual(first)
    const maximum = shown.fields.find(({ name }) => name === 'muc#roomconfig_maxusers')
    expect(maximum?.options.map(({ value }) => value)).toEqual(['10', '20', '30'])
    request(bob, 'get', toRoomOwnerElement())
    expect(await hear(bob)).toEqual(['iq error (room) forbidden (auth)'])
  })

  it('is changed by them, all hear of it, and what is not said stays', async () => {
    configure({ roomname: 'Tea', persistentroom: 'true', maxusers: '10' })
    expect(await hear(alice)).toEqual([done, changed])
    const [message] = await hearAll(bob)
    expect(message).toEqual(
      readFrame(
        `<message xmlns='jabber:client' type='groupchat' from='${tea}' to='bob@localhost/desk'><x xmlns='${ns.roomUser}'><status code='104'/></x></message>`,
      ),
    )
    expect(valuesOf(await form())).toEqual({
      ...first,
      roomname: 'Tea',
      persistentroom: '1',
      maxusers: '10',
    })
  })

  it('as it was shown changes nothing', async () => {
    const { fields } = await form()
    request(alice, 'set', toRoomOwnerElement({ type: 'submit', fields }))
    expect(await hear(alice)).toEqual([done])
    expect(await hear(bob)).toEqual([])
  })

  it('of a room that nobody configures is accepted by an empty form (§10.1.2)', async () => {
    request(alice, 'set', toRoomOwnerElement({ type: 'submit' }))
    expect(await hear(alice)).toEqual([done])
  })

  it('is given up without a change', async () => {
    request(alice, 'set', toRoomOwnerElement({ type: 'cancel' }))
    expect(await hear(alice)).toEqual([done])
    expect(valuesOf(await form())).toEqual(first)
    expect(await hear(bob)).toEqual([])
  })

  it.each<Readonly<Record<string, string>>>([
    { persistentroom: 'yes' },
    { whois: 'nobody' },
    { maxusers: '0' },
    { maxusers: '31' },
    { maxusers: 'many' },
    { passwordprotectedroom: '1' },
    { passwordprotectedroom: '1', roomsecret: '' },
    { roomname: 'A name that is too long' },
  ])('is not acceptable as %j', async (fields) => {
    configure({ roomdesc: 'x', ...fields })
    expect(await hear(alice)).toEqual(['iq error (room) not-acceptable (modify)'])
    expect(valuesOf(await form())).toEqual(first)
    expect(await hear(bob)).toEqual([])
  })

  it('is no other form', async () => {
    const fields = [{ name: 'FORM_TYPE', values: ['urn:example:other'] }]
    request(alice, 'set', toRoomOwnerElement({ type: 'submit', fields }))
    request(alice, 'get', toRoomOwnerElement({ type: 'submit' }))
    request(alice, 'set', toRoomOwnerElement())
    request(alice, 'set', xml('query', ns.roomOwner, {}, xml('burn', ns.roomOwner)))
    expect(await hear(alice)).toEqual([
      'iq error (room) not-acceptable (modify)',
      'iq error (room) bad-request (modify)',
      'iq error (room) bad-request (modify)',
      'iq error (room) service-unavailable (cancel)',
    ])
  })

  it('is not for others to change', async () => {
    configure({ roomname: 'Cake' }, bob)
    request(bob, 'set', toRoomOwnerElement({}))
    const refused = 'iq error (room) forbidden (auth)'
    expect(await hear(bob)).toEqual([refused, refused])
    expect(valuesOf(await form())).toEqual(first)
  })
})

describe('a room', () => {
  it.each<Readonly<Record<string, string>>>([
    { passwordprotectedroom: '1', roomsecret: 'Earl Grey' },
    { roomsecret: 'Earl Grey' },
  ])('that needs a password: %j', async (fields) => {
    configure(fields)
    await hear(alice)
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    knock(carol, 'carol', { password: 'Darjeeling' })
    const refused = 'presence error /carol not-authorized (auth)'
    expect(await hear(carol)).toEqual([refused, refused])
    knock(carol, 'carol', { password: 'Earl Grey' })
    expect(await hear(carol)).toContain('presence /carol none participant carol@localhost/desk [110]')
    configure({ passwordprotectedroom: '0' })
    await hear(alice)
    const dave = await logIn(server.connect(), 'dave', 'desk')
    knock(dave, 'dave')
    expect(await hear(dave)).toContain('presence /dave none participant dave@localhost/desk [110]')
  })

  it('for members only puts out all others', async () => {
    configure({ membersonly: '1' })
    expect(await hear(alice)).toEqual([
      done,
      'presence unavailable /bob none none bob@localhost/desk [322]',
      changed,
    ])
    expect(await hear(bob)).toEqual(['presence unavailable /bob none none bob@localhost/desk [110 322]'])
  })

  it('where all see the addresses says so', async () => {
    configure({ whois: 'anyone' })
    expect(await hear(alice)).toEqual([done, 'message groupchat (room) [172]'])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    expect(await hear(carol)).toEqual([
      'presence /alice owner moderator alice@localhost/desk',
      'presence /bob none participant bob@localhost/desk',
      'presence /carol none participant carol@localhost/desk [100 110]',
      'message groupchat (room) subject ""',
    ])
    await hear(bob)
    configure({ whois: 'moderators', roomname: 'Tea' })
    expect(await hear(bob)).toContain('message groupchat (room) [104 173]')
  })

  it('that is persistent outlives its last occupant, with what was said and who may do what', async () => {
    configure({ persistentroom: '1', moderatedroom: '1' })
    request(alice, 'set', toRoomAdminElement([{ jid: 'bob@localhost', affiliation: 'outcast' }]))
    say(alice, 'Alone at last')
    await hear(alice)
    alice.send(xml('presence', ns.client, { type: 'unavailable' }))
    await Promise.all([hear(alice), hear(bob)])
    knock(bob, 'bob')
    expect(await hear(bob)).toEqual(['presence error /bob forbidden (auth)'])
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    expect(await hear(carol)).toEqual([
      'presence /carol none visitor carol@localhost/desk [110]',
      'message groupchat /alice "Alone at last" earlier',
      'message groupchat (room) subject ""',
    ])
    await enter(alice, 'alice')
    expect(await hear(carol)).toEqual(['presence /alice owner moderator'])
  })
})

describe('an account that is removed', () => {
  const comesAgain = async (username: string) => {
    server.removeAccount(username)
    await server.addAccount({ username, password: 'secret' })
    const wire = await logIn(server.connect(), username, 'desk')
    knock(wire, username)
    return hear(wire)
  }

  it('leaves no rights in a room to whoever has its address next', async () => {
    configure({ persistentroom: '1' })
    request(alice, 'set', toRoomAdminElement([{ jid: 'bob@localhost', affiliation: 'admin' }]))
    await hear(alice)
    expect(await comesAgain('bob')).toContain('presence /bob none participant bob@localhost/desk [110]')
  })

  it('is kept out all the same', async () => {
    request(alice, 'set', toRoomAdminElement([{ jid: 'bob@localhost', affiliation: 'outcast' }]))
    await hear(alice)
    expect(await comesAgain('bob')).toEqual(['presence error /bob forbidden (auth)'])
  })

  it('leaves a room that nobody owns, which ends with its last occupant', async () => {
    configure({ persistentroom: '1' })
    await Promise.all([hear(alice), hear(bob)])
    server.removeAccount('alice')
    expect(await hear(bob)).toEqual(['presence unavailable /alice none none'])
    bob.send(xml('presence', ns.client, { type: 'unavailable' }))
    await hear(bob)
    expect(await comesAgain('bob')).toContain('presence /bob owner moderator bob@localhost/desk [110 201]')
  })
})

describe('a room that nobody owns', () => {
  const mayConfigure = async (wire: Wire) => {
    request(wire, 'get', toRoomOwnerElement())
    return (await hear(wire)).at(-1) === done
  }

  it('is not owned by who knocks (XEP-0045 §7.2.5, §10.1.2)', async () => {
    configure({ passwordprotectedroom: '1', roomsecret: 'hush-hush' })
    await Promise.all([hear(alice), hear(bob)])
    server.removeAccount('alice')
    await hear(bob)
    const carol = await logIn(server.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    expect(await hear(carol)).toEqual(['presence error /carol not-authorized (auth)'])
    expect(await mayConfigure(carol)).toBe(false)
    knock(carol, 'carol', { password: 'hush-hush' })
    expect(await hear(carol)).toEqual([
      'presence /bob none participant',
      'presence /carol none participant carol@localhost/desk [110]',
      'message groupchat (room) subject ""',
    ])
    expect(await mayConfigure(carol)).toBe(false)
  })

  it('is not owned by a guest who comes after the one that made it', async () => {
    await using guests = await serverWithRooms({ mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] })
    const guest = new Wire(guests.connect())
    await guest.authenticate({ mechanism: 'ANONYMOUS', username: '' }, await guest.open())
    await guest.open()
    await guest.bind()
    await enter(guest, 'guest')
    const dave = await logIn(guests.connect(), 'dave', 'desk')
    await enter(dave, 'dave')
    guest.transport.destroy()
    expect(await dave.element('presence')).toBeDefined()
    const carol = await logIn(guests.connect(), 'carol', 'desk')
    knock(carol, 'carol')
    expect(await hear(carol)).toContain('presence /carol none participant carol@localhost/desk [110]')
  })
})

describe('the end of a room (XEP-0045 §10.9)', () => {
  it('is told to each, with the reason and where to go', async () => {
    const destruction = { alternate: 'coffee@conference.localhost', reason: 'No milk' }
    request(alice, 'set', toRoomOwnerElement(destruction))
    const ended = (nickname: string) =>
      `presence unavailable /${nickname} none none ${nickname}@localhost/desk destroyed coffee@conference.localhost "No milk" [110]`
    expect(await hear(alice)).toEqual([ended('alice'), done])
    expect(await hear(bob)).toEqual([ended('bob')])
    say(bob, 'Anybody?')
    expect(await hear(bob)).toEqual(['message error (room) item-not-found (cancel)'])
    knock(bob, 'bob')
    expect(await hear(bob)).toContain('presence /bob owner moderator bob@localhost/desk [110 201]')
  })

  it('is one for a persistent room too, and for one who is not there', async () => {
    configure({ persistentroom: '1' })
    const sofa = await logIn(server.connect(), 'alice', 'sofa')
    request(sofa, 'set', toRoomOwnerElement({}))
    expect(await hear(sofa)).toEqual([done])
    expect((await hear(bob)).at(-1)).toBe(
      'presence unavailable /bob none none bob@localhost/desk destroyed [110]',
    )
    request(sofa, 'get', toRoomOwnerElement())
    expect(await hear(sofa)).toEqual(['iq error (room) item-not-found (cancel)'])
  })
})
