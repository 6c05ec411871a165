import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePresence, toPresenceElement, type Presence } from '../../src/stanza/presence.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const c = ns.client
const read = (element: XmlElement): Presence => {
  const presence = parsePresence(element)
  if (presence.kind === 'problem') throw new Error(presence.text)
  return presence
}

describe('parsePresence()', () => {
  test('reads the presence of RFC 6121 §4.7.2 with its two statuses', () => {
    const presence = read(
      xml(
        'presence',
        c,
        { from: 'romeo@example.net/orchard', 'xml:lang': 'en' },
        xml('show', c, {}, 'dnd'),
        xml('status', c, {}, 'Wooing Juliet'),
        xml('status', c, { 'xml:lang': 'cs' }, 'Dvo\u0159\u00edm se Julii'),
        xml('priority', c, {}, '1'),
      ),
    )
    expect(presence).toMatchObject({
      type: undefined,
      show: 'dnd',
      status: 'Wooing Juliet',
      statuses: [
        { lang: 'en', text: 'Wooing Juliet' },
        { lang: 'cs', text: 'Dvo\u0159\u00edm se Julii' },
      ],
      priority: 1,
      payloads: [],
    })
    expect(presence.from?.resource).toBe('orchard')
  })

  test('an empty presence is simply available', () => {
    expect(read(xml('presence', c))).toMatchObject({
      type: undefined,
      show: undefined,
      status: undefined,
      priority: 0,
      error: undefined,
    })
  })

  test.each(['error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed'])(
    'knows the type %s',
    (type) => {
      expect(read(xml('presence', c, { type })).type).toBe(type)
    },
  )

  test.each(['available', 'invisible', '', 'constructor'])(
    'the type %j is a problem, and never taken for available',
    (type) => {
      expect(parsePresence(xml('presence', c, { type }))).toMatchObject({
        kind: 'problem',
        condition: 'bad-request',
      })
    },
  )

  test.each([
    ['127', 127],
    ['-128', -128],
    ['+5', 5],
    [' 5\n', 5],
    ['-0', 0],
    ['007', 7],
  ])('priority %j is %i', (text, priority) => {
    expect(read(xml('presence', c, {}, xml('priority', c, {}, text))).priority).toBe(priority)
  })

  test.each(['', '128', '-129', '1.5', '1e1', '0x1', 'one', 'Infinity', '1 2', '\u0661', '9'.repeat(400)])(
    'priority %j means nothing: 0, and the element is kept',
    (text) => {
      const element = xml('priority', c, {}, text)
      const presence = read(xml('presence', c, {}, element))
      expect(presence.priority).toBe(0)
      expect(presence.payloads).toEqual([element])
    },
  )

  test.each(['away', 'chat', 'dnd', 'xa'])('knows the show %s', (show) => {
    expect(read(xml('presence', c, {}, xml('show', c, {}, show))).show).toBe(show)
  })

  test('an unknown show means nothing and is kept; the first that means something counts', () => {
    const unknown = xml('show', c, {}, 'busy')
    const second = xml('show', c, {}, 'away')
    const presence = read(xml('presence', c, {}, unknown, xml('show', c, {}, 'xa'), second))
    expect(presence.show).toBe('xa')
    expect(presence.payloads).toEqual([unknown, second])
  })

  test('only its own children in its own namespace count', () => {
    const foreign = xml('show', 'urn:example', {}, 'away')
    const buried = xml('x', 'urn:example', {}, xml('show', c, {}, 'away'), xml('priority', c, {}, '5'))
    const presence = read(xml('presence', c, {}, foreign, buried))
    expect(presence).toMatchObject({ show: undefined, priority: 0, payloads: [foreign, buried] })
  })

  test('reads an error', () => {
    const error = xml('error', c, { type: 'wait' }, xml('conflict', ns.stanzaErrors))
    expect(read(xml('presence', c, { type: 'error' }, error))).toMatchObject({
      error: { condition: 'conflict', type: 'wait' },
      errorElement: error,
    })
  })

  test('a malformed address is a problem', () => {
    expect(parsePresence(xml('presence', c, { from: '/x' }))).toMatchObject({ condition: 'jid-malformed' })
    expect(parsePresence(xml('message', c))).toMatchObject({ condition: 'bad-request' })
  })

  test('any tree gives a presence or a problem, and what was read is written back the same', () => {
    fc.assert(
      fc.property(arbitraryElement, (tree) => {
        const presence = parsePresence(rename(tree, 'presence', c))
        fc.pre(
          presence.kind === 'presence' &&
            (presence.error === undefined || presence.errorElement !== undefined),
        )
        expect(read(toPresenceElement(presence))).toEqual(presence)
      }),
      { numRuns: 500 },
    )
  })
})

describe('toPresenceElement()', () => {
  test('writes initial presence as nothing but itself', () => {
    expect(toPresenceElement({})).toEqual(xml('presence', c))
    expect(toPresenceElement({ priority: 0 })).toEqual(xml('presence', c))
  })

  test('writes what the application says', () => {
    const caps = xml('c', 'http://jabber.org/protocol/caps')
    expect(
      toPresenceElement({
        show: 'away',
        status: { en: 'out', de: 'fort' },
        priority: -1,
        lang: 'en',
        payloads: [caps],
      }),
    ).toEqual(
      xml(
        'presence',
        c,
        { 'xml:lang': 'en' },
        xml('show', c, {}, 'away'),
        xml('status', c, {}, 'out'),
        xml('status', c, { 'xml:lang': 'de' }, 'fort'),
        xml('priority', c, {}, '-1'),
        caps,
      ),
    )
  })

  test('writes a request for a subscription', () => {
    expect(toPresenceElement({ to: 'Juliet@example.com', type: 'subscribe', id: 'xk3h1v69' })).toEqual(
      xml('presence', c, { to: 'juliet@example.com', id: 'xk3h1v69', type: 'subscribe' }),
    )
  })

  test('writes an error', () => {
    expect(toPresenceElement({ type: 'error', error: { condition: 'gone' } }).elements('error')).toHaveLength(
      1,
    )
  })

  test.each([128, -129, 0.5, NaN, Infinity])('refuses the priority %d', (priority) => {
    expect(() => toPresenceElement({ priority })).toThrow(
      new RangeError(`a priority must be a whole number from -128 to 127, not ${priority}`),
    )
  })

  test('says to who writes JavaScript what a show is', () => {
    const inJavaScript = (presence: unknown) => () => Reflect.apply(toPresenceElement, undefined, [presence])
    expect(inJavaScript({ show: 'busy' })).toThrow(
      new RangeError('a show is away, chat, dnd or xa (RFC 6121 §4.7.2.1), not busy'),
    )
  })
})
