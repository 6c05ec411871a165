import { servedSubscriptionEvents } from '../../../machines/served-subscription-step.js'
import { servedSubscriptionMachine } from '../../../machines/served-subscription.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

export const servedSubscription = toWalked(servedSubscriptionMachine, {
  events: servedSubscriptionEvents.map((type) => ({ type })),
  key: () => undefined,
  invariants: {
    'nobody sees the other without having been let': ({ value }, last) =>
      last === undefined ||
      value.to !== 'subscribed' ||
      last.from.value.to === 'subscribed' ||
      last.event.type === 'subscribed.received',
    'nobody is seen who has not said so': ({ value }, last) =>
      last === undefined ||
      value.from !== 'subscribed' ||
      last.from.value.from === 'subscribed' ||
      last.event.type === 'subscribed.sent' ||
      (last.event.type === 'subscribe.received' && last.from.value.from === 'approved'),
    'presence goes out to who may see it from now on, or asks again': ({ value }, last) =>
      last === undefined ||
      orders(last, 'announcePresence') ===
        (value.from === 'subscribed' &&
          (last.event.type === 'subscribe.received' || last.from.value.from !== 'subscribed')),
    'presence is taken back from who may no longer see it': ({ value }, last) =>
      last === undefined ||
      orders(last, 'retractPresence') ===
        (last.from.value.from === 'subscribed' && value.from !== 'subscribed'),
    'a change that the roster shows is pushed to every client': ({ value }, last) =>
      last === undefined ||
      last.event.type === 'contact.removed' ||
      orders(last, 'pushRoster') === (inRoster(value) !== inRoster(last.from.value)),
    'a request that waits is kept': ({ value }, last) =>
      value.from !== 'pending' || last?.from.value.from === 'pending' || orders(last, 'keepRequest'),
    'a contact that is removed hears that it neither sees nor is seen': ({ value }, last) =>
      last?.event.type !== 'contact.removed' ||
      (value.to === 'none' &&
        value.from === 'none' &&
        orders(last, 'sendUnsubscribe') === (last.from.value.to !== 'none') &&
        orders(last, 'sendUnsubscribed') ===
          (last.from.value.from === 'pending' || last.from.value.from === 'subscribed')),
    'a request that was approved before is answered at once': ({ value }, last) =>
      last?.event.type !== 'subscribe.received' ||
      (last.from.value.from !== 'approved' && last.from.value.from !== 'subscribed') ||
      (value.from === 'subscribed' && orders(last, 'answerSubscribed') && !orders(last, 'deliver')),
  },
})

interface Both {
  readonly to: string
  readonly from: string
}

/** What the item in the roster says; a request that waits is not in it. @see RFC 6121 §2.1.2 */
function inRoster({ to, from }: Both): string {
  return `${to} ${from === 'pending' ? 'none' : from}`
}
