import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDirectInvitation, toDirectInvitationElement } from '../../src/stanza/direct-invitation.js'
import { parseJid } from '../../src/stanza/jid.js'
import { parseRoomAdmin, parseRoomOwner, toRoomAdminElement } from '../../src/stanza/muc-admin.js'
import {
  findRoomEntrance,
  findRoomUser,
  toRoomEntrance,
  toRoomUserElement,
  type RoomItem,
} from '../../src/stanza/muc.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const item: RoomItem = {
  affiliation: undefined,
  role: undefined,
  jid: undefined,
  nickname: undefined,
  actor: undefined,
  reason: undefined,
}
const user = {
  item: undefined,
  statuses: new Set(),
  destruction: undefined,
  invitations: [],
  declines: [],
  password: undefined,
}

const find = (text: string) => findRoomUser([readFrame(text)])

/** As the specification has it, written by the engine. */
const same = (text: string) => serialize(readFrame(text))

describe('the entrance (XEP-0045 §7.2)', () => {
  const x = `xmlns='http://jabber.org/protocol/muc'`
  const history = {
    maxMessages: undefined,
    maxCharacters: undefined,
    seconds: undefined,
    since: undefined,
  }

  test.each([
    ['with nothing to say', `<x ${x}/>`, {}],
    ['with a password', `<x ${x}><password>cauldronburn</password></x>`, { password: 'cauldronburn' }],
    ['with an empty password', `<x ${x}><password/></x>`, { password: '' }],
    ['without history', `<x ${x}><history maxchars='0'/></x>`, { history: { ...history, maxCharacters: 0 } }],
    [
      'with so many messages',
      `<x ${x}><history maxstanzas='20'/></x>`,
      { history: { ...history, maxMessages: 20 } },
    ],
    [
      'with the last 3 minutes',
      `<x ${x}><history seconds='180'/></x>`,
      { history: { ...history, seconds: 180 } },
    ],
    [
      'with all since 1970',
      `<x ${x}><history since='1970-01-01T00:00:00Z'/></x>`,
      { history: { ...history, since: 0 } },
    ],
  ])('%s', (_, text, said) => {
    const entrance = { password: undefined, history: undefined, ...said }
    expect(findRoomEntrance([xml('c', ns.caps), readFrame(text)])).toEqual(entrance)
    expect(serialize(toRoomEntrance(entrance))).toBe(same(text))
  })

  test('is no other payload', () => {
    expect(findRoomEntrance([])).toBeUndefined()
    expect(findRoomEntrance([xml('x', ns.roomUser), xml('history', ns.room)])).toBeUndefined()
  })

  test.each(['-1', '1.5', '1e3', ' 7', '', 'all', '٣', '12345678901'])(
    'a count of %j says nothing',
    (count) => {
      const element = xml('history', ns.room, {
        maxchars: count,
        maxstanzas: count,
        seconds: count,
        since: count,
      })
      expect(findRoomEntrance([xml('x', ns.room, {}, element)])).toEqual({ password: undefined, history })
    },
  )

  test('a count of more than 32 bits is the most that can be asked', () => {
    const element = xml('x', ns.room, {}, xml('history', ns.room, { maxstanzas: '9999999999' }))
    expect(findRoomEntrance([element])?.history?.maxMessages).toBe(2 ** 31 - 1)
  })

  test('refuses what cannot be asked', () => {
    for (const count of [-1, 1.5, Number.NaN, Infinity, 2 ** 31]) {
      expect(() => toRoomEntrance({ history: { maxMessages: count } })).toThrow(RangeError)
      expect(() => toRoomEntrance({ history: { maxCharacters: count } })).toThrow(RangeError)
      expect(() => toRoomEntrance({ history: { seconds: count } })).toThrow(RangeError)
    }
    expect(() => toRoomEntrance({ history: { since: Number.NaN } })).toThrow(RangeError)
  })
})

describe('what a room says (XEP-0045 §7 to §10)', () => {
  const x = `xmlns='http://jabber.org/protocol/muc#user'`

  test.each([
    [
      'one’s own presence, under a name that the room chose',
      `<x ${x}><item affiliation='member' role='participant'/><status code='100'/><status code='110'/><status code='210'/></x>`,
      { item: { ...item, affiliation: 'member', role: 'participant' }, statuses: new Set([100, 110, 210]) },
    ],
    [
      'a new nickname',
      `<x ${x}><item affiliation='member' role='participant' jid='hag66@shakespeare.lit/pda' nick='oldhag'/><status code='303'/></x>`,
      {
        item: {
          ...item,
          affiliation: 'member',
          role: 'participant',
          jid: parseJid('hag66@shakespeare.lit/pda'),
          nickname: 'oldhag',
        },
        statuses: new Set([303]),
      },
    ],
    [
      'a kick',
      `<x ${x}><item affiliation='none' role='none'><actor nick='Fluellen'/><reason>Avaunt, you cullion!</reason></item><status code='307'/></x>`,
      {
        item: {
          ...item,
          affiliation: 'none',
          role: 'none',
          actor: { nickname: 'Fluellen', jid: undefined },
          reason: 'Avaunt, you cullion!',
        },
        statuses: new Set([307]),
      },
    ],
    [
      'a ban',
      `<x ${x}><item affiliation='outcast' role='none'><actor nick='firstwitch' jid='crone1@shakespeare.lit'/><reason>Treason</reason></item><status code='301'/></x>`,
      {
        item: {
          ...item,
          affiliation: 'outcast',
          role: 'none',
          actor: { nickname: 'firstwitch', jid: parseJid('crone1@shakespeare.lit') },
          reason: 'Treason',
        },
        statuses: new Set([301]),
      },
    ],
    [
      'the end of the room',
      `<x ${x}><item affiliation='none' role='none'/><destroy jid='coven@chat.shakespeare.lit'><password>burn</password><reason>Macbeth doth come.</reason></destroy></x>`,
      {
        item: { ...item, affiliation: 'none', role: 'none' },
        destruction: {
          alternate: parseJid('coven@chat.shakespeare.lit'),
          password: 'burn',
          reason: 'Macbeth doth come.',
        },
      },
    ],
    ['a change of the configuration', `<x ${x}><status code='104'/></x>`, { statuses: new Set([104]) }],
    [
      'invitations sent',
      `<x ${x}><invite to='wiccarocks@shakespeare.lit/laptop'><reason>This coven needs both.</reason></invite><invite to='hag66@shakespeare.lit'/></x>`,
      {
        invitations: [
          {
            from: undefined,
            to: parseJid('wiccarocks@shakespeare.lit/laptop'),
            reason: 'This coven needs both.',
          },
          { from: undefined, to: parseJid('hag66@shakespeare.lit'), reason: undefined },
        ],
      },
    ],
    [
      'an invitation received',
      `<x ${x}><invite from='crone1@shakespeare.lit/desktop'><reason>Hey Hecate</reason></invite><password>cauldronburn</password></x>`,
      {
        invitations: [
          { from: parseJid('crone1@shakespeare.lit/desktop'), to: undefined, reason: 'Hey Hecate' },
        ],
        password: 'cauldronburn',
      },
    ],
    [
      'a decline',
      `<x ${x}><decline to='crone1@shakespeare.lit'><reason>Too busy.</reason></decline></x>`,
      {
        declines: [{ from: undefined, to: parseJid('crone1@shakespeare.lit'), reason: 'Too busy.' }],
      },
    ],
    ['that a message is private', `<x ${x}/>`, {}],
  ])('%s', (_, text, said) => {
    const read = find(text)
    expect(read).toEqual({ ...user, ...said })
    expect(findRoomUser([toRoomUserElement(read ?? {})])).toEqual(read)
    expect(serialize(toRoomUserElement(read ?? {}))).toBe(same(text))
  })

  test('the first of several items is the one, and of several payloads', () => {
    const items = `<item role='visitor'/><item role='moderator'/>`
    expect(find(`<x ${x}>${items}</x>`)?.item?.role).toBe('visitor')
    expect(
      findRoomUser([toRoomUserElement({ statuses: [110] }), toRoomUserElement({ statuses: [301] })])
        ?.statuses,
    ).toEqual(new Set([110]))
  })

  test('a reason is what is said, not the blanks around it', () => {
    const text = `<x ${x}><decline><reason>\n   Sorry, I'm too busy right now.\n  </reason></decline><invite><reason> </reason></invite></x>`
    expect(find(text)?.declines[0]?.reason).toBe("Sorry, I'm too busy right now.")
    expect(find(text)?.invitations[0]?.reason).toBeUndefined()
  })

  test('a word, a number or an address that is none is not said', () => {
    const codes = ['', '7', '1000', '011', '+11', '1.0', '1e2', 'ten'].map(
      (code) => `<status code='${code}'/>`,
    )
    const text = `<x ${x}>
      <item affiliation='king' role='jester' jid='@' nick=''><actor jid='/' nick=''/></item>
      <status/>${codes.join('')}<invite to='@' from=''/><destroy jid='@'/></x>`
    expect(find(text)).toEqual({
      ...user,
      item: { ...item, actor: { nickname: undefined, jid: undefined } },
      invitations: [{ from: undefined, to: undefined, reason: undefined }],
      destruction: { alternate: undefined, password: undefined, reason: undefined },
    })
  })

  test.each(['constructor', '__proto__', 'toString'])('%s is no role', (word) => {
    const read = find(`<x ${x}><item affiliation='${word}' role='${word}'/></x>`)
    expect(read?.item).toEqual(item)
  })

  test('what is not a direct child in its namespace does not count', () => {
    const decoy = `<y xmlns='urn:example'><item xmlns='http://jabber.org/protocol/muc#user' role='moderator'/></y>`
    const foreign = `<item xmlns='http://jabber.org/protocol/muc#admin' role='moderator'/><status xmlns='jabber:client' code='110'/>`
    expect(find(`<x ${x}>${decoy}${foreign}</x>`)).toEqual(user)
    expect(find(`<x xmlns='http://jabber.org/protocol/muc'/>`)).toBeUndefined()
    expect(findRoomUser([])).toBeUndefined()
  })

  test('refuses to write an address that is none', () => {
    expect(() => toRoomUserElement({ item: { jid: '@' } })).toThrow(RangeError)
    expect(() => toRoomUserElement({ invitations: [{ to: '@' }] })).toThrow(RangeError)
    expect(() => toRoomUserElement({ destruction: { alternate: '@' } })).toThrow(RangeError)
  })

  test('writes each status once', () => {
    expect(serialize(toRoomUserElement({ statuses: [110, 201, 110] }))).toBe(
      same(`<x ${x}><status code='110'/><status code='201'/></x>`),
    )
  })
})

describe('a direct invitation (XEP-0249 §2)', () => {
  const x = `xmlns='jabber:x:conference'`
  const room = parseJid('darkcave@macbeth.shakespeare.lit')

  test.each([
    [
      `<x ${x} jid='${room.toString()}' password='cauldronburn' reason='This is the place.' continue='true' thread='e0ffe42b'/>`,
      { room, password: 'cauldronburn', reason: 'This is the place.', thread: 'e0ffe42b' },
    ],
    [
      `<x ${x} jid='${room.toString()}'/>`,
      { room, password: undefined, reason: undefined, thread: undefined },
    ],
  ])('%s', (text, invitation) => {
    expect(findDirectInvitation([xml('x', ns.roomUser), readFrame(text)])).toEqual(invitation)
    expect(serialize(toDirectInvitationElement(invitation))).toBe(same(text))
  })

  test('is to a room, not to somebody in it', () => {
    expect(
      findDirectInvitation([xml('x', ns.directInvitation, { jid: `${room.toString()}/nick` })])?.room,
    ).toEqual(room)
    expect(toDirectInvitationElement({ room: `${room.toString()}/nick` }).attribute('jid')).toBe(
      room.toString(),
    )
  })

  test('is none without an address', () => {
    expect(findDirectInvitation([])).toBeUndefined()
    expect(findDirectInvitation([xml('x', ns.directInvitation)])).toBeUndefined()
    expect(findDirectInvitation([xml('x', ns.directInvitation, { jid: '@' })])).toBeUndefined()
    expect(() => toDirectInvitationElement({ room: '' })).toThrow(RangeError)
  })
})

test('any tree is read, and what was read is written back the same', () => {
  fc.assert(
    fc.property(fc.array(arbitraryElement, { maxLength: 4 }), arbitraryRoomElement, (children, drawn) => {
      const user = findRoomUser([xml('x', ns.roomUser, {}, ...children, ...drawn.children)])
      expect(user && findRoomUser([toRoomUserElement(user)])).toEqual(user)
      expect(user).toBeDefined()
      const entrance = findRoomEntrance([
        xml('x', ns.room, {}, ...children, rename(drawn, 'history', ns.room)),
      ])
      expect(entrance && findRoomEntrance([toRoomEntrance(entrance)])).toEqual(entrance)
      expect(entrance).toBeDefined()
      const items = parseRoomAdmin(
        xml('query', ns.roomAdmin, {}, ...children, rename(drawn, 'item', ns.roomAdmin)),
      )
      expect(items && parseRoomAdmin(toRoomAdminElement(items))).toEqual(items)
      expect(items).toBeDefined()
      expect(() => parseRoomOwner(xml('query', ns.roomOwner, {}, ...children))).not.toThrow()
      const invitation = findDirectInvitation([rename(drawn, 'x', ns.directInvitation)])
      expect(invitation && findDirectInvitation([toDirectInvitationElement(invitation)])).toEqual(invitation)
    }),
  )
})

/** A tree whose root has any of the attributes, and whose children may be what a room says. */
const arbitraryRoomElement: fc.Arbitrary<XmlElement> = fc
  .tuple(
    arbitraryElement,
    fc.dictionary(
      fc.constantFrom(
        'affiliation',
        'role',
        'jid',
        'nick',
        'code',
        'from',
        'to',
        'maxchars',
        'seconds',
        'since',
      ),
      fc.oneof(fc.string(), fc.constantFrom('owner', 'none', 'a@b/c', '@', '110', '2002-09-10T23:08:25Z')),
    ),
    fc.constantFrom('item', 'status', 'invite', 'decline', 'destroy', 'password'),
  )
  .map(([tree, attributes, name]) => {
    const child = xml(name, ns.roomUser, attributes, ...tree.children)
    return xml('x', ns.roomUser, attributes, child, ...tree.children)
  })
