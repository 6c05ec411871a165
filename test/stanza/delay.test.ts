import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDateTime, parseLegacyDateTime, toDateTime } from '../../src/stanza/date-time.js'
import { findDelay, parseDelay, toDelayElement } from '../../src/stanza/delay.js'
import { parseJid } from '../../src/stanza/jid.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement } from './arbitrary-elements.js'

describe('parseDateTime()', () => {
  // XEP-0082 §3.2.
  test.each([
    ['1969-07-21T02:56:15Z', Date.UTC(1969, 6, 21, 2, 56, 15)],
    ['1969-07-20T21:56:15-05:00', Date.UTC(1969, 6, 21, 2, 56, 15)],
    ['2002-09-10T23:41:07.5+14:00', Date.UTC(2002, 8, 10, 9, 41, 7, 500)],
    ['2000-02-29T00:00:00.123456789Z', Date.UTC(2000, 1, 29, 0, 0, 0, 123)],
    ['1970-01-01T00:00:00-00:00', 0],
  ])('reads %s', (text, moment) => {
    expect(parseDateTime(text)).toBe(moment)
  })

  test.each([
    '',
    '2002-09-10',
    '2002-09-10T23:41:07',
    '2002-09-10 23:41:07Z',
    '20020910T23:41:07Z',
    '2002-13-10T23:41:07Z',
    '2002-00-10T23:41:07Z',
    '2001-02-29T23:41:07Z',
    '1900-02-29T23:41:07Z',
    '2002-04-31T23:41:07Z',
    '2002-06-31T23:41:07Z',
    '2002-09-31T23:41:07Z',
    '2002-11-31T23:41:07Z',
    '2002-12-32T23:41:07Z',
    '2002-09-00T23:41:07Z',
    '2002-09-10T24:00:00Z',
    '2002-09-10T23:60:07Z',
    '2002-09-10T23:41:60Z',
    '2002-09-10T23:41:07.Z',
    '2002-09-10T23:41:07+15:00',
    '2002-09-10T23:41:07+05:60',
    '2002-09-10T23:41:07z',
    ' 2002-09-10T23:41:07Z',
  ])('refuses %j', (text) => {
    expect(parseDateTime(text)).toBeUndefined()
  })

  test('and toDateTime() agree with the calendar of the engine', () => {
    const span = { min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }
    fc.assert(
      fc.property(fc.integer(span), (moment) => {
        const iso = new Date(moment).toISOString()
        expect(toDateTime(moment)).toBe(iso.replace('.000Z', 'Z'))
        expect(parseDateTime(iso)).toBe(moment)
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['2000-02-29T12:00:00Z', '2000-03-01T00:00:00Z', '2024-02-29T00:00:00Z', '2100-02-28T23:59:59Z'])(
    'toDateTime() writes %s, beside a day that some years lack',
    (text) => {
      expect(toDateTime(Date.parse(text))).toBe(text)
    },
  )

  test.each([-62_167_219_200_001, 253_402_300_800_000, NaN, Infinity])(
    'toDateTime() refuses %d',
    (moment) => {
      expect(() => toDateTime(moment)).toThrow(RangeError)
    },
  )

  test('parseLegacyDateTime() reads the older form', () => {
    expect(parseLegacyDateTime('20020910T23:41:07')).toBe(Date.UTC(2002, 8, 10, 23, 41, 7))
    expect(parseLegacyDateTime('20021310T23:41:07')).toBeUndefined()
    expect(parseLegacyDateTime('2002-09-10T23:41:07Z')).toBeUndefined()
  })
})

describe('parseDelay()', () => {
  const stamp = '2002-09-10T23:08:25Z'
  const moment = Date.UTC(2002, 8, 10, 23, 8, 25)

  test('reads the delay of XEP-0203 §3', () => {
    expect(
      parseDelay(xml('delay', ns.delay, { from: 'capulet.com', stamp }, '\n  Offline Storage\n')),
    ).toEqual({
      moment,
      from: parseJid('capulet.com'),
      reason: 'Offline Storage',
    })
  })

  test('reads the older form', () => {
    expect(parseDelay(xml('x', ns.legacyDelay, { stamp: '20020910T23:08:25' }))).toEqual({
      moment,
      from: undefined,
      reason: undefined,
    })
  })

  test('a sender that cannot be read costs not the moment', () => {
    expect(parseDelay(xml('delay', ns.delay, { from: '@', stamp }))).toMatchObject({
      moment,
      from: undefined,
    })
  })

  test.each([
    ['no moment', xml('delay', ns.delay)],
    ['a moment in the older form', xml('delay', ns.delay, { stamp: '20020910T23:08:25' })],
    ['another namespace', xml('delay', ns.client, { stamp })],
    ['another name', xml('x', ns.delay, { stamp })],
  ])('is undefined for %s', (_, element) => {
    expect(parseDelay(element)).toBeUndefined()
  })

  test('findDelay() takes XEP-0203 before the older form, wherever it stands', () => {
    const older = xml('x', ns.legacyDelay, { stamp: '20000101T00:00:00' })
    const delay = xml('delay', ns.delay, { stamp })
    const buried = xml('x', 'urn:example', {}, delay)
    expect(findDelay([older, delay])?.moment).toBe(moment)
    expect(findDelay([delay, older])?.moment).toBe(moment)
    expect(findDelay([buried, older])?.moment).toBe(Date.UTC(2000, 0, 1))
    expect(findDelay([buried])).toBeUndefined()
  })

  test('findDelay() survives any tree', () => {
    fc.assert(
      fc.property(fc.array(arbitraryElement, { maxLength: 3 }), (payloads) => {
        expect(findDelay([...payloads, xml('delay', ns.delay, { stamp })])?.moment).toEqual(
          expect.any(Number),
        )
      }),
    )
  })

  test('toDelayElement() writes it', () => {
    expect(toDelayElement({ moment, from: 'Capulet.com', reason: 'Offline Storage' })).toEqual(
      xml('delay', ns.delay, { from: 'capulet.com', stamp }, 'Offline Storage'),
    )
    expect(toDelayElement({ moment })).toEqual(xml('delay', ns.delay, { stamp }))
    expect(() => toDelayElement({ moment, from: '@' })).toThrow(RangeError)
  })
})
