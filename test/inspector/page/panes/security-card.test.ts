import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../../src/inspector/recording/record.js'
import {
  overallOf,
  toFindings,
  toPassedOver,
} from '../../../../src/inspector/page/panes/security/security-card.js'

const now = Date.UTC(2026, 2, 1)
const day = 24 * 60 * 60 * 1000
const tls: Facts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  verifiedBy: 'system',
  certificate: { subject: 'CN=x', issuer: 'CN=y', validFrom: 0, validTo: now + 90 * day, names: ['x.test'] },
}
const sound: Facts = {
  encrypted: true,
  tls,
  channelBinding: { available: ['tls-exporter'], used: 'tls-exporter' },
  mechanism: 'SCRAM-SHA-256-PLUS',
  refusals: [{ name: 'PLAIN', reason: 'weaker' }],
  downgrade: { offerVerified: true, scramPinned: true, bindingsStripped: false },
}
const verdictOf = (topic: string, security: Facts) =>
  toFindings(security, now).find((finding) => finding.topic === topic)?.verdict

describe('toFindings()', () => {
  it('finds nothing wrong where nothing is', () => {
    expect(
      toFindings(sound, now).map(({ topic, value, verdict }) => `${topic}: ${value} (${verdict})`),
    ).toEqual([
      'Encryption: TLS 1.3 (good)',
      'Cipher: TLS_AES_128_GCM_SHA256 (good)',
      'Certificate: x.test (good)',
      'Verified by: authorities of the system (good)',
      'Logged in by: SCRAM-SHA-256-PLUS (good)',
      'Channel binding: tls-exporter (good)',
      'Downgrade: the offer is proven (good)',
      'Password: never sent again (good)',
    ])
  })

  it.each<readonly [string, Facts, string | undefined]>([
    ['Encryption', { ...sound, encrypted: false, tls: {} }, 'bad'],
    ['Encryption', { ...sound, tls: { ...tls, version: 'TLSv1.1' } }, 'bad'],
    ['Encryption', { ...sound, tls: { ...tls, version: 'unknown' } }, 'unknown'],
    ['Cipher', { ...sound, tls: { ...tls, cipher: 'TLS_RSA_WITH_AES_128_GCM_SHA256' } }, 'weak'],
    ['Cipher', { ...sound, tls: { ...tls, cipher: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA' } }, 'weak'],
    ['Cipher', { ...sound, tls: { ...tls, cipher: 'TLS_RSA_WITH_RC4_128_MD5' } }, 'bad'],
    ['Cipher', { ...sound, tls: { ...tls, cipher: 'unknown' } }, undefined],
    ['Certificate', { ...sound, tls: { ...tls, certificate: { validTo: now - day } } }, 'bad'],
    ['Certificate', { ...sound, tls: { ...tls, certificate: { validTo: now + 3 * day } } }, 'weak'],
    ['Certificate', { ...sound, tls: { ...tls, certificate: 'unknown' } }, 'unknown'],
    ['Logged in by', { ...sound, mechanism: 'PLAIN' }, 'weak'],
    ['Logged in by', { ...sound, mechanism: 'PLAIN', encrypted: false }, 'bad'],
    ['Channel binding', { ...sound, channelBinding: { available: [] } }, 'weak'],
    ['Downgrade', { ...sound, downgrade: { bindingsStripped: true } }, 'bad'],
    ['Downgrade', { ...sound, downgrade: {} }, 'unknown'],
  ])('%s of %j is %s', (topic, security, verdict) => {
    expect(verdictOf(topic, security)).toBe(verdict)
  })

  it('stands what a stranger has written', () => {
    const hostile: Facts = JSON.parse(
      '{"__proto__":{"encrypted":true},"tls":[],"mechanism":{"name":1},"refusals":[null,3,{"name":"\\u202e"}],"downgrade":"x"}',
    )
    expect(toFindings(hostile, now)[0]).toMatchObject({ topic: 'Encryption', verdict: 'bad' })
    expect(toPassedOver(hostile)).toEqual([{ name: '⟨202E⟩', reason: 'no reason is told' }])
  })
})

describe('overallOf()', () => {
  it.each<readonly [string, Facts]>([
    ['good', sound],
    ['good', { ...sound, downgrade: {} }],
    ['weak', { ...sound, mechanism: 'PLAIN' }],
    ['bad', { ...sound, encrypted: false }],
    ['unknown', { ...sound, tls: { ...tls, version: 'unknown' } }],
  ])('is %s for %j', (verdict, security) => {
    expect(overallOf(toFindings(security, now))).toBe(verdict)
  })
})

it('toPassedOver() says why each mechanism was not used', () => {
  expect(toPassedOver(sound)).toEqual([{ name: 'PLAIN', reason: 'weaker' }])
})
