import type { Observable } from 'rxjs'
import type { ActorRefFrom, StateValueFrom } from 'xstate'
import type { rosterMachine } from '../../machines/roster.js'
import { StanzaError } from '../errors.js'
import { Channel, StateChannel } from '../router/channel.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import { speaksForAccount } from '../router/trust.js'
import { parseRoster, parseRosterChange, type RosterItem } from '../stanza/roster.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { shownBy } from './shown-by.js'
import { isSynced } from './synced.js'
import { until } from './until.js'
import { VersionedMap } from './versioned-map.js'

/** Contacts by prepared bare JID; a view that never changes, and costs what has changed. */
export type Contacts = ReadonlyMap<string, RosterItem>

/** The contact list as the server has it. @see RFC 6121 §2 */
export interface RosterFeature {
  /** The last known list: replayed, and kept while disconnected. */
  readonly roster$: Observable<Contacts>
  /**
   * Fetches it, or joins a fetch that is under way; from then on pushes keep it current. Rejects with `StanzaError`,
   * `TimeoutError`, or `TransportError` (`not-connected` outside a session).
   */
  fetchRoster(): Promise<Contacts>
}

/** What has happened to the list: one item is there, changed or gone, or (`jid` undefined) all of it is new. */
export interface RosterChange {
  readonly jid: string | undefined
  readonly item: RosterItem | undefined
}

type RosterActor = ActorRefFrom<typeof rosterMachine>

/** The list itself: the part that the chart refuses to know. */
export class RosterStore {
  readonly #contacts = new VersionedMap<RosterItem>()
  readonly #views = new StateChannel<Contacts>(this.#contacts.view)
  readonly #changes = new Channel<RosterChange>()
  /** What the server calls the state of the list; `undefined` where it names none. @see RFC 6121 §2.6 */
  version: string | undefined

  get roster$(): Observable<Contacts> {
    return this.#views.stream$
  }

  /** Each change by itself, before `roster$` shows it. */
  get change$(): Observable<RosterChange> {
    return this.#changes.stream$
  }

  get contacts(): Contacts {
    return this.#contacts.view
  }

  find(jid: string): RosterItem | undefined {
    return this.#contacts.get(jid)
  }

  /** Takes the answer to a request; without a payload nothing has changed since `version`. @see RFC 6121 §2.6.3 */
  take(payload: XmlElement | undefined): void {
    const roster = payload === undefined ? undefined : parseRoster(payload)
    if (roster === undefined) {
      if (this.version === undefined) this.#replace(new Map())
      return
    }
    const items = new Map<string, RosterItem>()
    // The first list of a process is read before the engine has compiled this: an iterator would make an object an item.
    roster.items.forEach((item) => {
      // In a result `remove` means nothing (RFC 6121 §2.1.2.5).
      const kept = item.subscription === 'remove' ? { ...item, subscription: 'none' as const } : item
      items.set(item.jid.toString(), kept)
    })
    this.version = roster.ver
    this.#replace(items)
  }

  /** Takes a push: one item, and what the list is called now. */
  change(item: RosterItem, version: string | undefined): void {
    const jid = item.jid.toString()
    const isRemoved = item.subscription === 'remove'
    if (version !== undefined) this.version = version
    const view = isRemoved ? this.#contacts.delete(jid) : this.#contacts.set(jid, item)
    this.#changes.next({ jid, item: isRemoved ? undefined : item })
    this.#views.next(view)
  }

  complete(): void {
    this.#changes.complete()
    this.#views.complete()
  }

  #replace(items: Map<string, RosterItem>): void {
    const view = this.#contacts.replace(items)
    this.#changes.next({ jid: undefined, item: undefined })
    this.#views.next(view)
  }
}

/** @see RosterFeature */
export class SessionRoster implements RosterFeature {
  readonly #store: RosterStore
  readonly #actor: RosterActor

  /** @param actor the roster chart of the session */
  constructor(bus: StanzaBus, store: RosterStore, actor: RosterActor) {
    this.#store = store
    this.#actor = actor
    bus.handle('query', ns.roster, (request, account) => {
      const change = parseRosterChange(request.payload)
      const believed = speaksForAccount(request.from?.toString(), account)
      // A stranger gets the answer that nobody at all would give (RFC 6121 §2.1.6).
      if (request.type !== 'set' || !believed) throw new StanzaError('service-unavailable', 'cancel')
      if (change === undefined) throw new StanzaError('bad-request', 'modify')
      store.change(change.item, change.ver)
      return undefined
    })
  }

  get roster$(): Observable<Contacts> {
    return this.#store.roster$
  }

  /** Where the list stands, by the states of the chart; replays. */
  get phase$(): Observable<RosterPhase> {
    return shownBy(this.#actor, ({ value }) => value)
  }

  async fetchRoster(): Promise<Contacts> {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send({ type: 'roster.fetch' })
    await until(this.#actor, isSynced)
    return this.#store.contacts
  }
}

/** The states of the chart. */
export type RosterPhase = StateValueFrom<typeof rosterMachine>
