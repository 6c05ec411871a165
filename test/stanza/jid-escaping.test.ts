import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeLocal, unescapeLocal } from '../../src/stanza/jid-escaping.js'
import { toJid } from '../../src/stanza/jid.js'

describe('the examples of XEP-0106 §5.1', () => {
  test.each([
    [1, 'space cadet', 'space\\20cadet'],
    [2, 'call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    [3, 'at&t guy', 'at\\26t\\20guy'],
    [4, "d'artagnan", 'd\\27artagnan'],
    [5, '/.fanboy', '\\2f.fanboy'],
    [6, '::foo::', '\\3a\\3afoo\\3a\\3a'],
    [7, '<foo>', '\\3cfoo\\3e'],
    [8, 'user@host', 'user\\40host'],
    [9, 'c:\\net', 'c\\3a\\net'],
    [10, 'c:\\\\net', 'c\\3a\\\\net'],
    [11, 'c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
    [12, 'c:\\5commas', 'c\\3a\\5c5commas'],
  ])('%i: %s', (_, typed, escaped) => {
    expect(escapeLocal(typed)).toBe(escaped)
    expect(unescapeLocal(escaped)).toBe(typed)
    expect(toJid({ local: escaped, domain: 'example.com' }).local).toBe(escaped)
  })
})

describe('escapeLocal()', () => {
  test.each([
    ["here's_a_wild_&_/cr%zy/_address", 'here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address'],
    [
      'here\'s_a_wild_&_/cr%zy/_address_for:<wv>("IMPS")',
      'here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address_for\\3a\\3cwv\\3e(\\22IMPS\\22)',
    ],
    ['\\3and\\2is\\5cool', '\\5c3and\\2is\\5c5cool'],
    ['somenick!user"&\'/:<>\\5c3address', 'somenick!user\\22\\26\\27\\2f\\3a\\3c\\3e\\5c5c3address'],
  ])('writes %s as %s', (typed, escaped) => {
    expect(escapeLocal(typed)).toBe(escaped)
    expect(unescapeLocal(escaped)).toBe(typed)
  })

  test.each(['\\2plus\\2is\\4', 'foo\\bar', 'foob\\41r', '\\2F', '\\'])('leaves %s as it is', (text) => {
    expect(escapeLocal(text)).toBe(text)
    expect(unescapeLocal(text)).toBe(text)
  })

  test.each([' a', 'a ', ' '])('refuses %j, whose space cannot be written', (text) => {
    expect(() => escapeLocal(text)).toThrow(RangeError)
  })
})

describe('unescapeLocal()', () => {
  test('undoes each escape once', () => {
    expect(unescapeLocal('\\5c27')).toBe('\\27')
    expect(unescapeLocal('\\5c5c20x')).toBe('\\5c20x')
  })

  test('leaves \\20 at either end, where it is none of ours', () => {
    expect(unescapeLocal('\\20a\\20b\\20')).toBe('\\20a b\\20')
  })

  test('undoes escapeLocal() for every text without a space at an end', () => {
    const typed = fc.string({ unit: fc.constantFrom(...'\\2057cfa @&\'"/:<>x') })
    fc.assert(
      fc.property(typed, (text) => {
        fc.pre(!text.startsWith(' ') && !text.endsWith(' '))
        const escaped = escapeLocal(text)
        expect(unescapeLocal(escaped)).toBe(text)
        expect(escaped).not.toMatch(/[ "&'/:<>@]/)
      }),
      { numRuns: 1000 },
    )
  })
})
