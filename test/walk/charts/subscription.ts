import { subscriptionMachine, type SubscriptionEvent } from '../../../machines/subscription.js'
import { toWalked } from './walked-chart.js'

const items = (['none', 'to', 'from', 'both'] as const).flatMap((subscription) =>
  [false, true].flatMap((ask) =>
    [false, true].map((approved) => ({ type: 'roster.item', subscription, ask, approved }) as const),
  ),
)

const events: readonly SubscriptionEvent[] = [
  { type: 'subscribe.sent' },
  { type: 'subscribe.received' },
  { type: 'subscribed.sent' },
  { type: 'subscribed.received' },
  { type: 'unsubscribe.sent' },
  { type: 'unsubscribe.received' },
  { type: 'unsubscribed.sent' },
  { type: 'unsubscribed.received' },
  { type: 'contact.removed' },
  { type: 'requests.missed' },
  ...items,
]

export const subscription = toWalked(subscriptionMachine, {
  events,
  key: () => undefined,
  invariants: {
    'the roster overrides what was believed of the user’s subscription': ({ value }, last) => {
      const item = items.find((each) => each === last?.event)
      if (item === undefined) return true
      const sees = item.subscription === 'to' || item.subscription === 'both'
      return value.to === (sees ? 'subscribed' : item.ask ? 'pending' : 'none')
    },
    'the roster overrides what was believed of the contact’s subscription': ({ value }, last) => {
      const item = items.find((each) => each === last?.event)
      if (item === undefined) return true
      if (item.subscription === 'from' || item.subscription === 'both') return value.from === 'subscribed'
      return item.approved
        ? value.from === 'approved'
        : value.from !== 'subscribed' && value.from !== 'approved'
    },
    'a request counts as answered by nothing but its answer': ({ value }, last) =>
      last?.from.value.from !== 'pending' ||
      value.from !== 'subscribed' ||
      isOneOf(last, 'subscribed.sent', 'roster.item'),
    'nobody sees the other without having been let': ({ value }, last) =>
      last === undefined ||
      value.to !== 'subscribed' ||
      last.from.value.to === 'subscribed' ||
      isOneOf(last, 'subscribed.received', 'roster.item'),
    'nothing that nobody asked for is believed': ({ value }, last) =>
      last?.event.type !== 'subscribed.received' || last.from.value.to !== 'none' || value.to === 'none',
    'what was removed is gone from both sides': ({ value }, last) =>
      last?.event.type !== 'contact.removed' || (value.to === 'none' && !isGranted(value.from)),
    'a new request is told to the user': ({ value }, last) =>
      last?.event.type !== 'subscribe.received' ||
      last.from.value.from === 'pending' ||
      last.from.value.from === 'subscribed' ||
      (value.from === 'pending' && last.actions.some(({ type }) => type === 'deliver')),
    'what may have been missed is no longer believed': ({ value }, last) =>
      last?.event.type !== 'requests.missed' || (value.from !== 'pending' && value.from !== 'none'),
  },
})

function isOneOf(last: { readonly event: { readonly type: string } }, ...types: readonly string[]): boolean {
  return types.includes(last.event.type)
}

function isGranted(from: string): boolean {
  return from === 'subscribed' || from === 'approved'
}
