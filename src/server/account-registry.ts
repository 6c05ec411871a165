import { toJid, type Jid } from '../stanza/jid.js'
import { Account } from './account.js'
import type { Credentials } from './credentials.js'
import { announcePresence } from './presence-broadcast.js'
import type { Realm } from './realm.js'
import { Roster } from './roster-store.js'
import type { AccountInput, ContactInput } from './server-options.js'
import { forgetAnswered, forgetContact, pushChange } from './subscription-deeds.js'

/** Who may use the server: accounts with their passwords, and who of them know each other. */
export class AccountRegistry {
  readonly #realm: Realm
  readonly #credentials: Credentials
  /** Names whose keys are being derived. */
  readonly #coming = new Set<string>()

  constructor(realm: Realm, credentials: Credentials) {
    this.#realm = realm
    this.#credentials = credentials
  }

  /** Accounts that may know each other. Throws RangeError as `add` does. */
  async addAll(accounts: readonly AccountInput[]): Promise<void> {
    for (const { username, password } of accounts) await this.add({ username, password })
    for (const { username, contacts = [] } of accounts)
      for (const contact of contacts) this.befriend(username, contact)
  }

  /**
   * Throws RangeError for a user name that is taken or cannot be one, for a password that cannot, and for a contact who has no
   * account.
   */
  async add({ username, password, contacts = [] }: AccountInput): Promise<void> {
    const jid = this.#jidOf(username)
    const local = jid.local ?? ''
    if (this.has(username)) throw new RangeError(`the account ${jid} exists already`)
    for (const contact of contacts) this.#find(contact.username)
    this.#coming.add(local)
    try {
      await this.#credentials.set(username, password)
      openAccount(this.#realm, jid)
    } finally {
      this.#coming.delete(local)
    }
    for (const contact of contacts) this.befriend(username, contact)
  }

  /** Whether there is such an account, or will be; throws RangeError for a name that cannot be one. */
  has(username: string): boolean {
    const jid = this.#jidOf(username)
    return this.#realm.accountOf(jid) !== undefined || this.#coming.has(jid.local ?? '')
  }

  /** Throws RangeError if there is no such account. */
  async setPassword({ username, password }: Omit<AccountInput, 'contacts'>): Promise<void> {
    this.#find(username)
    await this.#credentials.set(username, password)
  }

  /** Ends the sessions of the account with not-authorized, and all subscriptions; `false` if there was none. */
  remove(username: string): boolean {
    const account = this.#realm.accountOf(this.#jidOf(username))
    if (account === undefined) return false
    this.#realm.rooms?.forget(account.jid)
    for (const { link } of account.resources.values()) {
      link.close({ condition: 'not-authorized', text: 'the account has been removed' })
    }
    this.#credentials.remove(username)
    this.#realm.accounts.delete(account.jid.local ?? '')
    forgetContact(this.#realm, account.jid)
    return true
  }

  /** Lets two accounts see each other's presence, as if both had asked and agreed; who of them is there hears of it. */
  befriend(username: string, { username: other, name, groups = [] }: ContactInput): void {
    const [one, two] = [this.#find(username), this.#find(other)]
    one.roster.set(two.jid, { name, groups })
    const announcements = [makeMutual(this.#realm, one, two.jid), makeMutual(this.#realm, two, one.jid)]
    // Whoever is announced is in the roster of both.
    for (const announce of announcements) announce()
  }

  #find(username: string): Account {
    const jid = this.#jidOf(username)
    const account = this.#realm.accountOf(jid)
    if (account === undefined) throw new RangeError(`there is no account ${jid}`)
    return account
  }

  #jidOf(username: string): Jid {
    return toJid({ local: username, domain: this.#realm.domain.domain })
  }
}

/** Makes an account that lasts as long as its session (XEP-0175 §3). */
export function openAnonymousAccount(realm: Realm): {
  readonly username: string
  readonly forget: () => void
} {
  const username = crypto.randomUUID()
  const jid = toJid({ local: username, domain: realm.domain.domain })
  openAccount(realm, jid)
  const forget = () => {
    realm.rooms?.forget(jid)
    realm.accounts.delete(username)
    forgetContact(realm, jid)
  }
  return { username, forget }
}

function openAccount(realm: Realm, jid: Jid): void {
  const roster = new Roster(realm.limits.rosterItems, crypto.randomUUID())
  realm.accounts.set(jid.local ?? '', new Account(jid, roster, realm.limits))
}

const mutualSteps = [
  'subscribe.sent',
  'subscribed.received',
  'subscribe.received',
  'subscribed.sent',
] as const

/** @returns announces the account to a contact who could not see it before */
function makeMutual(realm: Realm, account: Account, contact: Jid): () => void {
  const { roster } = account
  const { from } = roster.stateOf(contact)
  for (const event of mutualSteps) roster.step(contact, event)
  forgetAnswered(account, contact)
  pushChange(realm, account, roster.touch(contact))
  return () => {
    if (from !== 'subscribed') announcePresence(realm, account, contact)
  }
}
