import { describe, expect, test } from 'vitest'
import { parseJid } from '../../src/stanza/jid.js'
import {
  parseRoomAdmin,
  parseRoomOwner,
  toRoomAdminElement,
  toRoomOwnerElement,
} from '../../src/stanza/muc-admin.js'
import type { RoomItem } from '../../src/stanza/muc.js'
import { xml } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'

const item: RoomItem = {
  affiliation: undefined,
  role: undefined,
  jid: undefined,
  nickname: undefined,
  actor: undefined,
  reason: undefined,
}

/** As the specification has it, written by the engine. */
const same = (text: string) => serialize(readFrame(text))

describe('lists of a room (XEP-0045 §8, §9)', () => {
  const query = `xmlns='http://jabber.org/protocol/muc#admin'`

  test.each([
    [
      'a kick',
      `<query ${query}><item role='none' nick='pistol'><reason>Avaunt, you cullion!</reason></item></query>`,
      [{ ...item, role: 'none', nickname: 'pistol', reason: 'Avaunt, you cullion!' }],
    ],
    [
      'the question who is banned',
      `<query ${query}><item affiliation='outcast'/></query>`,
      [{ ...item, affiliation: 'outcast' }],
    ],
    [
      'who is banned, or shall be',
      `<query ${query}><item affiliation='outcast' jid='lordscroop@shakespeare.lit'><reason>Treason</reason></item><item affiliation='none' jid='lordscroop@shakespeare.lit'/></query>`,
      [
        { ...item, affiliation: 'outcast', jid: parseJid('lordscroop@shakespeare.lit'), reason: 'Treason' },
        { ...item, affiliation: 'none', jid: parseJid('lordscroop@shakespeare.lit') },
      ],
    ],
    ['nobody', `<query ${query}/>`, []],
  ] as const)('%s', (_, text, items) => {
    expect(parseRoomAdmin(readFrame(text))).toEqual(items)
    expect(parseRoomAdmin(toRoomAdminElement(items))).toEqual(items)
    expect(serialize(toRoomAdminElement(items))).toBe(same(text))
  })

  test('are no other query', () => {
    expect(parseRoomAdmin(xml('query', ns.roomOwner))).toBeUndefined()
    expect(parseRoomAdmin(xml('x', ns.roomAdmin))).toBeUndefined()
  })
})

describe('what owners do (XEP-0045 §10)', () => {
  const query = `xmlns='http://jabber.org/protocol/muc#owner'`

  test('ask for the configuration', () => {
    expect(parseRoomOwner(readFrame(`<query ${query}/>`))).toEqual({ kind: 'ask' })
    expect(serialize(toRoomOwnerElement())).toBe(same(`<query ${query}/>`))
  })

  test('give it, or give it up', () => {
    const form = `<query ${query}><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var='muc#roomconfig_roomname'><value>A Dark Cave</value></field></x></query>`
    const read = parseRoomOwner(readFrame(form))
    expect(read).toMatchObject({
      kind: 'configure',
      form: { type: 'submit', fields: [{ name: 'FORM_TYPE' }, { values: ['A Dark Cave'] }] },
    })
    expect(serialize(toRoomOwnerElement(read?.kind === 'configure' ? read.form : undefined))).toBe(same(form))

    const cancel = `<query ${query}><x xmlns='jabber:x:data' type='cancel'/></query>`
    expect(parseRoomOwner(readFrame(cancel))).toMatchObject({ kind: 'configure', form: { type: 'cancel' } })
    expect(serialize(toRoomOwnerElement({ type: 'cancel' }))).toBe(same(cancel))
  })

  test('end the room', () => {
    const destroy = `<query ${query}><destroy jid='coven@chat.shakespeare.lit'><reason>Macbeth doth come.</reason></destroy></query>`
    const destruction = {
      alternate: parseJid('coven@chat.shakespeare.lit'),
      password: undefined,
      reason: 'Macbeth doth come.',
    }
    expect(parseRoomOwner(readFrame(destroy))).toEqual({ kind: 'destroy', destruction })
    expect(serialize(toRoomOwnerElement(destruction))).toBe(same(destroy))
    expect(serialize(toRoomOwnerElement({}))).toBe(same(`<query ${query}><destroy/></query>`))
  })

  test('nothing that is not known', () => {
    expect(parseRoomOwner(xml('query', ns.roomAdmin))).toBeUndefined()
    for (const content of [
      xml('destroy', ns.roomAdmin),
      xml('x', ns.dataForm, { type: 'maybe' }),
      xml('x', ns.dataForm),
      xml('burn', ns.roomOwner),
    ]) {
      expect(parseRoomOwner(xml('query', ns.roomOwner, {}, content))).toBeUndefined()
    }
  })
})
