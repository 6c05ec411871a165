import type { Store } from '../store/store.js'
import { decodeBase64, encodeBase64 } from '../base64.js'
import type { ScramKeyCache } from './scram-key-cache.js'
import { scramHashes, type ScramHash } from './scram-hashes.js'
import type { ScramKeyParameters, ScramKeys } from './scram-keys.js'

/**
 * Keeps the keys that SCRAM derives from a password in a store, where they outlive the process; the latest of each hash. They
 * are as good as the password: keep them as carefully.
 * @param account its bare JID, or any name: accounts that share a store need one each
 * @example
 * const client = createClient({ jid: 'alice@example.test', password, keyCache: keysIn(vault, 'alice@example.test') })
 */
export function keysIn(store: Store, account: string): ScramKeyCache {
  return new ScramKeyStore(store, account)
}

class ScramKeyStore implements ScramKeyCache {
  readonly #store: Store
  readonly #name: string

  constructor(store: Store, name: string) {
    this.#store = store
    this.#name = encodeURIComponent(name)
  }

  async find({ hash }: ScramKeyParameters): Promise<ScramKeys | undefined> {
    return readKeys(await this.#store.get(this.#key(hash)))
  }

  async keep({ username, hash, salt, iterations, clientKey, serverKey }: ScramKeys): Promise<void> {
    await this.#store.set(this.#key(hash), {
      version: 1,
      username,
      hash,
      salt: encodeBase64(salt),
      iterations,
      clientKey: encodeBase64(clientKey),
      serverKey: encodeBase64(serverKey),
    })
  }

  async clear(): Promise<void> {
    await Promise.all(scramHashes.map(async (hash) => this.#store.delete(this.#key(hash))))
  }

  #key(hash: ScramHash): string {
    return `${this.#name}:scram:${hash}`
  }
}

/** Whether they are the right ones is for whoever looks for them to see. */
function readKeys(stored: unknown): ScramKeys | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  const read = (name: string): unknown => Object.getOwnPropertyDescriptor(stored, name)?.value
  const readBytes = (name: string) => {
    const text = read(name)
    return typeof text === 'string' ? decodeBase64(text) : undefined
  }
  const username = read('username')
  const hash = scramHashes.find((known) => known === read('hash'))
  const iterations = read('iterations')
  const salt = readBytes('salt')
  const clientKey = readBytes('clientKey')
  const serverKey = readBytes('serverKey')
  if (read('version') !== 1 || hash === undefined) return undefined
  if (typeof username !== 'string' || typeof iterations !== 'number') return undefined
  if (salt === undefined || clientKey === undefined || serverKey === undefined) return undefined
  return { username, hash, salt, iterations, clientKey, serverKey }
}
