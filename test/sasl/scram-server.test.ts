import { describe, expect, test, vi } from 'vitest'
import { decoySecretBytes } from '../../src/sasl/accounts.js'
import type { AccountLookup } from '../../src/sasl/accounts.js'
import { createScram } from '../../src/sasl/scram.js'
import { createScramServer } from '../../src/sasl/scram-server.js'
import type { ScramServerOptions } from '../../src/sasl/scram-server.js'
import { scramIterationCeiling } from '../../src/sasl/scram-keys.js'
import { deriveStoredKeys, scramSaltBytes } from '../../src/sasl/scram-stored-keys.js'
import { accountsOf, bytes, converse, text } from './exchange.js'

const options: ScramServerOptions = {
  hash: 'SHA-1',
  bound: false,
  accounts: accountsOf({ alice: 'secret' }),
  offer: { mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'] },
  channelBinding: (type) => (type === 'tls-exporter' ? Uint8Array.of(1) : undefined),
}
const plus: ScramServerOptions = { ...options, bound: true }

async function challenge(message: string, from = options) {
  const step = await createScramServer(from).start(bytes(message))
  if (step.kind !== 'challenge') throw new Error(`no challenge but ${step.kind}`)
  return step
}

describe('the first message of a client', () => {
  test.each([
    ['n,,n=alice', options, 'other-error'],
    ['n,,r=abc,n=alice', options, 'other-error'],
    ['n,,n=alice,r=a\u00E9', options, 'other-error'],
    ['n,,n=alice,r=abc,r=abc', options, 'other-error'],
    ['n=alice,r=abc', options, 'other-error'],
    ['x,,n=alice,r=abc', options, 'other-error'],
    ['n,alice,n=alice,r=abc', options, 'other-error'],
    ['n,a=,n=alice,r=abc', options, 'other-error'],
    ['n,,m=new,n=alice,r=abc', options, 'extensions-not-supported'],
    ['n,,n=al=ice,r=abc', options, 'invalid-username-encoding'],
    ['n,a=al=2cice,n=alice,r=abc', options, 'invalid-username-encoding'],
    ['n,,n=\u0007,r=abc', options, 'invalid-username-encoding'],
    ['n,,n=\u00AD,r=abc', options, 'invalid-username-encoding'],
    ['y,,n=alice,r=abc', options, 'server-does-support-channel-binding'],
    ['p=tls-exporter,,n=alice,r=abc', options, 'channel-binding-not-supported'],
    ['n,,n=alice,r=abc', plus, 'other-error'],
    ['y,,n=alice,r=abc', plus, 'other-error'],
    ['p=tls-unique,,n=alice,r=abc', plus, 'unsupported-channel-binding-type'],
    ['p=made-up,,n=alice,r=abc', plus, 'unsupported-channel-binding-type'],
    ['p=,,n=alice,r=abc', plus, 'other-error'],
  ] as const)('%j is refused', async (message, from, scramError) => {
    expect(await createScramServer(from).start(bytes(message))).toMatchObject({ kind: 'failure', scramError })
  })

  test('bytes that are not UTF-8 are an encoding error', async () => {
    expect(await createScramServer(options).start(Uint8Array.of(0xff))).toEqual({
      kind: 'failure',
      condition: 'malformed-request',
      scramError: 'invalid-encoding',
    })
  })

  test('y is welcome where no -PLUS was offered', async () => {
    const step = await challenge('y,,n=alice,r=abc', { ...options, offer: { mechanisms: ['SCRAM-SHA-1'] } })
    expect(text(step.challenge)).toMatch(/^r=abc.+,s=.+,i=4096$/)
  })

  test('is asked for by an empty challenge when it did not come at once', async () => {
    const step = await createScramServer(options).start(null)
    if (step.kind !== 'challenge') throw new Error('no challenge')
    expect(step.challenge).toHaveLength(0)
    expect(await step.next(bytes('n,,n=alice,r=abc'))).toMatchObject({ kind: 'challenge' })
  })

  test('makes the server add chance of its own, each time another', async () => {
    const [one, other] = [await challenge('n,,n=alice,r=abc'), await challenge('n,,n=alice,r=abc')]
    expect(text(one.challenge)).not.toBe(text(other.challenge))
  })
})

describe('the last message of a client', () => {
  const finals = {
    'c=biws,r=NONCE': 'other-error',
    'c=biws,p=AAAA': 'other-error',
    'c=biws,r=NONCE,p=AAAA': 'invalid-proof',
    'c=biws,r=NONCE,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=': 'invalid-proof',
    'c=biws,r=NONCE,p=': 'other-error',
    'c=biws,r=NONCE,p=?': 'invalid-encoding',
    'c=biws,r=NONCE,p=AAAA,x=1': 'other-error',
    'c=biws,r=NONCEx,p=AAAA': 'other-error',
    'c=biws,r=abc,p=AAAA': 'other-error',
    'c=eSws,r=NONCE,p=AAAA': 'channel-bindings-dont-match',
    'c=biwsYQ==,r=NONCE,p=AAAA': 'channel-bindings-dont-match',
    'c=biws,r=NONCE,m=1,p=AAAA': 'extensions-not-supported',
    'r=NONCE,c=biws,p=AAAA': 'other-error',
  } as const

  test.each(Object.entries(finals))('%j is refused', async (final, scramError) => {
    const step = await challenge('n,,n=alice,r=abc')
    const nonce = /^r=([^,]+)/.exec(text(step.challenge))?.[1] ?? ''
    expect(await step.next(bytes(final.replace('NONCE', nonce)))).toMatchObject({
      kind: 'failure',
      scramError,
    })
  })
})

describe('channel binding', () => {
  const offer = options.offer
  const client = (data: Uint8Array) =>
    createScram({
      hash: 'SHA-1',
      username: 'alice',
      password: () => 'secret',
      gs2: { flag: 'p', binding: { type: 'tls-exporter', data } },
      offer,
    })

  test('of the same channel is accepted', async () => {
    const { end } = await converse(client(Uint8Array.of(1)), createScramServer(plus))
    expect(end).toMatchObject({ kind: 'success', username: 'alice' })
  })

  test('of another channel is refused although the password is right', async () => {
    const { end } = await converse(client(Uint8Array.of(2)), createScramServer(plus))
    expect(end).toEqual({
      kind: 'failure',
      condition: 'not-authorized',
      scramError: 'channel-bindings-dont-match',
    })
  })

  test('cannot be stripped from the offer: the client says so, and the server sees it', async () => {
    const deceived = createScram({
      hash: 'SHA-1',
      username: 'alice',
      password: () => 'secret',
      gs2: { flag: 'y' },
    })
    const server = createScramServer({ ...options, announcesErrors: true })
    await expect(converse(deceived, server)).rejects.toMatchObject({
      code: 'authentication.server-not-verified',
      text: 'server-does-support-channel-binding',
    })
  })
})

describe('an unknown user', () => {
  test('is challenged like a known one, with the same salt each time, and fails like a wrong password', async () => {
    const known = text((await challenge('n,,n=alice,r=abc')).challenge)
    const [one, again] = [await challenge('n,,n=mallory,r=abc'), await challenge('n,,n=mallory,r=abc')]
    const saltOf = (message: string) => /,s=([^,]+),i=4096$/.exec(message)?.[1]
    expect(saltOf(text(one.challenge))).toBe(saltOf(text(again.challenge)))
    expect(saltOf(text(one.challenge))).toHaveLength(saltOf(known)?.length ?? 0)
    expect(saltOf(text((await challenge('n,,n=trudy,r=abc')).challenge))).not.toBe(
      saltOf(text(one.challenge)),
    )
    const guess = createScram({ hash: 'SHA-1', username: 'mallory', password: () => 'secret' })
    const { end } = await converse(guess, createScramServer(options))
    expect(end).toEqual({ kind: 'failure', condition: 'not-authorized', scramError: 'invalid-proof' })
  })

  test('has as many rounds as the server says that real ones have', async () => {
    const accounts = { ...options.accounts, decoyIterations: 9000 }
    expect(text((await challenge('n,,n=mallory,r=abc', { ...options, accounts })).challenge)).toMatch(
      /,i=9000$/,
    )
  })

  test('needs a secret that cannot be guessed', () => {
    const accounts = { ...options.accounts, decoySecret: new Uint8Array(decoySecretBytes - 1) }
    expect(() => createScramServer({ ...options, accounts })).toThrow(RangeError)
  })
})

test('a lookup that fails is a temporary failure', async () => {
  const lookup = vi.fn<AccountLookup>(() => Promise.reject(new Error('disk on fire')))
  const server = createScramServer({ ...options, accounts: { ...options.accounts, lookup } })
  expect(await server.start(bytes('n,,n=alice,r=abc'))).toEqual({
    kind: 'failure',
    condition: 'temporary-auth-failure',
    scramError: 'no-resources',
  })
  expect(lookup).toHaveBeenCalledWith('alice', 'SHA-1')
})

test('a server that announces its errors says e= first, and fails whatever follows', async () => {
  const step = await createScramServer({ ...options, announcesErrors: true }).start(bytes('n,,n=alice'))
  if (step.kind !== 'challenge') throw new Error('no challenge')
  expect(text(step.challenge)).toBe('e=other-error')
  expect(await step.next(bytes('n,,n=alice,r=abc'))).toMatchObject({ kind: 'failure' })
})

describe('deriveStoredKeys()', () => {
  test('makes another salt each time, of 16 bytes, and keys that differ by it', async () => {
    const [one, other] = [
      await deriveStoredKeys('secret', { hash: 'SHA-256' }),
      await deriveStoredKeys('secret', { hash: 'SHA-256' }),
    ]
    expect(one.salt).toHaveLength(scramSaltBytes)
    expect(one.salt).not.toEqual(other.salt)
    expect(one.storedKey).not.toEqual(other.storedKey)
  })

  test.each([
    ['', {}],
    ['\u00AD', {}],
    ['bell\u0007', {}],
    ['young \u{1F511}', {}],
    ['secret', { iterations: 4095 }],
    ['secret', { iterations: 4096.5 }],
    ['secret', { iterations: scramIterationCeiling + 1 }],
    ['secret', { salt: new Uint8Array() }],
  ])('refuses %j with %j', async (password, more) => {
    await expect(deriveStoredKeys(password, { hash: 'SHA-1', ...more })).rejects.toThrow(RangeError)
  })
})
