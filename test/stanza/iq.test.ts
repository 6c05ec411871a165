import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIq, toIqElement, toResultElement, type Iq } from '../../src/stanza/iq.js'
import { parseStanza } from '../../src/stanza/stanza.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const c = ns.client
const query = xml('query', ns.roster)
const read = (element: XmlElement): Iq => {
  const iq = parseIq(element)
  if (iq.kind === 'problem') throw new Error(iq.text)
  return iq
}

describe('parseIq()', () => {
  test.each(['get', 'set'])('reads a request of type %s with its one payload', (type) => {
    expect(read(xml('iq', c, { type, id: 'a', to: 'b@c' }, '\n', query, '\n'))).toMatchObject({
      kind: 'iq',
      type,
      id: 'a',
      from: undefined,
      payload: query,
    })
  })

  test('a result may be empty', () => {
    expect(read(xml('iq', c, { type: 'result', id: 'a' }))).toMatchObject({
      type: 'result',
      payload: undefined,
    })
    expect(read(xml('iq', c, { type: 'result', id: 'a' }, query))).toMatchObject({ payload: query })
  })

  test('an error may hold the request', () => {
    const error = xml('error', c, { type: 'cancel' }, xml('item-not-found', ns.stanzaErrors))
    for (const children of [
      [query, error],
      [error, query],
    ]) {
      expect(read(xml('iq', c, { type: 'error', id: 'a' }, ...children))).toMatchObject({
        type: 'error',
        error: { condition: 'item-not-found' },
        errorElement: error,
        payload: query,
      })
    }
  })

  test('an error that says nothing is undefined-condition', () => {
    expect(read(xml('iq', c, { type: 'error', id: 'a' }))).toMatchObject({
      error: { condition: 'undefined-condition' },
      errorElement: undefined,
      payload: undefined,
    })
  })

  // RFC 6120 §8.2.3.
  test.each([
    ['no id', xml('iq', c, { type: 'get' }, query), 'an IQ needs an id'],
    ['no type', xml('iq', c, { id: 'a' }, query), 'the type of an IQ is get, set, result or error'],
    [
      'an unknown type',
      xml('iq', c, { id: 'a', type: 'constructor' }, query),
      'the type of an IQ is get, set, result or error',
    ],
    ['no payload', xml('iq', c, { id: 'a', type: 'get' }, 'text'), 'a request has one child element, not 0'],
    [
      'two payloads',
      xml('iq', c, { id: 'a', type: 'set' }, query, query),
      'a request has one child element, not 2',
    ],
    [
      'two results',
      xml('iq', c, { id: 'a', type: 'result' }, query, query),
      'a result has at most one child element, not 2',
    ],
    ['another name', xml('message', c, { id: 'a', type: 'get' }, query), 'this is not an IQ'],
  ])('%s is a problem: bad-request', (_, element, text) => {
    expect(parseIq(element)).toEqual({ kind: 'problem', condition: 'bad-request', text, element })
  })

  test('a malformed address is a problem', () => {
    expect(parseIq(xml('iq', c, { id: 'a', type: 'get', from: '@' }, query))).toMatchObject({
      condition: 'jid-malformed',
    })
  })

  test('any tree gives an IQ or a problem, and what was read is written back the same', () => {
    const type = fc.constantFrom('get', 'set', 'result', 'error')
    fc.assert(
      fc.property(fc.array(arbitraryElement, { maxLength: 2 }), type, (children, type) => {
        const iq = parseIq(xml('iq', c, { type, id: '1' }, ...children))
        fc.pre(iq.kind === 'iq' && (iq.type !== 'error' || iq.errorElement !== undefined))
        expect(read(toIqElement(iq))).toEqual(iq)
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(arbitraryElement, (tree) => {
        expect(['iq', 'problem']).toContain(parseIq(rename(tree, 'iq', c)).kind)
      }),
      { numRuns: 500 },
    )
  })
})

describe('toIqElement()', () => {
  test('writes a request', () => {
    expect(toIqElement({ type: 'get', id: 'a', to: 'Example.com', payload: query })).toEqual(
      xml('iq', c, { to: 'example.com', id: 'a', type: 'get' }, query),
    )
  })

  test('writes an error', () => {
    expect(toIqElement({ type: 'error', id: 'a', error: { condition: 'forbidden', text: 'No' } })).toEqual(
      xml(
        'iq',
        c,
        { id: 'a', type: 'error' },
        xml(
          'error',
          c,
          { type: 'auth' },
          xml('forbidden', ns.stanzaErrors),
          xml('text', ns.stanzaErrors, {}, 'No'),
        ),
      ),
    )
  })

  test('toResultElement() answers whoever asked, under the same id', () => {
    const request = read(xml('iq', c, { type: 'get', id: 'a', from: 'b@c/d', to: 'e@f' }, query))
    if (request.type !== 'get') throw new Error('not a request')
    expect(toResultElement(request)).toEqual(
      xml('iq', c, { from: 'e@f', to: 'b@c/d', id: 'a', type: 'result' }),
    )
    expect(toResultElement(request, query).elements()).toEqual([query])
  })
})

describe('parseStanza()', () => {
  test.each([
    ['message', 'message'],
    ['presence', 'presence'],
    ['iq', 'problem'],
  ])('reads <%s/>', (name, kind) => {
    expect(parseStanza(xml(name, c))?.kind).toBe(kind)
  })

  test.each([
    ['message', 'jabber:server'],
    ['message', ''],
    ['error', c],
    ['constructor', c],
    ['features', ns.streams],
  ])('<%s xmlns=%j/> is no stanza', (name, namespace) => {
    expect(parseStanza(xml(name, namespace))).toBeUndefined()
  })

  test('hands the language of the stream on', () => {
    expect(parseStanza(xml('message', c, {}, xml('body', c)), 'fr')).toMatchObject({ lang: 'fr' })
    expect(parseStanza(xml('presence', c), 'fr')).toMatchObject({ lang: 'fr' })
    expect(parseStanza(xml('iq', c, { type: 'result', id: 'a' }), 'fr')).toMatchObject({ lang: 'fr' })
  })
})
