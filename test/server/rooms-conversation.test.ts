import { beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from '../../src/server/index.js'
import { xml } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import {
  enter,
  gather,
  hear,
  hearAll,
  knock,
  say,
  serverWithRooms,
  setSubject,
  tea,
  occupantIdIn,
} from './in-rooms.js'
import { logIn } from './wire.js'

let server: EmbeddedServer
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 2, 3, 4, 5)
  server = await serverWithRooms({
    limits: { rooms: 2, roomOccupants: 3, roomHistory: 3, directedPresences: 3 },
    now: () => new Date(now),
  })
  return () => server.close()
})

const connected = (username: string, resource = 'desk') => logIn(server.connect(), username, resource)
const presence = (to: string, type?: string) => xml('presence', ns.client, { to, type })

describe('whoever enters a room (XEP-0045 §7.2)', () => {
  it('that is not there makes and owns it', async () => {
    const alice = await connected('alice')
    knock(alice, 'alice')
    const [self, subject, ...more] = await hearAll(alice)
    const own = `<presence xmlns='jabber:client' from='${tea}/alice' to='alice@localhost/desk'>
      <x xmlns='http://jabber.org/protocol/muc#user'>
        <item affiliation='owner' role='moderator' jid='alice@localhost/desk'/>
        <status code='110'/><status code='201'/>
      </x><occupant-id xmlns='${ns.occupantId}' id='${occupantIdIn(self)}'/></presence>`
    expect(self).toEqual(readFrame(own.replaceAll(/>\s+</g, '><')))
    expect(subject).toEqual(
      readFrame(
        `<message xmlns='jabber:client' type='groupchat' from='${tea}' to='alice@localhost/desk'><subject/></message>`,
      ),
    )
    expect(more).toEqual([])
  })

  it('hears of all who are there, then of itself, and they of it', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    const carol = await connected('carol')
    carol.send(
      xml(
        'presence',
        ns.client,
        { to: `${tea}/carol`, id: 'x' },
        xml('show', ns.client, {}, 'away'),
        xml('x', ns.room),
      ),
    )
    expect(await hear(carol)).toEqual([
      'presence /alice owner moderator',
      'presence /bob none participant',
      'presence /carol away none participant carol@localhost/desk [110]',
      'message groupchat (room) subject ""',
    ])
    expect(await hear(alice)).toEqual(['presence /carol away none participant carol@localhost/desk'])
    expect(await hear(bob)).toEqual(['presence /carol away none participant'])
  })

  it('is told what was said, then the subject', async () => {
    const [alice] = await gather(server, 'alice')
    setSubject(alice, 'Biscuits')
    say(alice, 'one')
    await hear(alice)
    now += 60_000
    const bob = await connected('bob')
    knock(bob, 'bob')
    const heard = await hearAll(bob)
    expect(heard.map((element) => element.child('delay', ns.delay)?.attribute('stamp'))).toEqual([
      undefined,
      undefined,
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05Z',
    ])
    const [, , message, subject] = heard
    expect(message?.attribute('from')).toBe(`${tea}/alice`)
    expect(message?.attribute('id')).toBe('one')
    expect(message?.child('delay', ns.delay)?.attribute('from')).toBe(tea)
    expect(message?.child('stanza-id', ns.stanzaIds)?.attribute('by')).toBe(tea)
    expect(subject?.attribute('from')).toBe(`${tea}/alice`)
    expect(subject?.child('subject')?.text()).toBe('Biscuits')
  })

  it.each([
    [undefined, ['two', 'three', 'four']],
    [{}, ['two', 'three', 'four']],
    [{ maxMessages: 2 }, ['three', 'four']],
    [{ maxMessages: 0 }, []],
    [{ maxCharacters: 0 }, []],
    [{ maxCharacters: 1000 }, ['three', 'four']],
    [{ seconds: 25 }, ['three', 'four']],
    [{ since: Date.UTC(2026, 0, 2, 3, 4, 30) }, ['four']],
    [{ since: Date.UTC(2026, 0, 2, 3, 4, 15), maxMessages: 1 }, ['four']],
  ])('gets as much of the history as it wants: %j', async (history, bodies) => {
    const [alice] = await gather(server, 'alice')
    for (const body of ['one', 'two', 'three', 'four']) {
      say(alice, body)
      await hear(alice)
      now += 10_000
    }
    const bob = await connected('bob')
    knock(bob, 'bob', { history })
    const said = (await hearAll(bob)).flatMap((element) => element.child('body')?.text() ?? [])
    expect(said).toEqual(bodies)
  })

  it('again is told all again, and the others that it is there', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    say(bob, 'Hello')
    await Promise.all([hear(alice), hear(bob)])
    knock(bob, 'bob')
    expect(await hear(bob)).toEqual([
      'presence /alice owner moderator',
      'presence /bob none participant bob@localhost/desk [110]',
      'message groupchat /bob "Hello" earlier',
      'message groupchat (room) subject ""',
    ])
    expect(await hear(alice)).toEqual(['presence /bob none participant bob@localhost/desk'])
  })

  it('again under another nickname takes that one', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    knock(bob, 'bobby')
    expect(await hear(bob)).toEqual([
      'presence unavailable /bob none participant bob@localhost/desk now /bobby [110 303]',
      'presence /alice owner moderator',
      'presence /bobby none participant bob@localhost/desk [110]',
      'message groupchat (room) subject ""',
    ])
    expect(await hear(alice)).toEqual([
      'presence unavailable /bob none participant bob@localhost/desk now /bobby [303]',
      'presence /bobby none participant bob@localhost/desk',
    ])
  })
})

describe('nobody enters (XEP-0045 §7.2)', () => {
  it.each([
    ['without a nickname', tea, 'jid-malformed (modify)'],
    ['under a nickname of spaces', `${tea}/  `, 'jid-malformed (modify)'],
    ['under a nickname that another has', `${tea}/alice`, 'conflict (cancel)'],
  ])('%s', async (_, to, error) => {
    const [alice] = await gather(server, 'alice')
    const bob = await connected('bob')
    bob.send(xml('presence', ns.client, { to, id: 'x' }, xml('x', ns.room)))
    const [answer] = await hearAll(bob)
    expect(answer?.attribute('id')).toBe('x')
    expect(answer?.attribute('to')).toBe('bob@localhost/desk')
    expect(answer?.child('error')?.attribute('by')).toBe(tea)
    bob.send(xml('presence', ns.client, { to }, xml('x', ns.room)))
    expect(await hear(bob)).toEqual([`presence error ${to.slice(tea.length) || '(room)'} ${error}`])
    expect(await hear(alice)).toEqual([])
  })

  it('a room that is full, but owners', async () => {
    const [, bob] = await gather(server, 'alice', 'bob', 'carol')
    const dave = await connected('dave')
    knock(dave, 'dave')
    expect(await hear(dave)).toEqual(['presence error /dave service-unavailable (wait)'])
    const sofa = await connected('alice', 'sofa')
    knock(sofa, 'sofa')
    expect(await hear(sofa)).toContain('presence /sofa owner moderator alice@localhost/sofa [110]')
    expect(await hear(bob)).toEqual(['presence /sofa owner moderator'])
  })

  it('a room that owners have filled once more', async () => {
    await gather(server, 'alice', 'bob', 'carol')
    for (const resource of ['one', 'two', 'three']) {
      const alice = await connected('alice', resource)
      knock(alice, resource)
      expect((await hear(alice)).at(-2)).toContain('[110]')
    }
    const late = await connected('alice', 'late')
    knock(late, 'late')
    expect(await hear(late)).toEqual(['presence error /late service-unavailable (wait)'])
  })

  it('one room more than there may be', async () => {
    const alice = await connected('alice')
    for (const room of ['one', 'two', 'three']) {
      knock(alice, 'alice', {}, `${room}@conference.localhost`)
    }
    const heard = await hear(alice)
    expect(heard.at(-1)).toBe('presence error three@conference.localhost/alice resource-constraint (wait)')
    alice.send(presence('one@conference.localhost/alice', 'unavailable'))
    await hear(alice)
    knock(alice, 'alice', {}, 'three@conference.localhost')
    expect((await hear(alice))[0]).toContain('[110 201]')
  })

  it('the service itself', async () => {
    const alice = await connected('alice')
    alice.send(xml('presence', ns.client, { to: 'conference.localhost/alice' }, xml('x', ns.room)))
    alice.send(presence('conference.localhost', 'unavailable'))
    expect(await hear(alice)).toEqual(['presence error conference.localhost/alice jid-malformed (modify)'])
  })

  it('without saying so, and is told that it is not there (§7.2.18)', async () => {
    await gather(server, 'alice')
    const bob = await connected('bob')
    bob.send(presence(`${tea}/bob`))
    bob.send(presence('nowhere@conference.localhost/bob'))
    bob.send(presence(`${tea}/bob`, 'unavailable'))
    const reason = '"You are not in the room."'
    expect(await hear(bob)).toEqual([
      `presence unavailable /bob none none ${reason} [110 307 333]`,
      `presence unavailable nowhere@conference.localhost/bob none none ${reason} [110 307 333]`,
    ])
  })

  it('by subscribing to a room', async () => {
    await gather(server, 'alice')
    const bob = await connected('bob')
    bob.send(presence(tea, 'subscribe'))
    expect(await hear(bob)).toContain('presence error (room) service-unavailable (cancel)')
  })
})

describe('an occupant', () => {
  it('takes another nickname (XEP-0045 §7.6)', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    bob.send(presence(`${tea}/bobby`))
    expect(await hear(bob)).toEqual([
      'presence unavailable /bob none participant bob@localhost/desk now /bobby [110 303]',
      'presence /bobby none participant bob@localhost/desk [110]',
    ])
    expect(await hear(alice)).toEqual([
      'presence unavailable /bob none participant bob@localhost/desk now /bobby [303]',
      'presence /bobby none participant bob@localhost/desk',
    ])
    bob.send(presence(`${tea}/alice`))
    expect(await hear(bob)).toEqual(['presence error /alice conflict (cancel)'])
    say(bob, 'still here')
    expect(await hear(alice)).toEqual(['message groupchat /bobby "still here"'])
  })

  it('takes another nickname though owners have filled the room once more', async () => {
    const [, bob] = await gather(server, 'alice', 'bob', 'carol')
    const sofa = await connected('alice', 'sofa')
    knock(sofa, 'sofa')
    await Promise.all([hear(sofa), hear(bob)])
    bob.send(presence(`${tea}/bobby`))
    expect(await hear(bob)).toContain('presence /bobby none participant bob@localhost/desk [110]')
  })

  it('may do so any number of times: the server forgets what it was called', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    for (const nickname of ['b', 'c', 'd', 'e', 'bob']) {
      bob.send(presence(`${tea}/${nickname}`))
      expect(await hear(bob)).toContain(`presence /${nickname} none participant bob@localhost/desk [110]`)
      bob.send(presence(`${tea}/alice`))
      expect(await hear(bob)).toEqual(['presence error /alice conflict (cancel)'])
    }
    await hear(alice)
    bob.close()
    await bob.take()
    expect(await hear(alice)).toEqual(['presence unavailable /bob none none bob@localhost/desk'])
  })

  it('is otherwise available (§7.7), and says nothing in the name of the room', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    const forged = xml('x', ns.roomUser, {}, xml('item', ns.roomUser, { role: 'moderator' }))
    const note = xml('c', ns.caps, { node: 'urn:example' })
    bob.send(
      xml(
        'presence',
        ns.client,
        { to: `${tea}/bob`, 'xml:lang': 'de' },
        xml('status', ns.client, {}, 'weg'),
        forged,
        note,
      ),
    )
    const [told] = await hearAll(alice)
    expect(told).toEqual(
      readFrame(
        `<presence xmlns='jabber:client' xml:lang='de' from='${tea}/bob' to='alice@localhost/desk'><status>weg</status><c xmlns='${ns.caps}' node='urn:example'/><x xmlns='${ns.roomUser}'><item affiliation='none' role='participant' jid='bob@localhost/desk'/></x><occupant-id xmlns='${ns.occupantId}' id='${occupantIdIn(told)}'/></presence>`,
      ),
    )
    expect(await hear(bob)).toEqual(['presence /bob weg none participant bob@localhost/desk [110]'])
  })

  it('goes (§7.14), with words', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    const words = xml('status', ns.client, {}, 'gone where the goblins go')
    bob.send(xml('presence', ns.client, { to: `${tea}/bob`, type: 'unavailable' }, words))
    expect(await hear(bob)).toEqual([
      'presence unavailable /bob gone where the goblins go none none bob@localhost/desk [110]',
    ])
    expect(await hear(alice)).toEqual([
      'presence unavailable /bob gone where the goblins go none none bob@localhost/desk',
    ])
    say(alice, 'Hello?')
    expect(await hear(bob)).toEqual([])
  })

  it('that says goodbye to everybody goes too', async () => {
    const [alice, bob] = await gather(server, 'alice', 'bob')
    bob.send(xml('presence', ns.client, { type: 'unavailable' }))
    expect(await hear(bob)).toEqual(['presence unavailable /bob none none bob@localhost/desk [110]'])
    expect(await hear(alice)).toEqual(['presence unavailable /bob none none bob@localhost/desk'])
  })

  it('that is the last takes the room with it', async () => {
    const [alice] = await gather(server, 'alice')
    say(alice, 'Is there anybody?')
    alice.send(presence(`${tea}/alice`, 'unavailable'))
    await hear(alice)
    const bob = await connected('bob')
    knock(bob, 'bob')
    expect(await hear(bob)).toEqual([
      'presence /bob owner moderator bob@localhost/desk [110 201]',
      'message groupchat (room) subject ""',
    ])
    await enter(alice, 'alice')
    expect(await hear(bob)).toEqual(['presence /alice none participant alice@localhost/desk'])
  })
})
