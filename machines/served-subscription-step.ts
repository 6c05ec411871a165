import { transition } from 'xstate'
import { servedSubscriptionMachine, type ServedSubscriptionEvent } from './served-subscription.js'

const toModes = ['none', 'pending', 'subscribed'] as const
const fromModes = ['none', 'approved', 'pending', 'subscribed'] as const

/** Where a user and a contact stand: both regions of the chart, as data. */
export interface ServedSubscriptionState {
  /** The user's subscription to the contact. */
  readonly to: (typeof toModes)[number]
  /** The contact's subscription to the user. */
  readonly from: (typeof fromModes)[number]
}

/** What the server must do after a step, by the names that the chart gives them. */
export type ServedSubscriptionDeed =
  | 'forward'
  | 'deliver'
  | 'keepRequest'
  | 'pushRoster'
  | 'answerSubscribed'
  | 'sendUnsubscribe'
  | 'sendUnsubscribed'
  | 'announcePresence'
  | 'retractPresence'

/** The answer of the chart to one event. */
export interface ServedSubscriptionStep {
  readonly next: ServedSubscriptionState
  readonly deeds: readonly ServedSubscriptionDeed[]
}

/** Two people who do not know each other. */
export const strangers: ServedSubscriptionState = { to: 'none', from: 'none' }

/** Every event of the chart, in the order of the tables of RFC 6121 Appendix A. */
export const servedSubscriptionEvents = [
  'subscribe.sent',
  'unsubscribe.sent',
  'subscribed.sent',
  'unsubscribed.sent',
  'subscribe.received',
  'unsubscribe.received',
  'subscribed.received',
  'unsubscribed.received',
  'contact.removed',
] as const satisfies readonly ServedSubscriptionEvent['type'][]

/**
 * Steps one contact: what the chart says, looked up in a table that is made from the chart on first use, so that ten
 * thousand settled contacts cost no actor and a step costs a look-up.
 * @see RFC 6121 Appendix A
 */
export function stepServedSubscription(
  state: ServedSubscriptionState,
  event: ServedSubscriptionEvent['type'],
): ServedSubscriptionStep {
  table ??= compileTable()
  return table.get(cellKey(state, event)) ?? { next: state, deeds: [] }
}

let table: ReadonlyMap<string, ServedSubscriptionStep> | undefined

function cellKey(state: ServedSubscriptionState, event: string): string {
  return `${state.to}/${state.from} ${event}`
}

function compileTable(): ReadonlyMap<string, ServedSubscriptionStep> {
  const cells = new Map<string, ServedSubscriptionStep>()
  for (const to of toModes) {
    for (const from of fromModes) {
      const snapshot = servedSubscriptionMachine.resolveState({ value: { to, from } })
      for (const type of servedSubscriptionEvents) {
        const [next, actions] = transition(servedSubscriptionMachine, snapshot, { type })
        cells.set(cellKey({ to, from }, type), {
          next: {
            to: toModes.find((mode) => next.matches({ to: mode })) ?? to,
            from: fromModes.find((mode) => next.matches({ from: mode })) ?? from,
          },
          deeds: actions.map((action) => action.type).filter(isDeed),
        })
      }
    }
  }
  return cells
}

const deeds: ReadonlySet<string> = new Set<ServedSubscriptionDeed>([
  'forward',
  'deliver',
  'keepRequest',
  'pushRoster',
  'answerSubscribed',
  'sendUnsubscribe',
  'sendUnsubscribed',
  'announcePresence',
  'retractPresence',
])

function isDeed(type: string): type is ServedSubscriptionDeed {
  return deeds.has(type)
}
