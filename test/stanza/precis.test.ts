import { describe, expect, test } from 'vitest'
import { enforceOpaqueString, enforceUsernameCaseMapped } from '../../src/stanza/precis.js'

const isRefused = { refused: expect.any(String) }

describe('enforceUsernameCaseMapped()', () => {
  // RFC 8265 §3.5, tables 3 and 4.
  test.each([
    ['fussball', 'fussball'],
    ['fu\u00dfball', 'fu\u00dfball'],
    ['\u03c0', '\u03c0'],
    ['\u03a3', '\u03c3'],
    ['\u03c3', '\u03c3'],
    ['\u03c2', '\u03c2'],
  ])('maps %s to %s', (text, mapped) => {
    expect(enforceUsernameCaseMapped(text)).toBe(mapped)
  })

  test.each(['', 'foo bar', 'henry\u2163', '\u265a'])('refuses %j', (text) => {
    expect(enforceUsernameCaseMapped(text)).toEqual(isRefused)
  })

  test.each([
    ['\uff21\uff22\uff23', 'abc', 'fullwidth letters'],
    ['\uff76\uff9e', '\u30ac', 'halfwidth katakana and their voice mark'],
    ['e\u0301', '\u00e9', 'a decomposed letter'],
    ['\u1112\u1161\u11ab', '\ud55c', 'a decomposed syllable'],
    ['\u0130', 'i\u0307', 'the dotted capital I'],
    ['\u1e9e', '\u00df', 'the capital sharp s'],
    ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2', 'a capital sigma at the end of a word'],
    ['\u212a', 'k', 'the Kelvin sign'],
    ['\u3007', '\u3007', 'the ideographic zero, by exception'],
  ])('maps %s to %s: %s', (text, mapped) => {
    expect(enforceUsernameCaseMapped(text)).toBe(mapped)
  })

  test.each([
    ['\ufb01', 'a ligature'],
    ['\u1100', 'an old Hangul letter'],
    ['\u0640', 'tatweel, by exception'],
    ['a\u00ad', 'a soft hyphen'],
    ['a\ufe0f', 'a variation selector'],
    ['\u{1f600}', 'an emoji'],
    ['a\u0488', 'an enclosing mark'],
    ['\u{e0041}', 'a tag'],
    ['\u0378', 'an unassigned code point'],
    ['\ufdd0', 'a noncharacter'],
    ['\u3000', 'an ideographic space'],
  ])('refuses %j: %s', (text) => {
    expect(enforceUsernameCaseMapped(text)).toEqual(isRefused)
  })
})

describe('the Bidi Rule (RFC 5893 §2)', () => {
  test.each([
    ['\u05d0\u05d1', 'letters from right to left'],
    ['\u0627\u0628\u0661', 'an Arabic number at the end'],
    ['\u05d01', 'a European number at the end'],
    ['\u05d0\u05b7', 'a mark at the end'],
    ['\u05d0-\u05d1', 'a sign in between'],
    ['a1-', 'any sign at the end where nothing runs from right to left'],
  ])('accepts %s: %s', (text) => {
    expect(enforceUsernameCaseMapped(text)).toBe(text)
  })

  test.each([
    ['1\u05d0', 'a number in front (1)'],
    ['-\u05d0', 'a sign in front (1)'],
    ['\u05b7\u05d0', 'a mark in front (1)'],
    ['\u0661', 'an Arabic number alone (1)'],
    ['\u05d0a\u05d1', 'a letter from left to right (2)'],
    ['\u05d0-', 'a sign at the end (3)'],
    ['\u06271\u0661', 'both kinds of number (4)'],
    ['a\u05d0', 'a letter from right to left among others (5)'],
    ['a\u05d0b', 'the same in the middle (5)'],
    ['a\u0661', 'an Arabic number among others (5)'],
  ])('refuses %s: %s', (text) => {
    expect(enforceUsernameCaseMapped(text)).toEqual(isRefused)
  })
})

describe('the contextual rules (RFC 5892 §A)', () => {
  test.each([
    ['\u0646\u0645\u06cc\u200c\u062e', 'ZWNJ between joining letters'],
    ['\u0628\u064b\u200c\u064b\u0628', 'ZWNJ with marks in between'],
    ['\u0915\u094d\u200c\u0937', 'ZWNJ after a virama'],
    ['\u0915\u094d\u200d\u0937', 'ZWJ after a virama'],
    ['l\u00b7l', 'a middle dot between two l'],
    ['L\u00b7L', 'a middle dot between two L, which are mapped first'],
    ['\u0375\u03b1', 'a keraia before Greek'],
    ['\u05d0\u05f3', 'a geresh after Hebrew'],
    ['\u05d0\u05f4\u05d1', 'gershayim after Hebrew'],
    ['\u30a2\u30fb', 'a katakana middle dot with katakana'],
    ['\u30fb\u4e00', 'a katakana middle dot with Han'],
    ['\u0627\u0661\u0662', 'Arabic-Indic digits alone'],
    ['\u0627\u06f1\u06f2', 'extended Arabic-Indic digits alone'],
  ])('accepts %j: %s', (text) => {
    expect(enforceUsernameCaseMapped(text)).toBe(text.toLowerCase())
  })

  test.each([
    ['a\u200cb', 'ZWNJ between letters that do not join'],
    ['\u0627\u200c\u0628', 'ZWNJ after a letter that joins only backward'],
    ['\u0628\u200c', 'ZWNJ before nothing'],
    ['a\u200d', 'ZWJ without a virama'],
    ['\u0915\u093c\u200d', 'ZWJ after a mark that is no virama'],
    ['a\u00b7l', 'a middle dot without an l in front'],
    ['l\u00b7a', 'a middle dot without an l behind'],
    ['\u0375a', 'a keraia before Latin'],
    ['\u03b1\u0375', 'a keraia at the end'],
    ['a\u05f3', 'a geresh after Latin'],
    ['\u05f4\u05d0', 'gershayim in front'],
    ['a\u30fb', 'a katakana middle dot among Latin'],
    ['\u0627\u0661\u06f1', 'both kinds of Arabic digits'],
  ])('refuses %j: %s', (text) => {
    expect(enforceUsernameCaseMapped(text)).toEqual(isRefused)
  })

  test('hold for free text too', () => {
    expect(enforceOpaqueString('\u{1f468}\u200d\u{1f469}')).toEqual({
      refused: 'holds U+200D where its neighbours do not allow it (RFC 5892 §A)',
    })
    expect(enforceOpaqueString('\u0915\u094d\u200d\u0937')).toBe('\u0915\u094d\u200d\u0937')
  })
})

describe('enforceOpaqueString()', () => {
  // RFC 8265 §4.3, tables 5 and 6.
  test.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['\u03c0\u00df\u00e5', '\u03c0\u00df\u00e5'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
  ])('maps %j to %j', (text, mapped) => {
    expect(enforceOpaqueString(text)).toBe(mapped)
  })

  test.each(['', 'my cat is a \tby', '\u200b', '\u00ad', '\u1100', '\ue000', '\ud800', '\u{1f468}\ufe0f'])(
    'refuses %j',
    (text) => {
      expect(enforceOpaqueString(text)).toEqual(isRefused)
    },
  )

  test.each([
    ['\ufb01\u2163\uff21', '\ufb01\u2163\uff21', 'compatibility characters stay'],
    ['e\u0301', '\u00e9', 'letters are composed'],
    ['a\u05d0', 'a\u05d0', 'directions may mix'],
    ['\u3000\u00a0', '  ', 'every space becomes the plain one'],
  ])('maps %j to %j: %s', (text, mapped) => {
    expect(enforceOpaqueString(text)).toBe(mapped)
  })
})
