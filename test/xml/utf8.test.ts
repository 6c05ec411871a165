import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, Utf8Input, utf8Length } from '../../src/xml/utf8.js'
import { cutAt } from './random.js'

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Bytes of which many look like UTF-8 and many nearly so. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(
        ...[
          [0xed, 0xa0],
          [0xe0, 0x9f],
          [0xf0, 0x8f],
          [0xf4, 0x90],
          [0xc1],
          [0xf5],
          [0xe2, 0x82],
          [0xf0, 0x9f, 0x8e],
        ].map((bytes) => new Uint8Array(bytes)),
      ),
    ),
    { maxLength: 6 },
  )
  .map(concatBytes)

function isValid(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}

describe('Utf8Input', () => {
  it('gives the longest valid beginning of bytes cut anywhere, and the rest byte for byte', () => {
    fc.assert(
      fc.property(nearlyUtf8, fc.array(fc.nat(40), { maxLength: 5 }), (bytes, places) => {
        const input = new Utf8Input()
        const inside = places.map((place) => Math.min(place, bytes.length))
        let text = ''
        let rest: Uint8Array = new Uint8Array(0)
        for (const piece of cutAt(bytes, inside)) {
          if (rest.length > 0) rest = concatBytes([rest, piece])
          else {
            const decoded = input.decode(piece)
            text += decoded.text
            rest = new Uint8Array(decoded.invalid)
          }
        }
        const invalid = rest.length > 0
        rest = concatBytes([rest, input.takeBegun()])
        const valid = bytes.subarray(0, bytes.length - rest.length)
        expect(text).toBe(lenient.decode(valid))
        expect(isValid(valid)).toBe(true)
        expect(rest).toEqual(bytes.slice(valid.length))
        for (let length = valid.length + 1; length <= bytes.length; length++) {
          expect(isValid(bytes.subarray(0, length))).toBe(false)
        }
        // What waits could still become a character; what is invalid could not.
        const completed = [
          [0x80],
          [0x80, 0x80],
          [0x80, 0x80, 0x80],
          [0xa0],
          [0xa0, 0x80],
          [0x90, 0x80, 0x80],
        ].some((end) => rest.length > 0 && isValid(concatBytes([rest, new Uint8Array(end)])))
        expect(completed).toBe(rest.length > 0 && !invalid)
      }),
      { numRuns: 1000, seed: 7 },
    )
  })
})

describe('utf8Length()', () => {
  it('counts the bytes of any part of a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, text) => {
        const whole = before + text + before
        expect(utf8Length(whole, before.length, before.length + text.length)).toBe(
          new TextEncoder().encode(text).length,
        )
      }),
      { seed: 7 },
    )
  })
})
