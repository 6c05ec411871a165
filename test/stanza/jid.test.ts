import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Jid, parseJid, toJid, tryParseJid } from '../../src/stanza/jid.js'

const parts = (text: string) => {
  const { local, domain, resource } = parseJid(text)
  return { local, domain, resource }
}
const problem = (text: string) => {
  const jid = tryParseJid(text)
  return jid instanceof Jid ? `is the JID ${jid.toString()}` : jid.part
}

const outcome = (parse: () => Jid) => {
  try {
    return parse().toString()
  } catch (error) {
    return error instanceof RangeError ? 'RangeError' : String(error)
  }
}

describe('parseJid() accepts what RFC 7622 §3.5 table 1 lists', () => {
  test.each([
    [1, 'juliet@example.com', 'juliet', 'example.com', undefined],
    [2, 'juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    [3, 'juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    [4, 'juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    [5, 'foo\\20bar@example.com', 'foo\\20bar', 'example.com', undefined],
    [6, 'fussball@example.com', 'fussball', 'example.com', undefined],
    [7, 'fu\u00dfball@example.com', 'fu\u00dfball', 'example.com', undefined],
    [8, '\u03c0@example.com', '\u03c0', 'example.com', undefined],
    [9, '\u03a3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    [10, '\u03c3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    [11, '\u03c2@example.com/foo', '\u03c2', 'example.com', 'foo'],
    [12, 'king@example.com/\u265a', 'king', 'example.com', '\u265a'],
    [13, 'example.com', undefined, 'example.com', undefined],
    [14, 'example.com/foobar', undefined, 'example.com', 'foobar'],
    [15, 'a.example.com/b@example.net', undefined, 'a.example.com', 'b@example.net'],
  ])('%i: %s', (_, text, local, domain, resource) => {
    expect(parts(text)).toEqual({ local, domain, resource })
  })

  test('the sharp s is not two s, the final sigma is not a sigma, the capital sigma is', () => {
    expect(parseJid('fu\u00dfball@example.com').equals(parseJid('fussball@example.com'))).toBe(false)
    expect(parseJid('\u03c2@example.com').equals(parseJid('\u03c3@example.com'))).toBe(false)
    expect(parseJid('\u03a3@example.com').equals(parseJid('\u03c3@example.com'))).toBe(true)
  })
})

describe('parseJid() refuses what RFC 7622 §3.5 table 2 lists', () => {
  test.each([
    [16, '"juliet"@example.com', 'localpart'],
    [17, 'foo bar@example.com', 'localpart'],
    [19, '@example.com/', 'localpart'],
    [20, 'henry\u2163@example.com', 'localpart'],
    [21, '\u265a@example.com', 'localpart'],
    [22, 'juliet@', 'domainpart'],
    [23, '/foobar', 'domainpart'],
  ])('%i: %s', (_, text, part) => {
    expect(problem(text)).toBe(part)
  })

  test('18: but a leading space in the resourcepart is valid, as erratum 4560 finds', () => {
    expect(parts('juliet@example.com/ foo').resource).toBe(' foo')
  })
})

describe('parseJid() takes an address apart', () => {
  test('the first slash ends the bare JID, whatever follows it', () => {
    expect(parts('juliet@example.com//@//')).toEqual({
      local: 'juliet',
      domain: 'example.com',
      resource: '/@//',
    })
  })

  test.each([
    ['', 'domainpart'],
    ['/', 'domainpart'],
    ['@', 'localpart'],
    ['@/', 'localpart'],
    ['a@', 'domainpart'],
    ['a@b/', 'resourcepart'],
    ['a@@b', 'domainpart'],
    ['a@b@c', 'domainpart'],
    ['a@b c', 'domainpart'],
    ['@example.com', 'localpart'],
  ])('%j is wrong in its %s', (text, part) => {
    expect(problem(text)).toBe(part)
  })

  test.each([...'"&\':<>'])('the localpart may not hold %s, not even fullwidth', (character) => {
    const fullwidth = String.fromCodePoint(character.charCodeAt(0) + 0xfee0)
    expect(problem(`a${character}b@example.com`)).toBe('localpart')
    expect(problem(`a${fullwidth}b@example.com`)).toBe('localpart')
  })

  test('a fullwidth @ or / divides nothing and is refused', () => {
    expect(problem('a\uff20example.com')).toBe('domainpart')
    expect(problem('a\uff20b@example.com')).toBe('localpart')
    expect(problem('a\uff0fb@example.com')).toBe('localpart')
  })

  test('upper case is mapped before the slash and kept after it', () => {
    expect(parseJid('Juliet@EXAMPLE.com/Balcony').toString()).toBe('juliet@example.com/Balcony')
  })

  test.each(['\0', '\x1f', '\x7f', '\x80', '\ud800', '\udc00', '\uffff', '\ue000', '\u00ad', '\u2028'])(
    'no part may hold %j',
    (character) => {
      expect(problem(`a${character}@example.com`)).toBe('localpart')
      expect(problem(`a@exam${character}ple.com`)).toBe('domainpart')
      expect(problem(`a@example.com/${character}`)).toBe('resourcepart')
    },
  )
})

describe('parseJid() limits each part to 1023 bytes', () => {
  const a = (count: number) => 'a'.repeat(count)
  test('1023 bytes are accepted, 1024 are not', () => {
    expect(problem(`${a(1023)}@${a(1023)}/${a(1023)}`)).toMatch(/^is the JID/)
    expect(problem(`${a(1024)}@b/c`)).toBe('localpart')
    expect(problem(`a@${a(1024)}/c`)).toBe('domainpart')
    expect(problem(`a@b/${a(1024)}`)).toBe('resourcepart')
  })

  test('bytes of UTF-8 are counted, after preparation', () => {
    expect(problem(`${'\u03c0'.repeat(511)}@b`)).toMatch(/^is the JID/)
    expect(problem(`${'\u03c0'.repeat(512)}@b`)).toBe('localpart')
    expect(problem(`a@b/${'\u265a'.repeat(341)}`)).toMatch(/^is the JID/)
    expect(problem(`a@b/${'\u265a'.repeat(342)}`)).toBe('resourcepart')
    expect(problem(`${'\uff41'.repeat(1023)}@b`)).toMatch(/^is the JID/)
    expect(problem(`a@b/${'\u03b1\u0313\u0300\u0345'.repeat(341)}`)).toMatch(/^is the JID/)
  })

  test('a text that cannot be a JID by its length alone is refused as a whole', () => {
    expect(problem('a@b/'.padEnd(20_000, '\u265a'))).toBe('address')
    expect(problem('\u00fc'.repeat(20_000))).toBe('address')
    expect(problem(`${'\u00fc'.repeat(20_000)}@b`)).toBe('address')
  })
})

describe('Jid', () => {
  const jid = parseJid('juliet@example.com/balcony')

  test('bare leaves the resourcepart out and is itself where there is none', () => {
    expect(jid.bare.toString()).toBe('juliet@example.com')
    expect(jid.bare.resource).toBeUndefined()
    expect(jid.bare.bare).toBe(jid.bare)
    expect(parseJid('example.com/x').bare.toString()).toBe('example.com')
  })

  test('equals() compares the whole address', () => {
    expect(jid.equals(parseJid('JULIET@example.com/balcony'))).toBe(true)
    expect(jid.equals(jid.bare)).toBe(false)
    expect(jid.equals(undefined)).toBe(false)
  })

  test('withResource() keeps the bare address and prepares the resourcepart', () => {
    expect(jid.withResource('Orchard\u1680x').toString()).toBe('juliet@example.com/Orchard x')
    expect(() => jid.withResource('')).toThrow(
      new RangeError('"juliet@example.com/" is not a JID: its resourcepart is empty'),
    )
  })

  test('becomes its text in JSON and in templates', () => {
    expect(JSON.stringify({ jid })).toBe('{"jid":"juliet@example.com/balcony"}')
    expect(`${jid}`).toBe('juliet@example.com/balcony')
  })

  test('toJid() takes text, parts and prepared addresses', () => {
    expect(toJid(jid)).toBe(jid)
    expect(toJid('Juliet@example.com').toString()).toBe('juliet@example.com')
    expect(toJid({ domain: 'Example.com', resource: 'x' }).toString()).toBe('example.com/x')
    expect(() => toJid({ local: 'a@b', domain: 'c' })).toThrow(RangeError)
    expect(() => toJid({ local: '', domain: 'c' })).toThrow('its localpart is empty')
  })
})

describe('a refusal', () => {
  test('names the part, the code point and the reason', () => {
    expect(() => parseJid('henry\u2163@example.com')).toThrow(
      new RangeError(
        '"henry\u2163@example.com" is not a JID: its localpart holds U+2163, which no identifier may hold (RFC 8264 §4.2)',
      ),
    )
  })

  test('shows only the beginning of a long text', () => {
    const message = () => parseJid(`@${'x'.repeat(5000)}`)
    expect(message).toThrow(/^"@x{99}…" is not a JID: its localpart is empty$/)
  })

  test('of something that is not text is a TypeError', () => {
    const untyped: unknown = JSON.parse('[null, 7, {}]')
    const [nothing, seven, object] = Array.isArray(untyped) ? untyped : []
    expect(() => parseJid(seven)).toThrow(TypeError)
    expect(() => toJid(nothing)).toThrow(TypeError)
    expect(() => toJid(object)).toThrow('a JID must be given as text, or as its parts')
  })
})

describe('for any text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        'Z',
        '@',
        '/',
        '.',
        '-',
        '\u200c',
        '\u05d0',
        '\u0660',
        '1',
        '\u03a3',
        '\u0301',
        '\uff21',
        'xn--',
      ),
    }),
  )

  test('tryParseJid() never throws, and parseJid() throws exactly where it finds a problem', () => {
    fc.assert(
      fc.property(text, (input) => {
        const tried = tryParseJid(input)
        expect(outcome(() => parseJid(input))).toBe(tried instanceof Jid ? tried.toString() : 'RangeError')
      }),
      { numRuns: 1000 },
    )
  })

  test('preparing a prepared address changes nothing', () => {
    fc.assert(
      fc.property(fc.option(text), text, fc.option(text), (local, domain, resource) => {
        const once = tryParseJid(
          `${local === null ? '' : `${local}@`}${domain}${resource === null ? '' : `/${resource}`}`,
        )
        fc.pre(once instanceof Jid)
        const twice = parseJid(once.toString())
        expect(twice.toString()).toBe(once.toString())
        expect(toJid({ local: once.local, domain: once.domain, resource: once.resource }).equals(once)).toBe(
          true,
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('printable ASCII means the same on the short way as on the long one', () => {
    const ascii = fc.string({
      unit: fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))),
    })
    fc.assert(
      fc.property(ascii, ascii, ascii, (local, domain, resource) => {
        const short = tryParseJid(`${local}@${domain}/${resource}`)
        fc.pre(!/[@/]/.test(local) && !/[@/]/.test(domain))
        const long = outcome(() => toJid({ local, domain, resource }))
        expect(long).toBe(short instanceof Jid ? short.toString() : 'RangeError')
      }),
      { numRuns: 1000 },
    )
  })
})
