import { describe, expect, test } from 'vitest'
import { AuthenticationError } from '../../src/errors.js'
import { chooseChannelBinding } from '../../src/sasl/channel-binding.js'
import { createMechanism, findMechanism, saslMechanisms } from '../../src/sasl/mechanisms.js'
import { createServerMechanism } from '../../src/sasl/server-mechanisms.js'
import { accountsOf } from './exchange.js'

describe('saslMechanisms', () => {
  test('go from the strongest to the weakest', () => {
    expect(saslMechanisms.map(({ name }) => name)).toEqual([
      'EXTERNAL',
      'SCRAM-SHA-512-PLUS',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
      'ANONYMOUS',
    ])
  })

  test('say that only PLAIN sends the password, and that only SCRAM proves the server', () => {
    expect(saslMechanisms.filter(({ sendsPassword }) => sendsPassword).map(({ name }) => name)).toEqual([
      'PLAIN',
    ])
    expect(
      saslMechanisms.filter(({ provesServer }) => provesServer).every(({ hash }) => hash !== undefined),
    ).toBe(true)
    expect(findMechanism('SCRAM-SHA-1-PLUS')).toMatchObject({ bound: true, hash: 'SHA-1', needs: 'password' })
    expect(findMechanism('DIGEST-MD5')).toBeUndefined()
    expect(findMechanism('constructor')).toBeUndefined()
  })
})

describe('createMechanism()', () => {
  const who = { username: 'alice', password: () => 'secret' }
  const gs2 = { flag: 'p', binding: { type: 'tls-exporter', data: new Uint8Array(32) } } as const

  test.each(saslMechanisms)('makes $name by its name', ({ bound, name }) => {
    expect(createMechanism(name, bound ? { ...who, gs2 } : who).name).toBe(name)
  })

  test('refuses a name that it does not know', () => {
    expect(() => createMechanism('DIGEST-MD5', who)).toThrow(RangeError)
  })

  test('refuses -PLUS without channel binding, and channel binding without -PLUS', () => {
    expect(() => createMechanism('SCRAM-SHA-1-PLUS', who)).toThrow(TypeError)
    expect(() => createMechanism('SCRAM-SHA-1-PLUS', { ...who, gs2: { flag: 'n' } })).toThrow(TypeError)
    expect(() => createMechanism('SCRAM-SHA-1', { ...who, gs2 })).toThrow(TypeError)
  })

  test.each(['PLAIN', 'SCRAM-SHA-1'])('%s needs a user name and a password', (name) => {
    expect(() => createMechanism(name, { username: 'alice' })).toThrow(AuthenticationError)
    expect(() => createMechanism(name, { password: () => 'secret' })).toThrow(AuthenticationError)
  })
})

test('createServerMechanism() has only what was offered', () => {
  const options = { accounts: accountsOf({}), offer: { mechanisms: ['SCRAM-SHA-256', 'DIGEST-MD5'] } }
  expect(createServerMechanism('SCRAM-SHA-256', options)?.name).toBe('SCRAM-SHA-256')
  expect(createServerMechanism('PLAIN', options)).toBeUndefined()
  expect(createServerMechanism('DIGEST-MD5', options)).toBeUndefined()
})

describe('chooseChannelBinding()', () => {
  const data = Uint8Array.of(1)
  const all = { tlsVersion: 'TLSv1.2', channelBinding: () => data }
  const modern = {
    tlsVersion: 'TLSv1.3',
    channelBinding: (type: string) => (type === 'tls-unique' ? undefined : data),
  }
  const plus = ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS']

  test.each([
    ['the strongest that is listed', ['tls-server-end-point', 'tls-exporter'], modern, 'tls-exporter'],
    ['the only one that is listed', ['tls-server-end-point'], modern, 'tls-server-end-point'],
    ['a listed one beside unknown ones', ['tls-made-up', 'tls-unique'], all, 'tls-unique'],
    ['tls-unique up to TLS 1.2 when none is listed', undefined, all, 'tls-unique'],
  ])('binds by %s', (_what, channelBindings, channel, type) => {
    expect(chooseChannelBinding({ mechanisms: plus, channelBindings }, channel)).toMatchObject({
      kind: 'usable',
      gs2: { flag: 'p', binding: { type, data } },
    })
  })

  test.each([
    ['on TLS 1.3 when none is listed', undefined, modern],
    ['on TLS 1.3 although it has data for tls-unique', undefined, { ...all, tlsVersion: 'TLSv1.3' }],
    ['on a version that is not known when none is listed', undefined, { ...modern, tlsVersion: 'unknown' }],
    ['when this channel has none of those listed', ['tls-unique'], modern],
    ['when the list is empty', [], all],
    [
      'where this channel has nothing to bind to',
      ['tls-exporter'],
      { tlsVersion: 'unknown', channelBinding: () => undefined },
    ],
    ['without TLS', ['tls-exporter'], { ...all, tlsVersion: undefined }],
  ])('says n %s', (_what, channelBindings, channel) => {
    expect(chooseChannelBinding({ mechanisms: plus, channelBindings }, channel)).toMatchObject({
      kind: 'usable',
      gs2: { flag: 'n' },
    })
  })

  test.each([undefined, []])('says y where the server offers no -PLUS and lists %j', (channelBindings) => {
    const offer = { mechanisms: ['SCRAM-SHA-1', 'PLAIN'], channelBindings }
    expect(chooseChannelBinding(offer, all)).toMatchObject({ kind: 'usable', gs2: { flag: 'y' } })
  })

  test('finds an offer stripped that lists bindings for no mechanism', () => {
    const offer = { mechanisms: ['SCRAM-SHA-1'], channelBindings: ['tls-exporter'] }
    expect(chooseChannelBinding(offer, modern)).toEqual({
      kind: 'stripped',
      reason: 'the server lists channel bindings, but no mechanism that uses one',
    })
  })
})
