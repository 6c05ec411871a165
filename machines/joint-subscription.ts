import { stepServedSubscription, type ServedSubscriptionState } from './served-subscription-step.js'

/** How far one subscription is. */
export type SubscriptionMode = 'none' | 'pending' | 'subscribed'

/** The four stanzas that manage subscriptions. @see RFC 6121 §3 */
export type SubscriptionStanza = 'subscribe' | 'unsubscribe' | 'subscribed' | 'unsubscribed'

/** One subscription as its two servers keep it: of who sees presence, and of whose presence it is. */
export interface Direction {
  /** What the server of the one who sees, or asks to, keeps in `to`. */
  readonly subscriber: SubscriptionMode
  /** What the server of the one who is seen, or asked, keeps in `from`. */
  readonly grantor: SubscriptionMode
}

/** What two servers keep of one another's users: both subscriptions, seen from the user. */
export interface JointState {
  /** The user's subscription to the contact. */
  readonly to: Direction
  /** The contact's subscription to the user. */
  readonly from: Direction
}

/**
 * How two servers can get there, the likeliest first: they `agreed`; or both people spoke at once, and it `crossed` on the
 * wire; or one of them then `answered` a request that was void by then; or a stanza was `lost`.
 */
export type Cause = (typeof causes)[number]

/** Every cause, the likeliest first. */
export const causes = ['agreed', 'crossed', 'answered', 'lost'] as const

/** The three modes, in the order in which a subscription comes about. */
export const modes = ['none', 'pending', 'subscribed'] as const

/** Whether both servers keep the same of both subscriptions: 9 of the 81 joint states. */
export function isConsistent({ to, from }: JointState): boolean {
  return isAgreed(to) && isAgreed(from)
}

/** Whether both servers keep the same of one subscription. */
export function isAgreed({ subscriber, grantor }: Direction): boolean {
  return subscriber === grantor
}

/** The least that must have happened for two servers to get there: the worse cause of the two subscriptions. */
export function causeOf({ to, from }: JointState): Cause {
  return causes[Math.max(causes.indexOf(directionCause(to)), causes.indexOf(directionCause(from)))] ?? 'lost'
}

/** The least that must have happened to one subscription. */
export function directionCause({ subscriber, grantor }: Direction): Cause {
  return causeTable[subscriber][modes.indexOf(grantor)] ?? 'lost'
}

/** By what the subscriber's server keeps, then the grantor's: none, pending, subscribed. Explored in the tests. */
const causeTable: Readonly<Record<SubscriptionMode, readonly Cause[]>> = {
  none: ['agreed', 'crossed', 'answered'],
  pending: ['lost', 'agreed', 'lost'],
  subscribed: ['lost', 'crossed', 'agreed'],
}

/**
 * What becomes of one subscription when one side sends a stanza and everything arrives, the answer of the other server
 * too; by the tables of both servers.
 */
export function exchange(direction: Direction, stanza: SubscriptionStanza): Direction {
  return stanza === 'subscribe' || stanza === 'unsubscribe'
    ? sendAsSubscriber(direction, stanza)
    : sendAsGrantor(direction, stanza)
}

function sendAsSubscriber(
  { subscriber, grantor }: Direction,
  stanza: 'subscribe' | 'unsubscribe',
): Direction {
  const sent = stepServedSubscription({ to: subscriber, from: 'none' }, `${stanza}.sent`)
  const came = stepServedSubscription({ to: 'none', from: grantor }, `${stanza}.received`)
  const answered = came.deeds.includes('answerSubscribed')
    ? stepServedSubscription(sent.next, 'subscribed.received')
    : sent
  return { subscriber: answered.next.to, grantor: grantorMode(came.next) }
}

function sendAsGrantor({ subscriber, grantor }: Direction, stanza: 'subscribed' | 'unsubscribed'): Direction {
  const sent = stepServedSubscription({ to: 'none', from: grantor }, `${stanza}.sent`)
  const came = stepServedSubscription({ to: subscriber, from: 'none' }, `${stanza}.received`)
  return {
    subscriber: sent.deeds.includes('forward') ? came.next.to : subscriber,
    grantor: grantorMode(sent.next),
  }
}

/** A pre-approval is between the user and the user's own server: of the other it is none. */
function grantorMode({ from }: ServedSubscriptionState): SubscriptionMode {
  return from === 'approved' ? 'none' : from
}
