import type { Observable } from 'rxjs'
import { stranger, toSubscriptionEvent, type SubscriptionState } from '../../machines/subscription-state.js'
import {
  stepSubscription,
  toSubscriptionCode,
  toSubscriptionState,
} from '../../machines/subscription-step.js'
import type { SubscriptionEvent } from '../../machines/subscription.js'
import { Channel, StateChannel } from '../router/channel.js'
import type { Jid } from '../stanza/jid.js'
import type { Presence } from '../stanza/presence.js'
import type { RosterItem } from '../stanza/roster.js'
import type { FeatureMemory } from './feature-host.js'
import { KeptRequests } from './kept-requests.js'
import { replayed } from './replayed.js'
import { VersionedMap } from './versioned-map.js'

/** Requests that may be open; with one more the oldest is forgotten here, though not by the server. */
export const openRequestLimit = 1_000

/** Somebody asks to see one's presence. @see RFC 6121 §3.1.3 */
export interface SubscriptionRequest {
  /** Bare. */
  readonly from: Jid
  /** What they say with it. */
  readonly message: string | undefined
  /** The presence as it came; of a long one that an earlier process has heard, only who asks and how what they say begins. */
  readonly presence: Presence
}

/** Requests that wait for an answer, by prepared bare JID. */
export type SubscriptionRequests = ReadonlyMap<string, SubscriptionRequest>

const strangerCode = toSubscriptionCode(stranger)

/**
 * Where one stands with everybody, stepped through the subscription chart by what the roster and the contacts say; and the
 * requests that wait. Only who stands elsewhere than the roster says is remembered, so that settled contacts cost nothing.
 */
export class Subscriptions {
  readonly #codes = new Map<string, number>()
  readonly #listed: (jid: string) => RosterItem | undefined
  readonly #requests = new VersionedMap<SubscriptionRequest>()
  readonly #views = new StateChannel<SubscriptionRequests>(this.#requests.view)
  /** Whose requests a handshake is to answer, so that nobody was asked. */
  readonly #unasked = new Set<string>()
  readonly #arriving = new Channel<SubscriptionRequest>()
  readonly #kept: KeptRequests

  /** Replays. */
  readonly requests$: Observable<SubscriptionRequests> = this.#views.stream$
  /** Those that wait, then each as it comes; one that is repeated by the server comes once. None that a handshake answers. */
  readonly request$: Observable<SubscriptionRequest> = replayed(
    () => [...this.#requests.view.values()].filter(({ from }) => !this.#unasked.has(from.toString())),
    this.#arriving.stream$,
  )

  /**
   * @param listed what the roster has of somebody: of who is not in it nothing is kept but their request
   * @param memory what outlives the process
   */
  constructor(listed: (jid: string) => RosterItem | undefined, memory?: FeatureMemory) {
    this.#listed = listed
    this.#kept = new KeptRequests(memory)
  }

  /** As far as it is known here. */
  standingOf(jid: string): SubscriptionState {
    return toSubscriptionState(this.#codes.get(jid) ?? toCode(this.#listed(jid)))
  }

  hasAsked(jid: string): boolean {
    return this.#requests.get(jid) !== undefined
  }

  /** @param isAwaited the answer is known already: nobody need be asked */
  take(presence: Presence, isAwaited: boolean): void {
    const { type, from } = presence
    if (from === undefined || !isSubscriptionType(type)) return
    const jid = from.bare.toString()
    const standing = this.#step(jid, { type: `${type}.received` })
    if (type === 'subscribe' && standing.from === 'pending') {
      if (this.hasAsked(jid)) return
      const request = { from: from.bare, message: presence.status, presence }
      if (isAwaited) this.#unasked.add(jid)
      this.#open(jid, request)
      // Whoever was told of all that wait may have answered it by now.
      if (!isAwaited && this.hasAsked(jid)) this.#arriving.next(request)
    } else if (type === 'unsubscribe') this.#close(jid)
  }

  /** The answer is known no longer: whoever has to be asked is, if the request still waits. */
  ask(jid: string): void {
    const request = this.#requests.get(jid)
    if (this.#unasked.delete(jid) && request !== undefined) this.#arriving.next(request)
  }

  /** What was sent to a contact. */
  sent(jid: string, type: SubscriptionType): void {
    this.#step(jid, { type: `${type}.sent` })
    if (type === 'subscribed' || type === 'unsubscribed') this.#close(jid)
  }

  /** An item of the roster as it is now; `undefined`: it was removed. */
  change(jid: string, item: RosterItem | undefined): void {
    const event = item === undefined ? ({ type: 'contact.removed' } as const) : toSubscriptionEvent(item)
    const standing = this.#step(jid, event)
    if (item === undefined || !mayWait(standing)) this.#close(jid)
  }

  /** All of the roster is new: for whoever stands where it says, that is all. */
  replace(items: ReadonlyMap<string, RosterItem>): void {
    for (const jid of this.#codes.keys()) {
      const item = items.get(jid)
      if (item !== undefined) this.#step(jid, toSubscriptionEvent(item))
      else if (!this.hasAsked(jid)) this.#codes.delete(jid)
    }
    for (const jid of this.#requests.view.keys()) {
      if (items.has(jid) && !mayWait(this.standingOf(jid))) this.#close(jid)
    }
  }

  /** A new session: requests may have come or gone unseen; the server repeats those that wait (RFC 6121 §3.1.3). */
  miss(): void {
    for (const jid of this.#codes.keys()) this.#step(jid, { type: 'requests.missed' })
  }

  /** Online: gives what has waited since an earlier process, in a session of it that goes on. It is to be taken again. */
  recall(isResumed: boolean): readonly Presence[] {
    return this.#kept.recall(isResumed)
  }

  complete(): void {
    this.#views.complete()
    this.#arriving.complete()
  }

  #step(jid: string, event: SubscriptionEvent): SubscriptionState {
    const item = this.#listed(jid)
    const settled = toCode(item)
    const { next } = stepSubscription(this.#codes.get(jid) ?? settled, event)
    const standing = toSubscriptionState(next)
    const isKept = item !== undefined || standing.from === 'pending' || this.hasAsked(jid)
    if (isKept && next !== settled) this.#codes.set(jid, next)
    else this.#codes.delete(jid)
    return standing
  }

  #open(jid: string, request: SubscriptionRequest): void {
    if (this.#requests.view.size >= openRequestLimit) {
      const [oldest] = this.#requests.view.keys()
      if (oldest !== undefined) this.#close(oldest)
    }
    this.#kept.keep(jid, request.presence)
    this.#views.next(this.#requests.set(jid, request))
  }

  #close(jid: string): void {
    if (!this.hasAsked(jid)) return
    this.#unasked.delete(jid)
    this.#kept.forget(jid)
    if (this.#listed(jid) === undefined) this.#codes.delete(jid)
    this.#views.next(this.#requests.delete(jid))
  }
}

/** Where one stands with somebody of whom nothing is known but what the roster says. */
function toCode(item: RosterItem | undefined): number {
  return item === undefined ? strangerCode : stepSubscription(strangerCode, toSubscriptionEvent(item)).next
}

/** A request may wait where the roster does not say that it was answered; it never says that one waits. */
const mayWait = ({ from }: SubscriptionState) => from === 'pending' || from === 'unknown'

/** The types of presence that manage subscriptions. @see RFC 6121 §3 */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'

function isSubscriptionType(type: Presence['type']): type is SubscriptionType {
  return type === 'subscribe' || type === 'subscribed' || type === 'unsubscribe' || type === 'unsubscribed'
}
