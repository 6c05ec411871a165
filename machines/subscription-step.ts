import { transition } from 'xstate'
import { fromModes, toModes, type SubscriptionState } from './subscription-state.js'
import { subscriptionMachine, type SubscriptionEvent } from './subscription.js'

/** What comes of one event: the next code, and what the chart says of the stanza. */
export interface SubscriptionStep {
  readonly next: number
  /** `forward`: what was sent reaches the contact, for sure; `deliver`: what came is news to the user. */
  readonly deeds: readonly SubscriptionDeed[]
}

/** The deeds of the chart. */
export type SubscriptionDeed = 'forward' | 'deliver'

/** Packs a settled contact into a whole number from 0 to 14, so that ten thousand of them are ten thousand bytes. */
export function toSubscriptionCode({ to, from }: SubscriptionState): number {
  return toModes.indexOf(to) * fromModes.length + fromModes.indexOf(from)
}

/** Unpacks a settled contact; throws `RangeError` for a number that is no code. */
export function toSubscriptionState(code: number): SubscriptionState {
  const state = states[code]
  if (state === undefined)
    throw new RangeError(`a subscription code is a whole number from 0 to 14, not ${code}`)
  return state
}

/**
 * Steps a settled contact: what the chart says, looked up in a table that is made from the chart on first use, so that
 * it costs no actor. Throws `RangeError` for a number that is no code.
 * @example
 * const { next } = stepSubscription(toSubscriptionCode(stranger), { type: 'subscribe.sent' })
 * subscriptionName(toSubscriptionState(next)) // 'None + Pending Out'
 * @see RFC 6121 Appendix A
 */
export function stepSubscription(code: number, event: SubscriptionEvent): SubscriptionStep {
  table ??= states.map((state) => events.map((each) => walk(state, each)))
  const step = table[code]?.[columnOf(event)]
  if (step === undefined)
    throw new RangeError(`a subscription code is a whole number from 0 to 14, not ${code}`)
  return step
}

/** Every state of the chart, at the place that is its code. */
const states: readonly SubscriptionState[] = toModes.flatMap((to) => fromModes.map((from) => ({ to, from })))

const plain = [
  'subscribe.sent',
  'unsubscribe.sent',
  'subscribed.sent',
  'unsubscribed.sent',
  'subscribe.received',
  'unsubscribe.received',
  'subscribed.received',
  'unsubscribed.received',
  'contact.removed',
  'requests.missed',
] as const satisfies readonly SubscriptionEvent['type'][]

const subscriptions = ['none', 'to', 'from', 'both'] as const

/** Every event that there is, `columnOf` by `columnOf`. */
const events: readonly SubscriptionEvent[] = [
  ...plain.map((type) => ({ type })),
  ...subscriptions.flatMap((subscription) =>
    [false, true].flatMap((ask) =>
      [false, true].map((approved) => ({ type: 'roster.item' as const, subscription, ask, approved })),
    ),
  ),
]

function columnOf(event: SubscriptionEvent): number {
  if (event.type !== 'roster.item') return plain.indexOf(event.type)
  const { subscription, ask, approved } = event
  return plain.length + subscriptions.indexOf(subscription) * 4 + (ask ? 2 : 0) + (approved ? 1 : 0)
}

let table: readonly (readonly SubscriptionStep[])[] | undefined

function walk(state: SubscriptionState, event: SubscriptionEvent): SubscriptionStep {
  const snapshot = subscriptionMachine.resolveState({ value: { ...state } })
  const [next, actions] = transition(subscriptionMachine, snapshot, event)
  const to = toModes.find((mode) => next.matches({ to: mode })) ?? state.to
  const from = fromModes.find((mode) => next.matches({ from: mode })) ?? state.from
  return {
    next: toSubscriptionCode({ to, from }),
    deeds: deeds.filter((deed) => actions.some(({ type }) => type === deed)),
  }
}

const deeds = ['forward', 'deliver'] as const satisfies readonly SubscriptionDeed[]
