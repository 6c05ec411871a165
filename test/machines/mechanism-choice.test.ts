import { describe, expect, it } from 'vitest'
import { channelBindingTypes } from '../../src/sasl/channel-binding.js'
import { saslMechanisms } from '../../src/sasl/mechanisms.js'
import { chooseMechanisms, type MechanismFacts } from '../../machines/mechanism-choice.js'

const facts: MechanismFacts = {
  offered: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'],
  offeredBindings: ['tls-exporter', 'tls-server-end-point'],
  channelBindings: ['tls-exporter', 'tls-server-end-point'],
  credentials: { password: true, certificate: false, anonymous: false },
  legacy: false,
  secure: true,
  allowPlaintext: false,
  scramPinned: false,
  allowed: null,
}
const choose = (changes: Partial<MechanismFacts> = {}) => chooseMechanisms({ ...facts, ...changes })
const names = (changes: Partial<MechanismFacts> = {}) => choose(changes).candidates.map(({ name }) => name)
const reason = (name: string, changes: Partial<MechanismFacts> = {}) =>
  choose(changes).refusals.find((refusal) => refusal.name === name)?.reason

describe('chooseMechanisms()', () => {
  it('orders by strength, not by the server’s order', () => {
    expect(names()).toEqual([
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
    ])
  })

  it('orders as the mechanisms themselves are ordered', () => {
    const known = saslMechanisms.map(({ name }) => name).filter((name) => name !== 'ANONYMOUS')
    const credentials = { password: true, certificate: true, anonymous: false }
    expect(names({ offered: known.toReversed(), credentials })).toEqual(known)
    expect(
      choose({ offeredBindings: channelBindingTypes.toReversed(), channelBindings: channelBindingTypes })
        .candidates[0],
    ).toMatchObject({
      binding: channelBindingTypes[0],
    })
  })

  it('binds to the strongest type that both sides have', () => {
    expect(choose().candidates[0]).toEqual({ name: 'SCRAM-SHA-256-PLUS', gs2: 'p', binding: 'tls-exporter' })
    expect(choose({ offeredBindings: ['tls-server-end-point'] }).candidates[0]?.binding).toBe(
      'tls-server-end-point',
    )
  })

  it('assumes only tls-unique of a server that does not list its channel bindings', () => {
    const old = { offeredBindings: null, channelBindings: ['tls-unique', 'tls-server-end-point'] }
    expect(choose(old).candidates[0]).toMatchObject({ gs2: 'p', binding: 'tls-unique' })
    expect(names({ offeredBindings: null })).not.toContain('SCRAM-SHA-256-PLUS')
    expect(reason('SCRAM-SHA-256-PLUS', { offeredBindings: null })).toMatch(/does not say/)
  })

  it('says n, not y, where the server offers -PLUS but no binding is shared', () => {
    const scram = choose({ offeredBindings: null }).candidates.find(({ name }) => name === 'SCRAM-SHA-256')
    expect(scram).toEqual({ name: 'SCRAM-SHA-256', gs2: 'n', binding: undefined })
  })

  it('says y where this channel could be bound and the server offers nothing', () => {
    const without = { offered: ['SCRAM-SHA-256'], offeredBindings: null }
    expect(choose(without).candidates).toEqual([{ name: 'SCRAM-SHA-256', gs2: 'y', binding: undefined }])
  })

  it('refuses everything secret when the -PLUS mechanisms were stripped from the offer', () => {
    const stripped = { offered: ['SCRAM-SHA-256', 'PLAIN'] }
    expect(names(stripped)).toEqual([])
    expect(reason('SCRAM-SHA-256', stripped)).toMatch(/removed/)
  })

  it.each([[['x-dummy']], [['x-dummy', 'tls-unique']], [[]]])(
    'refuses everything secret when the list of bindings was exchanged for %j: every server has tls-server-end-point',
    (offeredBindings) => {
      expect(names({ offeredBindings })).toEqual([])
      expect(names({ offeredBindings, offered: ['SCRAM-SHA-256-PLUS', 'PLAIN'] })).toEqual([])
      expect(reason('PLAIN', { offeredBindings })).toMatch(/removed/)
    },
  )

  it('goes on unbound where the server accepts tls-server-end-point, and this channel has none', () => {
    const without = { offeredBindings: ['x-new', 'tls-server-end-point'], channelBindings: ['tls-exporter'] }
    expect(choose(without).candidates[0]).toMatchObject({ name: 'SCRAM-SHA-256', gs2: 'n' })
    expect(reason('SCRAM-SHA-256-PLUS', without)).toBe(
      'the server accepts only x-new, tls-server-end-point channel binding, this channel has tls-exporter',
    )
  })

  it('goes on unbound where the channel has nothing to bind to, whatever the list says', () => {
    expect(names({ offeredBindings: ['x-dummy'], channelBindings: [] })[0]).toBe('SCRAM-SHA-256')
  })

  it('refuses -PLUS without a channel binding, and says so', () => {
    expect(reason('SCRAM-SHA-1-PLUS', { channelBindings: [] })).toBe(
      'the transport offers no channel binding',
    )
  })

  it('refuses PLAIN in clear, unless the app allows it', () => {
    const clear = { secure: false, channelBindings: [], offered: ['PLAIN'] }
    expect(reason('PLAIN', clear)).toBe('the connection is not encrypted')
    expect(names({ ...clear, allowPlaintext: true })).toEqual(['PLAIN'])
  })

  it('never falls back to PLAIN once SCRAM has worked', () => {
    expect(names({ offered: ['PLAIN'], offeredBindings: null, scramPinned: true })).toEqual([])
  })

  it('uses EXTERNAL first, and only with a certificate', () => {
    const offered = ['EXTERNAL', 'SCRAM-SHA-1']
    const base = { offered, offeredBindings: null }
    expect(names({ ...base, credentials: { password: true, certificate: true, anonymous: false } })[0]).toBe(
      'EXTERNAL',
    )
    expect(reason('EXTERNAL', base)).toBe('no client certificate was given')
  })

  it('uses ANONYMOUS only, and only where the app asked for it', () => {
    const offered = ['ANONYMOUS', 'PLAIN']
    const base = { offered, offeredBindings: null }
    expect(names({ ...base, credentials: { password: false, certificate: false, anonymous: true } })).toEqual(
      ['ANONYMOUS'],
    )
    expect(names(base)).toEqual(['PLAIN'])
  })

  it('keeps to what the app allows, and says what it does not know', () => {
    expect(names({ allowed: ['SCRAM-SHA-1'] })).toEqual(['SCRAM-SHA-1'])
    expect(reason('GSSAPI', { offered: ['GSSAPI'] })).toBe('this client does not speak it')
  })

  it('gives every offered mechanism exactly one place', () => {
    const { candidates, refusals } = choose({
      offered: [...facts.offered, 'GSSAPI', 'EXTERNAL', 'ANONYMOUS'],
    })
    expect([...candidates, ...refusals].map(({ name }) => name).sort()).toEqual(
      [...facts.offered, 'GSSAPI', 'EXTERNAL', 'ANONYMOUS'].sort(),
    )
  })
})

describe('chooseMechanisms(), of jabber:iq:auth', () => {
  const none = { offered: [], legacy: true }

  it('takes it where the server has no SASL', () => {
    expect(choose(none)).toEqual({
      candidates: [{ name: 'jabber:iq:auth', gs2: 'n', binding: undefined }],
      refusals: [],
    })
  })

  it('does not take it for a server that offers nothing at all', () => {
    expect(choose({ offered: [], legacy: false })).toEqual({ candidates: [], refusals: [] })
  })

  it('takes it where the app asks for it and nothing else that is named can be had', () => {
    expect(names({ allowed: ['jabber:iq:auth'] })).toEqual(['jabber:iq:auth'])
    expect(names({ allowed: ['SCRAM-SHA-1', 'jabber:iq:auth'] })).toEqual(['SCRAM-SHA-1'])
  })

  it.each([
    ['a SASL mechanism is chosen', { legacy: true }],
    ['the server offers SASL', { legacy: true, offered: ['DIGEST-MD5'] }],
    ['the app does not allow it', { ...none, allowed: ['PLAIN'] }],
    ['SCRAM was used for this account before, and the server proved itself', { ...none, scramPinned: true }],
    ['no password was given', { ...none, credentials: { ...facts.credentials, password: false } }],
    [
      'the app asked for an anonymous session',
      { ...none, credentials: { password: false, certificate: false, anonymous: true } },
    ],
  ] as const)('does not take it, because %s', (because, changes) => {
    expect(names(changes)).not.toContain('jabber:iq:auth')
    expect(reason('jabber:iq:auth', changes)).toBe(because)
  })
})
