import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJid } from '../../src/stanza/jid.js'
import { parseRoster, parseRosterChange, toRosterElement } from '../../src/stanza/roster.js'
import { xml, type XmlNode } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const r = ns.roster
const query = (...children: readonly XmlNode[]) => xml('query', r, {}, ...children)

describe('parseRoster()', () => {
  test('reads the roster of RFC 6121 §2.1.4', () => {
    const roster = parseRoster(
      xml(
        'query',
        r,
        { ver: 'ver7' },
        xml('item', r, { jid: 'nurse@example.com' }),
        xml(
          'item',
          r,
          { jid: 'Romeo@example.net', name: 'Romeo', subscription: 'both', approved: 'true' },
          xml('group', r, {}, 'Friends'),
          xml('group', r, {}, 'Friends'),
        ),
        xml('item', r, { jid: 'benvolio@example.net', ask: 'subscribe', subscription: 'from' }),
      ),
    )
    expect(roster).toEqual({
      ver: 'ver7',
      payloads: [],
      items: [
        {
          jid: parseJid('nurse@example.com'),
          name: undefined,
          subscription: 'none',
          ask: false,
          approved: false,
          groups: [],
          payloads: [],
        },
        {
          jid: parseJid('romeo@example.net'),
          name: 'Romeo',
          subscription: 'both',
          ask: false,
          approved: true,
          groups: ['Friends'],
          payloads: [],
        },
        {
          jid: parseJid('benvolio@example.net'),
          name: undefined,
          subscription: 'from',
          ask: true,
          approved: false,
          groups: [],
          payloads: [],
        },
      ],
    })
  })

  test.each([
    ['none', 'none'],
    ['to', 'to'],
    ['from', 'from'],
    ['both', 'both'],
    ['remove', 'remove'],
    ['constructor', 'none'],
    [undefined, 'none'],
  ])('subscription %s is %s', (subscription, expected) => {
    const roster = parseRoster(query(xml('item', r, { jid: 'a@b', subscription })))
    expect(roster?.items[0]?.subscription).toBe(expected)
  })

  test('an item that cannot be read costs no other and is kept', () => {
    const bad = [xml('item', r, { jid: '@' }), xml('item', r), xml('item', ns.client, { jid: 'a@b' })]
    const roster = parseRoster(query(...bad, xml('item', r, { jid: 'c@d' })))
    expect(roster?.items.map(({ jid }) => jid.toString())).toEqual(['c@d'])
    expect(roster?.payloads).toEqual(bad)
  })

  test('only direct children count', () => {
    const buried = xml('x', 'urn:example', {}, xml('item', r, { jid: 'a@b' }))
    expect(parseRoster(query(buried))).toEqual({ ver: undefined, items: [], payloads: [buried] })
    const inGroup = xml('item', r, { jid: 'a@b' }, xml('x', r, {}, xml('group', r, {}, 'g')))
    expect(parseRoster(query(inGroup))?.items[0]?.groups).toEqual([])
  })

  test('a group without a name is none (RFC 6121 §2.1.2.6)', () => {
    const groups = ['', 'g', ''].map((name) => xml('group', r, {}, name))
    expect(parseRoster(query(xml('item', r, { jid: 'a@b' }, ...groups)))?.items[0]).toMatchObject({
      groups: ['g'],
      payloads: [],
    })
  })

  test('tells an empty version from an absent one', () => {
    expect(parseRoster(xml('query', r, { ver: '' }))?.ver).toBe('')
    expect(parseRoster(query())?.ver).toBeUndefined()
  })

  test.each([xml('query', ns.discoItems), xml('roster', r)])(
    'is undefined for another element',
    (element) => {
      expect(parseRoster(element)).toBeUndefined()
    },
  )

  test('reads any tree, and what was read is written back the same', () => {
    const item = arbitraryElement.map((tree) =>
      rename(xml('item', r, { jid: 'a@b' }, ...tree.children), 'item', r),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(arbitraryElement, item), { maxLength: 3 }), (children) => {
        const roster = parseRoster(query(...children))
        fc.pre(roster !== undefined)
        expect(parseRoster(toRosterElement(roster))).toEqual(roster)
      }),
      { numRuns: 300 },
    )
  })
})

describe('parseRosterChange()', () => {
  const item = xml('item', r, { jid: 'a@b', subscription: 'remove' })

  test('reads the one item of a push', () => {
    expect(parseRosterChange(xml('query', r, { ver: '2' }, item))).toMatchObject({
      ver: '2',
      item: { subscription: 'remove' },
    })
  })

  test.each([
    ['no item', query()],
    ['two items', query(item, item)],
    ['an item and something else', query(item, xml('x', 'urn:example'))],
    ['an item and one that cannot be read', query(item, xml('item', r, { jid: '@' }))],
    ['an item that cannot be read', query(xml('item', r))],
    ['an item somewhere else', xml('query', ns.version, {}, item)],
  ])('refuses %s', (_, element) => {
    expect(parseRosterChange(element)).toBeUndefined()
  })
})

describe('toRosterElement()', () => {
  test('without items is the request', () => {
    expect(toRosterElement()).toEqual(query())
    expect(toRosterElement({ ver: '' })).toEqual(xml('query', r, { ver: '' }))
  })

  test('writes an item with each group once', () => {
    expect(toRosterElement({ items: [{ jid: 'A@b', name: 'n', groups: ['x', 'y', 'x'] }] })).toEqual(
      query(xml('item', r, { jid: 'a@b', name: 'n' }, xml('group', r, {}, 'x'), xml('group', r, {}, 'y'))),
    )
    expect(toRosterElement({ items: [{ jid: 'a@b', ask: true, approved: true }] })).toEqual(
      query(xml('item', r, { jid: 'a@b', ask: 'subscribe', approved: 'true' })),
    )
    expect(toRosterElement({ items: [{ jid: 'a@b', ask: false, approved: false }] })).toEqual(
      query(xml('item', r, { jid: 'a@b' })),
    )
    expect(toRosterElement({ items: [{ jid: 'a@b', subscription: 'remove' }] })).toEqual(
      query(xml('item', r, { jid: 'a@b', subscription: 'remove' })),
    )
  })

  test('refuses an address that is none and a group without a name', () => {
    expect(() => toRosterElement({ items: [{ jid: '@' }] })).toThrow(RangeError)
    expect(() => toRosterElement({ items: [{ jid: 'a@b', groups: [''] }] })).toThrow(RangeError)
  })
})
