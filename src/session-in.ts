import { Memory } from './features/memory.js'
import { Journal } from './store/journal.js'
import type { Store } from './store/store.js'

/** Keeps the session of an account, by the JID that the client was given; `sessionIn()` makes one. */
export type SessionStore = (account: string) => Memory

/**
 * Keeps the session of a client in a store, so that another process can go on with it after this one has ended, however that
 * was: `createClient({ store: sessionIn(store) })`.
 * @throws TypeError for what is no store
 * @example
 * const store = sessionIn(fromUnstorage(createStorage({ driver: fsDriver({ base: './session' }) })))
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', store })
 */
export function sessionIn(store: Store): SessionStore {
  const missing = deeds.find((deed) => typeof store[deed] !== 'function')
  if (missing !== undefined)
    throw new TypeError(`a store has \`${missing}\`; one of unstorage is given as \`fromUnstorage(storage)\``)
  return (account) => new Memory(new Journal(store, account))
}

const deeds = ['get', 'set', 'delete'] as const
