import { toJid } from '../stanza/jid.js'
import { Account } from './account.js'
import type { Realm } from './realm.js'
import { Roster } from './roster-store.js'

/** Makes an account that lasts as long as its session (XEP-0175 §3). */
export function createAnonymousAccount(realm: Realm): {
  readonly username: string
  readonly forget: () => void
} {
  const username = crypto.randomUUID()
  const jid = toJid({ local: username, domain: realm.domain.domain })
  realm.accounts.set(username, new Account(jid, new Roster(realm.limits.rosterItems, crypto.randomUUID())))
  return { username, forget: () => void realm.accounts.delete(username) }
}
