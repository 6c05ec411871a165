import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { prepareDomain, toAsciiDomain } from '../../src/stanza/domain.js'
import { toPunycode } from '../../src/stanza/punycode.js'

const isRefused = { refused: expect.any(String) }

describe('prepareDomain()', () => {
  test.each([
    ['Example.COM', 'example.com', 'upper case'],
    ['example.com.', 'example.com', 'a final dot'],
    ['192.0.2.1', '192.0.2.1', 'an IPv4 address'],
    ['localhost', 'localhost', 'a single label'],
    ['r3---sn.example', 'r3---sn.example', 'hyphens in an ASCII label'],
    ['chat_1.example', 'chat_1.example', 'an underscore, as deployed hosts have them'],
    ['B\u00dcCHER.example', 'b\u00fccher.example', 'upper case beyond ASCII'],
    ['bu\u0308cher.example', 'b\u00fccher.example', 'a decomposed letter'],
    ['\uff45\uff58.\uff43\uff4f\uff4d', 'ex.com', 'fullwidth letters'],
    ['a\u3002b\uff0ec\uff61d', 'a.b.c.d', 'every kind of full stop'],
    ['xn--bcher-kva.example', 'b\u00fccher.example', 'an A-label'],
    ['XN--BCHER-KVA.example', 'b\u00fccher.example', 'an A-label in upper case'],
    ['fa\u00df.example', 'fa\u00df.example', 'a sharp s, as IDNA2008 keeps it'],
    ['xn--fa-hia.example', 'fa\u00df.example', 'the same as an A-label'],
    ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3', 'a capital sigma, which never becomes final'],
    [
      '\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example',
      '\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example',
      'a ZWNJ in its place',
    ],
    ['\u05d0\u05d1.example', '\u05d0\u05d1.example', 'a label from right to left'],
  ])('%s becomes %s: %s', (text, prepared) => {
    expect(prepareDomain(text)).toBe(prepared)
  })

  test.each([
    ['', 'nothing'],
    ['.', 'a dot alone'],
    ['a..b', 'an empty label'],
    ['.a', 'an empty label in front'],
    ['a..', 'two final dots'],
    ['-a.b', 'a hyphen in front'],
    ['a-.b', 'a hyphen at the end'],
    ['a b', 'a space'],
    ['a!b', 'punctuation'],
    ['a\uff0fb', 'a fullwidth slash'],
    ['xn--', 'an empty A-label'],
    ['xn--a', 'an A-label of a control character'],
    ['xn--abc-', 'an A-label of ASCII alone'],
    [`xn--${toPunycode('e\u0301x')}`, 'an A-label of a decomposed letter'],
    [`xn--${toPunycode('\u00dcx')}`, 'an A-label of an upper-case letter'],
    ['xn--99999999', 'an A-label beyond Unicode'],
    ['xn--n3h.example', 'an A-label of a symbol'],
    ['xn--\u00fc', 'a prefix before a U-label'],
    ['\u2603.example', 'a symbol'],
    ['\u{1f600}.example', 'an emoji'],
    ['ab--\u00fc', 'hyphens where the prefix ends, in a U-label'],
    ['\u00fc-', 'a hyphen at the end of a U-label'],
    ['\u0301a', 'a combining mark in front'],
    ['a\u200db', 'a ZWJ out of place'],
    ['a\u00ad', 'a soft hyphen'],
    ['1.\u05d0\u05d1', 'a number in front beside a label from right to left'],
    ['\u05d0a\u05d1', 'both directions in one label'],
    ['a_.\u05d0\u05d1', 'a sign at the end beside a label from right to left'],
  ])('%j is refused: %s', (text) => {
    expect(prepareDomain(text)).toEqual(isRefused)
  })

  test.each([
    '[::]',
    '[::1]',
    '[2001:db8::1]',
    '[1:2:3:4:5:6:7:8]',
    '[::ffff:192.0.2.1]',
    '[1:2:3:4:5:6:7::]',
    '[1:2:3:4:5:6:192.0.2.1]',
    '[v1.a:b]',
  ])('accepts the IP literal %s', (text) => {
    expect(prepareDomain(text.toUpperCase())).toBe(text)
  })

  test.each([
    '[]',
    '[',
    '[::1',
    '[::1]x',
    '[:1]',
    '[1:]',
    '[1::2::3]',
    '[1:2:3:4:5:6:7]',
    '[1:2:3:4:5:6:7:8:9]',
    '[1:2:3:4:5:6:7:192.0.2.1]',
    '[1:2:3:4:5:192.0.2.1]',
    '[1:2:3:4:5:6:192.0.2.1::]',
    '[1:2:3:4:5:6:7:8::]',
    '[12345::]',
    '[::g]',
    '[192.0.2.1]',
    '[::256.0.0.1]',
    '[::1.2.3]',
    '[1.2.3.4::]',
    '[fe80::1%25eth0]',
    '[v1.]',
  ])('refuses the IP literal %s', (text) => {
    expect(prepareDomain(text)).toEqual(isRefused)
  })
})

describe('toAsciiDomain()', () => {
  // The test domains that IANA once delegated.
  test.each([
    ['\u0625\u062e\u062a\u0628\u0627\u0631', 'xn--kgbechtv'],
    ['\u6d4b\u8bd5', 'xn--0zwm56d'],
    ['\u0438\u0441\u043f\u044b\u0442\u0430\u043d\u0438\u0435', 'xn--80akhbyknj4f'],
    ['\u03b4\u03bf\u03ba\u03b9\u03bc\u03ae', 'xn--jxalpdlp'],
    ['\u05d8\u05e2\u05e1\u05d8', 'xn--deba0ad'],
    ['\u30c6\u30b9\u30c8', 'xn--zckzah'],
    ['example.com', 'example.com'],
    ['[::1]', '[::1]'],
  ])('%s is %s', (domain, ascii) => {
    expect(toAsciiDomain(domain)).toBe(ascii)
    expect(prepareDomain(ascii)).toBe(domain)
  })

  test('and prepareDomain() lead back and forth', () => {
    const label = fc.string({
      unit: fc.constantFrom(...Array.from('abz09-\u00fc\u00df\u03c2\u4e00\u3042\u05d0\u0627\u0915\u{2a6d6}')),
      minLength: 1,
    })
    const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
    fc.assert(
      fc.property(domain, (text) => {
        const prepared = prepareDomain(text)
        fc.pre(typeof prepared === 'string')
        expect(prepareDomain(toAsciiDomain(prepared))).toBe(prepared)
      }),
      { numRuns: 500 },
    )
  })
})
