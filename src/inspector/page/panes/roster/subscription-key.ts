import type { SubscriptionEvent } from '../../../../../machines/subscription.js'

/** One word for each event of the subscription chart, with everything that it tells. */
export function toSubscriptionKey(event: SubscriptionEvent): string {
  if (event.type !== 'roster.item') return event.type
  const { subscription, ask, approved } = event
  return `${subscription}${ask ? ' ask' : ''}${approved ? ' approved' : ''}`
}
