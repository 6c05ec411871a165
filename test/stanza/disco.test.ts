import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseDiscoInfo,
  parseDiscoItems,
  toDiscoInfoElement,
  toDiscoItemsElement,
} from '../../src/stanza/disco.js'
import { parseJid } from '../../src/stanza/jid.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement } from './arbitrary-elements.js'

const i = ns.discoInfo
const j = ns.discoItems

describe('parseDiscoInfo()', () => {
  test('reads identities, features and forms', () => {
    const form = xml('x', 'jabber:x:data', { type: 'result' })
    const nameless = xml('identity', i, { category: 'client' })
    const info = parseDiscoInfo(
      xml(
        'query',
        i,
        { node: 'n' },
        xml('identity', i, { category: 'conference', type: 'text', name: 'Play', 'xml:lang': 'en' }),
        xml('feature', i, { var: i }),
        xml('feature', i, { var: 'jid\\20escaping' }),
        xml('feature', i, { var: i }),
        xml('feature', i),
        nameless,
        form,
      ),
    )
    expect(info).toEqual({
      node: 'n',
      identities: [{ category: 'conference', type: 'text', name: 'Play', lang: 'en' }],
      features: [i, 'jid\\20escaping'],
      payloads: [xml('feature', i), nameless, form],
    })
  })

  test('only direct children in its namespace count', () => {
    const decoys = [
      xml('x', 'urn:example', {}, xml('feature', i, { var: 'a' })),
      xml('feature', j, { var: 'a' }),
    ]
    expect(parseDiscoInfo(xml('query', i, {}, ...decoys))).toMatchObject({ features: [], payloads: decoys })
    expect(parseDiscoInfo(xml('query', j))).toBeUndefined()
  })
})

describe('parseDiscoItems()', () => {
  test('reads items and keeps what it cannot read', () => {
    const page = xml('set', 'http://jabber.org/protocol/rsm')
    const bad = xml('item', j, { jid: '@' })
    const items = parseDiscoItems(
      xml(
        'query',
        j,
        {},
        xml('item', j, { jid: 'people.shakespeare.lit', name: 'Directory', node: 'x' }),
        bad,
        page,
      ),
    )
    expect(items).toEqual({
      node: undefined,
      items: [{ jid: parseJid('people.shakespeare.lit'), name: 'Directory', node: 'x' }],
      payloads: [bad, page],
    })
    expect(parseDiscoItems(xml('query', i))).toBeUndefined()
  })
})

test('requests are empty queries', () => {
  expect(toDiscoInfoElement()).toEqual(xml('query', i))
  expect(toDiscoItemsElement({ node: 'n' })).toEqual(xml('query', j, { node: 'n' }))
})

test('toDiscoInfoElement() writes each feature once', () => {
  expect(
    toDiscoInfoElement({ identities: [{ category: 'client', type: 'pc' }], features: ['a', 'b', 'a'] }),
  ).toEqual(
    xml(
      'query',
      i,
      {},
      xml('identity', i, { category: 'client', type: 'pc' }),
      xml('feature', i, { var: 'a' }),
      xml('feature', i, { var: 'b' }),
    ),
  )
})

test('toDiscoItemsElement() refuses an address that is none', () => {
  expect(() => toDiscoItemsElement({ items: [{ jid: '' }] })).toThrow(RangeError)
})

test('any tree is read, and what was read is written back the same', () => {
  fc.assert(
    fc.property(fc.array(arbitraryElement, { maxLength: 3 }), (children) => {
      const info = parseDiscoInfo(xml('query', i, {}, ...children))
      const items = parseDiscoItems(xml('query', j, {}, ...children))
      expect(info && parseDiscoInfo(toDiscoInfoElement(info))).toEqual(info)
      expect(items && parseDiscoItems(toDiscoItemsElement(items))).toEqual(items)
      expect(info).toBeDefined()
      expect(items).toBeDefined()
    }),
  )
})
