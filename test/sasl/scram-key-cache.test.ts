import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createScram } from '../../src/sasl/scram.js'
import { ScramMemoryCache } from '../../src/sasl/scram-key-cache.js'
import type { ScramKeyCache } from '../../src/sasl/scram-key-cache.js'
import { keysIn } from '../../src/sasl/scram-key-store.js'
import { createScramServer } from '../../src/sasl/scram-server.js'
import { deriveKeys, type ScramKeys } from '../../src/sasl/scram-keys.js'
import type { StoredRecord } from '../../src/store/store.js'
import { accountsOf, bytes, converse } from './exchange.js'

const accounts = accountsOf({ alice: 'secret', bob: 'secret' })
const server = () =>
  createScramServer({ hash: 'SHA-256', bound: false, accounts, offer: { mechanisms: ['SCRAM-SHA-256'] } })

function client(cache: ScramKeyCache, password: () => string | undefined, username = 'alice') {
  return createScram({ hash: 'SHA-256', username, password, cache })
}

describe('a cache of derived keys', () => {
  test('lets the account in again without its password', async () => {
    const cache = new ScramMemoryCache()
    const password = vi.fn<() => string>(() => 'secret')
    await converse(client(cache, password), server())
    expect(
      (
        await converse(
          client(cache, () => undefined),
          server(),
        )
      ).end.kind,
    ).toBe('success')
    expect(password).toHaveBeenCalledTimes(1)
  })

  test.each(['SHA-1', 'SHA-256', 'SHA-512'] as const)(
    'is kept and forgotten in a map, which gives no promises (%s)',
    async (hash) => {
      const vault = new Map<string, StoredRecord>()
      const cache = keysIn(vault, 'alice@example.test')
      const parameters = { username: 'alice', hash, salt: bytes('salt'), iterations: 4096 }
      const keys = await deriveKeys('secret', parameters)
      await cache.keep(keys)
      expect(await cache.find(parameters)).toEqual(keys)
      await cache.clear?.()
      expect([...vault.keys()]).toEqual([])
    },
  )

  test('does not serve another user, or anybody once it is cleared', async () => {
    const cache = new ScramMemoryCache()
    await converse(
      client(cache, () => 'secret'),
      server(),
    )
    const missing = { code: 'authentication.credentials-missing' }
    await expect(
      converse(
        client(cache, () => undefined, 'bob'),
        server(),
      ),
    ).rejects.toMatchObject(missing)
    cache.clear()
    await expect(
      converse(
        client(cache, () => undefined),
        server(),
      ),
    ).rejects.toMatchObject(missing)
  })

  test('keeps nothing for a server that has not proven itself', async () => {
    const unverified = { code: 'authentication.server-not-verified' }
    const cache: ScramKeyCache = { find: () => undefined, keep: vi.fn<ScramKeyCache['keep']>() }
    const step = await (
      await createScram({
        hash: 'SHA-256',
        username: 'alice',
        password: () => 'secret',
        cache,
        nonce: () => 'abc',
      }).start()
    ).next(bytes('r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'))
    await expect(step.finish(null)).rejects.toMatchObject(unverified)
    await expect(step.finish(bytes('v=AAAA'))).rejects.toMatchObject(unverified)
    expect(cache.keep).not.toHaveBeenCalled()
    await converse(
      client(cache, () => 'secret'),
      server(),
    )
    expect(cache.keep).toHaveBeenCalledTimes(1)
  })

  test('in a store forgets the keys of every hash, those of one that cannot be forgotten aside', async () => {
    const store = new Map<string, unknown>()
    const cache = keysIn(
      {
        get: async (key) => store.get(key),
        set: async (key, value) => store.set(key, value),
        delete: (key) => {
          if (key.endsWith('SHA-512')) throw new Error('the store is locked')
          return Promise.resolve(store.delete(key))
        },
      },
      'alice',
    )
    const bytes = new Uint8Array(64)
    const rest = { username: 'alice', salt: bytes, iterations: 4096, clientKey: bytes, serverKey: bytes }
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-512'] as const) await cache.keep({ ...rest, hash })
    await expect(cache.clear?.()).rejects.toThrow('the store is locked')
    expect([...store.keys()]).toEqual(['alice:scram:SHA-512'])
  })

  test('may fail: that costs time, not the login', async () => {
    const broken: ScramKeyCache = {
      find: () => Promise.reject(new Error('storage is full')),
      keep: () => {
        throw new Error('storage is full')
      },
    }
    expect(
      (
        await converse(
          client(broken, () => 'secret'),
          server(),
        )
      ).end.kind,
    ).toBe('success')
  })

  test.each<[string, ScramKeyCache]>([
    ['looked for', { find: stalled, keep: () => {} }],
    ['kept', { find: () => undefined, keep: stalled }],
  ])('may stall while keys are %s: that does not cost the login', async (_what, cache) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const slow = client(cache, () => 'secret')
    expect((await converse(slow, server())).end.kind).toBe('success')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['of another salt', { salt: new Uint8Array(16) }],
    ['of other rounds', { iterations: 4097 }],
    ['cut short', { clientKey: new Uint8Array(3) }],
    ['without a server key', { serverKey: new Uint8Array() }],
  ])('is passed over when it gives keys %s', async (_what, wrong) => {
    const kept: ScramKeys[] = []
    const cache: ScramKeyCache = {
      find: () => kept.map((keys) => ({ ...keys, ...wrong }))[0],
      keep: (keys) => {
        kept.push(keys)
      },
    }
    await converse(
      client(cache, () => 'secret'),
      server(),
    )
    expect(
      (
        await converse(
          client(cache, () => 'secret'),
          server(),
        )
      ).end.kind,
    ).toBe('success')
    expect(kept).toHaveLength(2)
  })
})

/** What never comes, however long it is waited for. */
function stalled(): Promise<never> {
  queueMicrotask(() => vi.runOnlyPendingTimers())
  return new Promise(() => {})
}
