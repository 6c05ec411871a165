import type { RosterItem } from '../src/stanza/roster.js'
import type { SubscriptionEvent } from './subscription.js'

/** The modes of the user's subscription to the contact. */
export const toModes = ['none', 'pending', 'subscribed'] as const

/** The modes of the contact's subscription to the user, as far as the user's client knows. */
export const fromModes = ['unknown', 'none', 'approved', 'pending', 'subscribed'] as const

/** Where a user and a contact stand: both regions of the chart, as data. */
export interface SubscriptionState {
  /** The user's subscription to the contact. */
  readonly to: (typeof toModes)[number]
  /** The contact's subscription to the user; `unknown` is "none in the roster, and perhaps a request that waits". */
  readonly from: (typeof fromModes)[number]
}

/** The nine states by their names. @see RFC 6121 §A.1 */
export type SubscriptionName =
  | 'None'
  | 'None + Pending Out'
  | 'None + Pending In'
  | 'None + Pending Out+In'
  | 'To'
  | 'To + Pending In'
  | 'From'
  | 'From + Pending Out'
  | 'Both'

/** What a roster says about a subscription. @see RFC 6121 §2.1.2 */
export interface RosterAttributes {
  readonly subscription: 'none' | 'to' | 'from' | 'both'
  readonly ask: boolean
  readonly approved: boolean
}

/** Somebody of whom nothing is known yet. */
export const stranger: SubscriptionState = { to: 'none', from: 'unknown' }

/** The name of a state in the RFC, which has none for a pre-approval nor for what is not known: both count as none. */
export function subscriptionName({ to, from }: SubscriptionState): SubscriptionName {
  const [none, pending, subscribed] = names[to]
  return from === 'pending' ? pending : from === 'subscribed' ? subscribed : none
}

const names: Readonly<
  Record<SubscriptionState['to'], readonly [SubscriptionName, SubscriptionName, SubscriptionName]>
> = {
  none: ['None', 'None + Pending In', 'From'],
  pending: ['None + Pending Out', 'None + Pending Out+In', 'From + Pending Out'],
  subscribed: ['To', 'To + Pending In', 'Both'],
}

/**
 * Whether the contact waits for the user's answer: the one thing that a roster does not say. A `yes` may be out of date
 * where an answer has crossed with a new request, or another client of the user has answered; a `no` never is, in a session
 * that is available.
 */
export function pendingInOf({ from }: SubscriptionState): 'yes' | 'no' | 'unknown' {
  return from === 'pending' ? 'yes' : from === 'unknown' ? 'unknown' : 'no'
}

/** What the roster says in a state; a request that waits is not in it. */
export function toRosterAttributes({ to, from }: SubscriptionState): RosterAttributes {
  const theirs = from === 'subscribed'
  const subscription = to === 'subscribed' ? (theirs ? 'both' : 'to') : theirs ? 'from' : 'none'
  return { subscription, ask: to === 'pending', approved: from === 'approved' }
}

/** What an item of a roster, fetched or pushed, means to the chart. */
export function toSubscriptionEvent(
  item: Pick<RosterItem, 'subscription' | 'ask' | 'approved'>,
): SubscriptionEvent {
  const { subscription, ask, approved } = item
  return subscription === 'remove'
    ? { type: 'contact.removed' }
    : { type: 'roster.item', subscription, ask, approved }
}
