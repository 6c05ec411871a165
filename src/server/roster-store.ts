import type { Jid } from '../stanza/jid.js'
import {
  stepServedSubscription,
  strangers,
  type ServedSubscriptionDeed,
  type ServedSubscriptionState,
  type servedSubscriptionEvents,
} from '../../machines/served-subscription-step.js'

/** What the user may decide about a contact. */
export interface ContactDetails {
  readonly name: string | undefined
  readonly groups: readonly string[]
}

/** One contact as stored; somebody who has only asked is stored too, and not shown. */
export interface Contact extends ContactDetails {
  readonly jid: Jid
  readonly state: ServedSubscriptionState
  /** Part of the roster that clients see (RFC 6121 §A.1: "None + Pending In" is not, unless the user added it). */
  readonly listed: boolean
}

/** A change of the visible roster: what a push says. */
export interface RosterChange {
  readonly jid: Jid
  /** `undefined`: it was removed. */
  readonly contact: Contact | undefined
  readonly version: string
}

type SubscriptionEvent = (typeof servedSubscriptionEvents)[number]

/** The roster of one account, in memory, with the history that versioning needs (RFC 6121 §2). */
export class Roster {
  readonly #contacts = new Map<string, Contact>()
  /** Last change of every JID ever listed, oldest first; removed ones included, up to the limit. */
  readonly #history = new Map<string, { readonly jid: Jid; readonly count: number }>()
  readonly #epoch: string
  readonly #limit: number
  #count = 0
  #forgotten = 0

  /**
   * @param limit contacts and requests that are kept
   * @param epoch tells versions of this roster from those of another run
   */
  constructor(limit: number, epoch: string) {
    this.#limit = limit
    this.#epoch = epoch
  }

  /** Changes with every change of the visible roster, never repeats. */
  get version(): string {
    return this.#versionOf(this.#count)
  }

  /** Every contact, listed or not. */
  contacts(): readonly Contact[] {
    return [...this.#contacts.values()]
  }

  /** What clients see. */
  listed(): readonly Contact[] {
    return this.contacts().filter((contact) => contact.listed)
  }

  find(jid: Jid): Contact | undefined {
    return this.#contacts.get(jid.toString())
  }

  /** Where the user stands with anybody, known or not. */
  stateOf(jid: Jid): ServedSubscriptionState {
    return this.find(jid)?.state ?? strangers
  }

  /** No room for one more contact. */
  isFullFor(jid: Jid): boolean {
    return this.#contacts.size >= this.#limit && this.find(jid) === undefined
  }

  /** Adds a contact or replaces its details (RFC 6121 §2.3, §2.4). */
  set(jid: Jid, details: ContactDetails): RosterChange {
    return this.#list({ jid, ...details, state: this.stateOf(jid), listed: true })
  }

  /** Removes a contact; `undefined` if it was not listed. Step it with `contact.removed` before (RFC 6121 §2.5). */
  remove(jid: Jid): RosterChange | undefined {
    if (this.#findListed(jid) === undefined) return undefined
    this.#contacts.delete(jid.toString())
    return this.#note(jid, undefined)
  }

  /** Steps the subscription; what is stored follows, the deeds are for the caller. */
  step(jid: Jid, event: SubscriptionEvent): readonly ServedSubscriptionDeed[] {
    const contact = this.find(jid)
    const { next, deeds } = stepServedSubscription(contact?.state ?? strangers, event)
    const listed = contact?.listed === true || deeds.includes('pushRoster')
    if (!listed && next.to === 'none' && next.from === 'none') this.#contacts.delete(jid.toString())
    else this.#contacts.set(jid.toString(), { ...(contact ?? { jid, ...undetailed }), state: next, listed })
    return deeds
  }

  /** The change to push after a step that asks for it. */
  touch(jid: Jid): RosterChange | undefined {
    const contact = this.#findListed(jid)
    return contact === undefined ? undefined : this.#list(contact)
  }

  /** What has changed since a version, in order; `undefined` if that version is not known (RFC 6121 §2.6.3). */
  changesSince(version: string): readonly RosterChange[] | undefined {
    const since = this.#countOf(version)
    if (since === undefined) return undefined
    return [...this.#history.values()]
      .filter(({ count }) => count > since)
      .map(({ jid, count }) => ({ jid, contact: this.#findListed(jid), version: this.#versionOf(count) }))
  }

  #findListed(jid: Jid): Contact | undefined {
    const contact = this.find(jid)
    return contact?.listed === true ? contact : undefined
  }

  #list(contact: Contact): RosterChange {
    this.#contacts.set(contact.jid.toString(), contact)
    return this.#note(contact.jid, contact)
  }

  #note(jid: Jid, contact: Contact | undefined): RosterChange {
    this.#count += 1
    this.#history.delete(jid.toString())
    this.#history.set(jid.toString(), { jid, count: this.#count })
    for (const [key, { count }] of this.#history) {
      if (this.#history.size <= this.#limit) break
      this.#history.delete(key)
      this.#forgotten = count
    }
    return { jid, contact, version: this.version }
  }

  #versionOf(count: number): string {
    return `${this.#epoch}-${count}`
  }

  #countOf(version: string): number | undefined {
    const prefix = `${this.#epoch}-`
    const digits = version.slice(prefix.length)
    if (!version.startsWith(prefix) || !/^(?:0|[1-9]\d{0,14})$/.test(digits)) return undefined
    const count = Number(digits)
    return count >= this.#forgotten && count <= this.#count ? count : undefined
  }
}

const undetailed: ContactDetails = { name: undefined, groups: [] }
