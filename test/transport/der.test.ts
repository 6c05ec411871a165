import { X509Certificate } from 'node:crypto'
import { assert, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCertificateNames } from '../../src/transport/certificate-names.js'
import { readDer, readSequence, toObjectIdentifier } from '../../src/transport/der.js'
import { createAuthority, issueSelfSigned } from './certificates.js'

describe('readDer()', () => {
  it('reads short and long lengths', () => {
    const long = [0x04, 0x82, 0x01, 0x00, ...new Uint8Array(256).fill(7)]
    expect(readDer(Uint8Array.of(0x05, 0, ...long, 0x02, 0x81, 1, 9))).toEqual([
      { tag: 5, content: new Uint8Array() },
      { tag: 4, content: new Uint8Array(256).fill(7) },
      { tag: 2, content: Uint8Array.of(9) },
    ])
  })

  it.each([
    ['a length without its octets', [0x04, 0x82, 1]],
    ['content that is cut short', [0x04, 3, 1, 2]],
    ['an indefinite length', [0x30, 0x80, 0, 0]],
    ['a length of five octets', [0x04, 0x85, 0, 0, 0, 0, 1, 1]],
    ['a long tag', [0x1f, 0x81, 0, 0]],
  ])('refuses %s', (_, bytes) => {
    expect(() => readDer(Uint8Array.from(bytes))).toThrow(RangeError)
  })

  it('refuses a sequence that is none', () => {
    expect(() => readSequence(Uint8Array.of(0x04, 0))).toThrow(RangeError)
    expect(() => readSequence(new Uint8Array())).toThrow(RangeError)
  })
})

describe('toObjectIdentifier()', () => {
  it.each([
    [[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], '1.2.840.10045.4.3.2'],
    [[0x55, 0x1d, 0x11], '2.5.29.17'],
    [[0x88, 0x37], '2.999'],
    [[], '0.0'],
  ])('reads %j as %s', (bytes, dotted) => {
    expect(toObjectIdentifier(Uint8Array.from(bytes))).toBe(dotted)
  })
})

describe('readCertificateNames()', () => {
  it('finds every kind', () => {
    const names = {
      dns: ['a.test', '*.b.test'],
      addresses: ['10.0.0.1'],
      srv: ['_x.c.test'],
      xmpp: ['ü@d.test'],
    }
    expect(readCertificateNames(createAuthority().issue({ names }).der)).toEqual({ ...names, addresses: 1 })
  })

  it('finds nothing where there is nothing', () => {
    const none = { dns: [], addresses: 0, srv: [], xmpp: [] }
    expect(readCertificateNames(issueSelfSigned({ commonName: 'a.test' }).der)).toEqual(none)
  })

  it('agrees with Node about DNS names', () => {
    const { der } = issueSelfSigned({ names: { dns: ['a.test', 'b.test'] } })
    const told = new X509Certificate(der).subjectAltName ?? ''
    expect(told.split(', ').map((name) => name.replace('DNS:', ''))).toEqual(readCertificateNames(der).dns)
  })

  it('reads a damaged certificate or throws RangeError, nothing else', () => {
    const { der } = createAuthority().issue({ names: { dns: ['a.test'], srv: ['_x.a.test'] } })
    const outcomes = new Set<string>()
    assert(
      property(nat(der.length - 1), nat(255), nat(der.length), (at, value, length) => {
        const damaged = der.slice(0, length)
        damaged[at] = value
        outcomes.add(outcomeOf(() => readCertificateNames(damaged)))
      }),
      { numRuns: 2000 },
    )
    expect([...outcomes].sort()).toEqual(['RangeError', 'read'])
  })
})

function outcomeOf(deed: () => unknown): string {
  try {
    deed()
    return 'read'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
