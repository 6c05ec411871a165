import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { saslprep } from '../../src/sasl/saslprep.js'
import {
  leftToRight,
  mappedToNothing,
  nonAsciiSpace,
  prohibited,
  rightToLeft,
  unassigned,
} from '../../src/sasl/saslprep-tables.js'
import { saslprepVectors } from './saslprep-vectors.js'

describe('saslprep()', () => {
  test.each([
    ['I\u00ADX', 'IX', 'drops a soft hyphen'],
    ['user', 'user', 'keeps plain text'],
    ['USER', 'USER', 'keeps the case'],
    ['\u00AA', 'a', 'normalises by NFKC'],
    ['\u2168', 'IX', 'normalises by NFKC in several characters'],
  ])('RFC 4013 §3: %j becomes %j: it %3$s', (text, prepared) => {
    expect(saslprep(text)).toBe(prepared)
    expect(saslprep(text, 'stored')).toBe(prepared)
  })

  test.each([
    ['\u0007', 'RFC 4013 §2.3', 'a prohibited character'],
    ['\u0627\u0031', 'RFC 4013 §2.4', 'right-to-left text that ends otherwise'],
    ['\u0627a\u0627', 'RFC 4013 §2.4', 'mixed directions'],
    ['\uD800', 'RFC 4013 §2.3', 'a lone surrogate'],
  ])('refuses %j by %s: %s', (text, section) => {
    expect(() => saslprep(text)).toThrow(section)
  })

  it('passes a character younger than Unicode 3.2 in a query and refuses it in what is stored', () => {
    expect(saslprep('pass\u{1F511}')).toBe('pass\u{1F511}')
    expect(() => saslprep('pass\u{1F511}', 'stored')).toThrow('RFC 4013 §2.5')
  })

  it('repeats no part of the text in its errors', () => {
    expect(() => saslprep('hunter2\u0007')).toThrow(
      new RangeError('SASLprep prohibits a character in it (RFC 4013 §2.3)'),
    )
  })

  it('agrees with another implementation', () => {
    const prepared = saslprepVectors.map(([text]) => [text, attempt(text, 'query'), attempt(text, 'stored')])
    expect(prepared).toEqual(
      saslprepVectors.map(([text, query, storable]) => [text, query, storable ? query : undefined]),
    )
  })
})

function attempt(text: string, use: 'query' | 'stored'): string | undefined {
  try {
    return saslprep(text, use)
  } catch {
    return undefined
  }
}

/** Each table with a digest over one byte for each code point, 1 for a member, by the tables of another implementation. */
const memberships = [
  ['C.1.2', nonAsciiSpace, '8ade3f390f659ea25adbd87a8cd5a65be6ba57c700cfa07595d6bb447c8676a6'],
  ['B.1', mappedToNothing, '736244fb8a21b26ebbca18ac03c47e7eccd90cfc0c7471a778812619280f6683'],
  ['C', prohibited, 'b3cfcc58c3c338e73a27d41eccb3d47747a1a57d77412ed9bcf35c93d38b6d0f'],
  ['D.1', rightToLeft, '7758885bca841e836436adc4900c7df6d5e1e218f5f29e16e8dceec42c7b5ef3'],
  ['D.2', leftToRight, 'b50efbe349aa954d05f73a18e17e60e78e1c01a18a541ba93df8b2cdf3235c48'],
  ['A.1', unassigned, 'f1a45b0334ff4e4c347270ee5e3968516bfa2e42b51bb5a3d46bd683e7cf3c29'],
] as const

test.each(memberships)('the table %s has exactly the members of RFC 3454', (_name, table, digest) => {
  const bits = Uint8Array.from({ length: 0x110000 }, (_, codePoint) => Number(table.has(codePoint)))
  expect(createHash('sha256').update(bits).digest('hex')).toBe(digest)
})
