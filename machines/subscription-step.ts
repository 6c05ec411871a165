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
  if (state === undefined) throw isNoCode(code)
  return state
}

/**
 * Steps a settled contact: what the chart says, asked once for each state and event and then looked up, so that it costs
 * no actor. Throws `RangeError` for a number that is no code.
 * @example
 * const { next } = stepSubscription(toSubscriptionCode(stranger), { type: 'subscribe.sent' })
 * subscriptionName(toSubscriptionState(next)) // 'None + Pending Out'
 * @see RFC 6121 Appendix A
 */
export function stepSubscription(code: number, event: SubscriptionEvent): SubscriptionStep {
  const row = table[code]
  if (row === undefined) throw isNoCode(code)
  return (row[columnOf(event)] ??= walk(toSubscriptionState(code), event))
}

/** Every state of the chart, at the place that is its code. */
const states: readonly SubscriptionState[] = toModes.flatMap((to) => fromModes.map((from) => ({ to, from })))

/** Events that say all by their type. */
export const plainSubscriptionEvents = [
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

/** The plain events, then each item that a roster may have. */
function columnOf(event: SubscriptionEvent): number {
  if (event.type !== 'roster.item') return plainSubscriptionEvents.indexOf(event.type)
  const { subscription, ask, approved } = event
  return (
    plainSubscriptionEvents.length +
    subscriptions.indexOf(subscription) * 4 +
    (ask ? 2 : 0) +
    (approved ? 1 : 0)
  )
}

/** By code and column, filled in as it is asked for: most cells never are, and all together take 50 ms. */
const table = states.map((): (SubscriptionStep | undefined)[] => [])

const isNoCode = (code: number) =>
  new RangeError(`a subscription code is a whole number from 0 to 14, not ${code}`)

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
