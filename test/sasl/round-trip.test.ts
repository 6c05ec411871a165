import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channelBindingTypes } from '../../src/sasl/channel-binding.js'
import { escapeName, formatGs2Header, parseGs2Header, unescapeName } from '../../src/sasl/gs2.js'
import type { Gs2Binding } from '../../src/sasl/gs2.js'
import { createMechanism, saslMechanisms } from '../../src/sasl/mechanisms.js'
import { saslprep } from '../../src/sasl/saslprep.js'
import { createServerMechanism } from '../../src/sasl/server-mechanisms.js'
import { scramHashes } from '../../src/sasl/scram-hashes.js'
import { accountsOf, converse } from './exchange.js'

const channel = {
  'tls-exporter': Uint8Array.of(1, 2, 3),
  'tls-unique': Uint8Array.of(4, 5, 6),
  'tls-server-end-point': Uint8Array.of(7, 8, 9),
}
const plain = scramHashes.map((hash) => `SCRAM-${hash}`)
const plus = scramHashes.map((hash) => `SCRAM-${hash}-PLUS`)
const bound: readonly Gs2Binding[] = channelBindingTypes.map((type) => ({
  flag: 'p',
  binding: { type, data: channel[type] },
}))

const combinations = [
  ...plus.flatMap((name) => bound.map((gs2) => ({ name, gs2, offered: [...plain, ...plus] }))),
  ...plain.map((name) => ({ name, gs2: { flag: 'y' } as const, offered: plain })),
  ...plain.map((name) => ({ name, gs2: { flag: 'n' } as const, offered: [...plain, ...plus] })),
]

function pair(
  { gs2, name, offered }: (typeof combinations)[number],
  who: { readonly username: string; readonly password: string; readonly authzid?: string },
  accounts = accountsOf({ [who.username]: who.password }),
) {
  const offer = { mechanisms: offered, channelBindings: channelBindingTypes }
  const client = createMechanism(name, { ...who, password: () => who.password, gs2, offer })
  const server = createServerMechanism(name, {
    accounts,
    offer,
    protectsOffer: true,
    channelBinding: (type) => channel[type],
  })
  if (server === undefined) throw new Error(`${name} was not offered`)
  return { client, server }
}

describe.each(combinations)('$name with $gs2', (combination) => {
  test('lets the right password in, whom it wants to act as included', async () => {
    const who = { username: 'Älice=,', password: 'geheim \u{1F511}', authzid: 'alice=a,b@example.test' }
    const accounts = accountsOf({ 'Älice=,': 'geheim' })
    const { client, server } = pair(combination, { ...who, password: 'geheim' }, accounts)
    const { end } = await converse(client, server)
    expect(end).toMatchObject({ kind: 'success', username: 'Älice=,', authzid: who.authzid })
  })

  test('lets no wrong password in', async () => {
    const who = { username: 'alice', password: 'wrong' }
    const { client, server } = pair(combination, who, accountsOf({ alice: 'right' }))
    const { end } = await converse(client, server)
    expect(end).toEqual({ kind: 'failure', condition: 'not-authorized', scramError: 'invalid-proof' })
  })
})

const preparable = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => {
  try {
    return saslprep(text, 'stored') !== ''
  } catch {
    return false
  }
})

test('any name and password that SASLprep takes logs in, and is the same account however it was written', async () => {
  const combination = combinations[0]
  if (combination === undefined) throw new Error('no combination')
  await fc.assert(
    fc.asyncProperty(preparable, preparable, async (username, password) => {
      const accounts = accountsOf({ [username]: password })
      const prepared = { username: saslprep(username), password: saslprep(password) }
      const { client, server } = pair(combination, prepared, accounts)
      const { end } = await converse(client, server)
      expect(end).toMatchObject({ kind: 'success', username: prepared.username })
    }),
    { numRuns: 40 },
  )
})

test('the gs2 header is read as it was written', () => {
  const name = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(name, fc.constantFrom<Gs2Binding>(...bound, { flag: 'y' }, { flag: 'n' }), (authzid, gs2) => {
      const header = formatGs2Header(gs2, authzid)
      expect(parseGs2Header(`${header}n=a,r=b`)).toEqual({
        flag: gs2.flag,
        type: gs2.flag === 'p' ? gs2.binding.type : undefined,
        authzid,
        header,
        rest: 'n=a,r=b',
      })
    }),
  )
})

test('names survive their escaping', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(escapeName(name)).not.toContain(',')
      expect(unescapeName(escapeName(name))).toBe(name)
    }),
  )
})

describe('mechanisms without SCRAM', () => {
  const offer = { mechanisms: saslMechanisms.map(({ name }) => name) }
  const server = (name: string, certified: readonly { username: string; jid: string }[] = []) => {
    const found = createServerMechanism(name, { accounts: accountsOf({ alice: 'secret' }), offer, certified })
    if (found === undefined) throw new Error(`${name} was not offered`)
    return found
  }

  test('PLAIN tells password and identities', async () => {
    const client = createMechanism('PLAIN', {
      username: 'alice',
      password: async () => 'secret',
      authzid: 'alice@example.test',
    })
    const { end, said } = await converse(client, server('PLAIN'))
    expect(end).toEqual({
      kind: 'success',
      username: 'alice',
      authzid: 'alice@example.test',
      additional: null,
    })
    expect(said[0]).toBe('alice@example.test\0alice\0secret')
  })

  test('EXTERNAL takes the name from the certificate', async () => {
    const certified = [{ username: 'alice', jid: 'alice@example.test' }]
    const { end, said } = await converse(createMechanism('EXTERNAL', {}), server('EXTERNAL', certified))
    expect(end).toEqual({ kind: 'success', username: 'alice', authzid: '', additional: null })
    expect(said[0]).toBe('')
  })

  test('ANONYMOUS is nobody', async () => {
    const { end, said } = await converse(createMechanism('ANONYMOUS', {}), server('ANONYMOUS'))
    expect(end).toEqual({ kind: 'success', username: '', authzid: '', additional: null })
    expect(said[0]).toBe('(nothing)')
  })
})
