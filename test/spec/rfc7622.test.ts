import { describe, expect, it } from 'vitest'
import { parseJid, tryParseJid, Jid } from '../../src/index.js'
import { online, rest } from './session.js'

const prepared = (text: string) => parseJid(text).toString()

describe('an address (RFC 7622 §3)', () => {
  it.each([
    [
      'Juliet@Example.COM/Balcony',
      'juliet@example.com/Balcony',
      'case of localpart and domainpart, not of the resourcepart (§3.3, §3.4)',
    ],
    ['example.com', 'example.com', 'a domainpart alone (§3.1)'],
    ['example.com.', 'example.com', 'a final dot is stripped (§3.2)'],
    ['example.com/a@b/c', 'example.com/a@b/c', 'the first slash ends the bare JID (§3.2)'],
    ['juliet@example.com/ foo  bar ', 'juliet@example.com/ foo  bar ', 'spaces in a resourcepart (§3.4)'],
    ['fußball@example.com', 'fußball@example.com', 'example 5 (§3.5)'],
    ['π@example.com', 'π@example.com', 'example 7 (§3.5)'],
    ['Σ@example.com', 'σ@example.com', 'example 8 (§3.5)'],
    ['king@example.com/♚', 'king@example.com/♚', 'example 11 (§3.5)'],
    ['a@[2001:db8::1]/r', 'a@[2001:db8::1]/r', 'an IPv6 address (§3.2)'],
    ['juliet@ｅxample.com', 'juliet@example.com', 'fullwidth characters are mapped (§3.2, §3.3)'],
    ['ｊuliet@example.com', 'juliet@example.com', 'fullwidth characters are mapped (§3.3)'],
    ['e\u0301@example.com', 'é@example.com', 'normalisation C (§3.3)'],
    ['a@example.com/e\u0301', 'a@example.com/é', 'normalisation C (§3.4)'],
    ['a@example.com/\u00A0x', 'a@example.com/ x', 'other spaces become a space (§3.4)'],
  ])('%j is prepared as %j: %s', (text, expected) => {
    expect(prepared(text)).toBe(expected)
  })

  it.each([
    ['@example.com', 'an empty localpart (§3.3)'],
    ['juliet@', 'an empty domainpart (§3.2)'],
    ['juliet@example.com/', 'an empty resourcepart (§3.4)'],
    ['', 'nothing (§3.2)'],
    ['/foobar', 'no domainpart: example 20 (§3.5)'],
    ['"juliet"@example.com', 'quotes: example 16 (§3.5)'],
    ['foo bar@example.com', 'a space in the localpart: example 17 (§3.5)'],
    ['juliet@example.com/ foo\u0000', 'a control character (§3.4)'],
    ['henryⅣ@example.com', 'a compatibility character: example 21 (§3.5)'],
    ['♚@example.com', 'a symbol in the localpart: example 22 (§3.5)'],
    ["o'hara@example.com", 'an apostrophe (§3.3.1)'],
    ['a&b@example.com', 'an ampersand (§3.3.1)'],
    ['a<b@example.com', 'a less-than sign (§3.3.1)'],
    ['a:b@example.com', 'a colon (§3.3.1)'],
    [`${'a'.repeat(1024)}@example.com`, 'a localpart of more than 1023 bytes (§3.3)'],
    [`a@example.com/${'é'.repeat(512)}`, 'a resourcepart of more than 1023 bytes (§3.4)'],
    ['juliet@-example-.com', 'a domainpart that is no name (§3.2)'],
  ])('%j is none: %s', (text) => {
    expect(() => parseJid(text)).toThrow(RangeError)
    expect(tryParseJid(text)).not.toBeInstanceOf(Jid)
  })

  it('may have parts of exactly 1023 bytes (§3.1)', () => {
    expect(prepared(`${'a'.repeat(1023)}@example.com/${'b'.repeat(1023)}`)).toHaveLength(
      1023 + 1 + 11 + 1 + 1023,
    )
  })

  it('is prepared before it goes on the wire (§3.1)', async () => {
    const { client, peer } = await online()
    client.send({ to: 'BOB@Example.Test/Home', body: 'x' })
    await rest()
    expect(peer.elements.at(-1)?.attributes['to']).toBe('bob@example.test/Home')
  })
})
