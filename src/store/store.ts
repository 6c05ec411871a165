/** What a store keeps: plain JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One value of a store. */
export type StoredRecord = { readonly [key: string]: Json }

/**
 * Where a session is kept between processes. A value that was set is there for whoever asks next, in this process or another,
 * once the promise has resolved, or the call has returned where it gives none; a value that was half written when the process
 * was killed may be gone or broken, other values not.
 */
export interface Store {
  /** The value or a promise of it; `undefined` or `null` where there is nothing. */
  get(key: string): unknown
  /** In place of what was there; what it gives is awaited. */
  set(key: string, value: StoredRecord): unknown
  /** The same with nothing, whether there was something or not. */
  delete(key: string): unknown
}

/** What is used of a storage of `unstorage`. */
export interface UnstorageLike {
  getItem(key: string): Promise<unknown>
  setItem(key: string, value: object): Promise<unknown>
  removeItem(key: string): Promise<unknown>
}

/**
 * A store in whatever `unstorage` can reach: memory, files, Redis and the rest.
 * @example
 * const store = fromUnstorage(createStorage({ driver: fsDriver({ base: './session' }) }))
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', store: sessionIn(store) })
 * @see https://unstorage.unjs.io
 */
export function fromUnstorage(storage: UnstorageLike): Store {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    delete: (key) => storage.removeItem(key),
  }
}
