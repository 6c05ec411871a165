// Run when the page is built: what stays are the constants, and XState is not in the page.
import { fromModes, toModes, type SubscriptionState } from '../../../../../machines/subscription-state.js'
import {
  plainSubscriptionEvents,
  stepSubscription,
  toSubscriptionCode,
} from '../../../../../machines/subscription-step.js'
import type { SubscriptionEvent } from '../../../../../machines/subscription.js'
import { toSubscriptionKey } from './subscription-key.js'

/** Every state of the subscription chart. */
export const subscriptionStates: readonly SubscriptionState[] = toModes.flatMap((to) =>
  fromModes.map((from) => ({ to, from })),
)

const flags = [true, false] as const
const events: readonly SubscriptionEvent[] = [
  ...plainSubscriptionEvents.map((type) => ({ type })),
  ...(['none', 'to', 'from', 'both'] as const).flatMap((subscription) =>
    flags.flatMap((ask) =>
      flags.map((approved) => ({ type: 'roster.item', subscription, ask, approved }) as const),
    ),
  ),
]

/** By the key of an event: the place of the state that each state leads to, as `subscriptionStates` has them. */
export const subscriptionTable: Readonly<Record<string, readonly number[]>> = Object.fromEntries(
  events.map((event) => [
    toSubscriptionKey(event),
    subscriptionStates.map((state) => {
      const { next } = stepSubscription(toSubscriptionCode(state), event)
      return subscriptionStates.findIndex((each) => toSubscriptionCode(each) === next)
    }),
  ]),
)
