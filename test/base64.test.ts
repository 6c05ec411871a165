import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '../src/base64.js'
import { equalInConstantTime, xorBytes } from '../src/sasl/bytes.js'

test('decodeBase64() gives back what encodeBase64() made, as Buffer does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = encodeBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(decodeBase64(text)).toEqual(bytes)
    }),
  )
})

test('encodeBase64() takes more bytes than a call has arguments', () => {
  expect(encodeBase64(new Uint8Array(300_000))).toHaveLength(400_000)
})

test.each(['Zg', 'Zg=', 'Zh==', 'Zm9=', 'Zm 9v', 'Zm9v\n', '=', 'Zg==Zg==', 'Zm-_', 'Zm9vé', 'A'])(
  'decodeBase64() refuses %j',
  (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  },
)

test('equalInConstantTime() finds a difference anywhere', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, change) => {
        const other = Uint8Array.from(bytes, (byte, index) =>
          index === at % bytes.length ? byte ^ change : byte,
        )
        expect(equalInConstantTime(bytes, Uint8Array.from(bytes))).toBe(true)
        expect(equalInConstantTime(bytes, other)).toBe(false)
        expect(equalInConstantTime(bytes, bytes.subarray(1))).toBe(false)
      },
    ),
  )
})

test('xorBytes() refuses arrays of different lengths', () => {
  expect(() => xorBytes(new Uint8Array(2), new Uint8Array(3))).toThrow(RangeError)
})
