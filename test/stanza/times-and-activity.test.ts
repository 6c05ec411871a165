import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEntityTime, toEntityTimeElement } from '../../src/stanza/entity-time.js'
import { parseLastActivity, toLastActivityElement } from '../../src/stanza/last-activity.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { arbitraryElement, rename } from './arbitrary-elements.js'

const time = (tzo: string, utc = '2006-12-19T17:58:35Z') =>
  parseEntityTime(xml('time', ns.time, {}, xml('tzo', ns.time, {}, tzo), xml('utc', ns.time, {}, utc)))

describe('the time of an entity (XEP-0202)', () => {
  test.each([
    ['-06:00', -360],
    ['+05:45', 345],
    ['Z', 0],
    ['-00:00', 0],
  ])('is %s ahead of UTC', (tzo, offsetMinutes) => {
    expect(time(tzo)).toEqual({ moment: Date.UTC(2006, 11, 19, 17, 58, 35), offsetMinutes })
  })

  test.each(['', '6', '+15:00', '+05:60', 'CET', '+0500'])('has no offset of %j', (tzo) => {
    expect(time(tzo)).toBeUndefined()
  })

  test('is no other element, and no other moment', () => {
    expect(parseEntityTime(xml('time', 'jabber:iq:time'))).toBeUndefined()
    expect(time('Z', '20061219T17:58:35')).toBeUndefined()
  })

  test('that is written is read back to the second', () => {
    const moment = fc.integer({ min: -10_000_000_000_000, max: 10_000_000_000_000 })
    const offsetMinutes = fc.integer({ min: -14 * 60, max: 14 * 60 })
    fc.assert(
      fc.property(moment, offsetMinutes, (at, offset) => {
        const written = toEntityTimeElement({ moment: at, offsetMinutes: offset })
        expect(parseEntityTime(written)).toEqual({
          moment: Math.floor(at / 1_000) * 1_000,
          offsetMinutes: offset,
        })
      }),
    )
  })
})

describe('the last activity (XEP-0012)', () => {
  test.each([
    [
      { seconds: 903, status: 'Heading Home' },
      { seconds: 903, status: 'Heading Home' },
    ],
    [{ seconds: 0.9 }, { seconds: 0, status: undefined }],
  ])('that is written is read back: %j', (given, read) => {
    expect(parseLastActivity(toLastActivityElement(given))).toEqual(read)
  })

  test.each(['', '-1', '1.5', 'long', '9'.repeat(16)])('is not %j seconds ago', (seconds) => {
    expect(parseLastActivity(xml('query', ns.lastActivity, { seconds }))).toBeUndefined()
  })

  test.each([-1, Number.NaN, Infinity, undefined])('cannot be %j seconds ago', (seconds) => {
    expect(() => toLastActivityElement(seconds === undefined ? {} : { seconds })).toThrow(RangeError)
  })
})

test('any tree is read or is none', () => {
  fc.assert(
    fc.property(arbitraryElement, (element) => {
      for (const read of [
        parseEntityTime(rename(element, 'time', ns.time)),
        parseLastActivity(rename(element, 'query', ns.lastActivity)),
      ])
        expect(read === undefined || typeof read === 'object').toBe(true)
    }),
  )
})
