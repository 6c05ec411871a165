import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePunycode, toPunycode } from '../../src/stanza/punycode.js'

// RFC 3492 §7.1, the samples of one script each and those that mix.
test.each([
  [
    '\u0644\u064a\u0647\u0645\u0627\u0628\u062a\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064a\u061f',
    'egbpdaj6bu4bxfgehfvwxn',
  ],
  ['\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587', 'ihqwcrb4cv8a8dqg056pqjye'],
  ['\u4ed6\u5011\u7232\u4ec0\u9ebd\u4e0d\u8aaa\u4e2d\u6587', 'ihqwctvzc91f659drss3x8bo0yb'],
  [
    '\u05dc\u05de\u05d4\u05d4\u05dd\u05e4\u05e9\u05d5\u05d8\u05dc\u05d0\u05de\u05d3\u05d1\u05e8\u05d9\u05dd\u05e2\u05d1\u05e8\u05d9\u05ea',
    '4dbcagdahymbxekheh6e0a7fei0b',
  ],
  [
    '\u306a\u305c\u307f\u3093\u306a\u65e5\u672c\u8a9e\u3092\u8a71\u3057\u3066\u304f\u308c\u306a\u3044\u306e\u304b',
    'n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa',
  ],
  ['3\u5e74b\u7d44\u91d1\u516b\u5148\u751f', '3b-ww4c5e180e575a65lsy2b'],
  [
    'hello-another-way-\u305d\u308c\u305e\u308c\u306e\u5834\u6240',
    'hello-another-way--fc4qua05auwb3674vfr0b',
  ],
  ['-> $1.00 <-', '-> $1.00 <--'],
])('%s is %s', (label, punycode) => {
  expect(toPunycode(label)).toBe(punycode)
  expect(parsePunycode(punycode)).toBe(label)
})

test('parsePunycode() undoes toPunycode() for every label', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (label) => {
      expect(parsePunycode(toPunycode(label))).toBe(label)
    }),
  )
})

test.each(['9', '99999999', 'a_b', '\u00fc', '-', '709bq0caj', '9'.repeat(5000)])(
  'parsePunycode() refuses %j',
  (text) => {
    expect(parsePunycode(text)).toBeUndefined()
  },
)
