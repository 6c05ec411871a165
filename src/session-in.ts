import { Memory } from './features/memory.js'
import { Journal } from './store/journal.js'
import type { Store } from './store/store.js'

/** Keeps the session of an account, by the JID that the client was given; `sessionIn()` makes one. */
export type SessionStore = (account: string) => Memory

/**
 * Keeps the session of a client in a store, so that another process can go on with it after this one has ended, however that
 * was: `createClient({ store: sessionIn(store) })`.
 * @example
 * const store = sessionIn(fromUnstorage(createStorage({ driver: fsDriver({ base: './session' }) })))
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', store })
 */
export function sessionIn(store: Store): SessionStore {
  return (account) => new Memory(new Journal(store, account))
}
