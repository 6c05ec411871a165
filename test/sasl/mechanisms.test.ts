import { describe, expect, test } from 'vitest'
import { AuthenticationError } from '../../src/errors.js'
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

  test('are found by name', () => {
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
