import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createActor, getInitialSnapshot } from 'xstate'
import {
  fromModes,
  pendingInOf,
  stranger,
  subscriptionName,
  toModes,
  toRosterAttributes,
  toSubscriptionEvent,
  type SubscriptionState,
} from '../../machines/subscription-state.js'
import {
  stepSubscription,
  toSubscriptionCode,
  toSubscriptionState,
} from '../../machines/subscription-step.js'
import { subscriptionMachine, type SubscriptionEvent } from '../../machines/subscription.js'
import { servedSubscriptionEvents, stepServedSubscription } from '../../machines/served-subscription-step.js'

interface Cell {
  readonly table: number
  readonly direction: 'outbound' | 'inbound'
  readonly stanza: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'
  readonly state: string
  readonly next: string
  readonly forward: 'MUST' | 'MUST NOT' | 'SHOULD NOT'
}

interface Table {
  readonly states: Readonly<
    Record<
      string,
      {
        readonly subscription: 'none' | 'to' | 'from' | 'both'
        readonly ask: string | null
        readonly pendingIn: boolean
      }
    >
  >
  readonly transitions: readonly Cell[]
}

const rfc: Table = JSON.parse(readFileSync(new URL('rfc6121-subscriptions.json', import.meta.url), 'utf8'))

const all: readonly SubscriptionState[] = toModes.flatMap((to) => fromModes.map((from) => ({ to, from })))
const settled = all.filter(({ from }) => from !== 'unknown' && from !== 'approved')
const items = (['none', 'to', 'from', 'both'] as const).flatMap((subscription) =>
  [false, true].flatMap((ask) => [false, true].map((approved) => ({ subscription, ask, approved }))),
)
const events: readonly SubscriptionEvent[] = [
  ...servedSubscriptionEvents.map((type) => ({ type })),
  { type: 'requests.missed' },
  ...items.map(toSubscriptionEvent),
]

function stateOf(name: string): SubscriptionState {
  const state = settled.find((one) => subscriptionName(one) === name)
  if (state === undefined) throw new Error(`no such state: ${name}`)
  return state
}

function after(state: SubscriptionState, ...happened: readonly SubscriptionEvent[]): SubscriptionState {
  const step = (code: number, event: SubscriptionEvent) => stepSubscription(code, event).next
  return toSubscriptionState(happened.reduce(step, toSubscriptionCode(state)))
}

describe('RFC 6121 Appendix A, cell by cell, as the client sees it', () => {
  it('has 72 cells', () => expect(rfc.transitions).toHaveLength(72))

  it.each(rfc.transitions)(
    'table $table: $direction $stanza in "$state" leads to "$next", routed: $forward',
    (cell) => {
      const type = `${cell.stanza}.${cell.direction === 'outbound' ? 'sent' : 'received'}` as const
      const { next, deeds } = stepSubscription(toSubscriptionCode(stateOf(cell.state)), { type })
      const routed = cell.direction === 'outbound' ? 'forward' : 'deliver'
      expect(subscriptionName(toSubscriptionState(next))).toBe(cell.next)
      expect(deeds).toEqual(cell.forward === 'MUST' ? [routed] : [])
    },
  )

  it.each(Object.entries(rfc.states))('"%s" has the attributes and the request of table 1', (name, says) => {
    const state = stateOf(name)
    expect(toRosterAttributes(state)).toEqual({
      subscription: says.subscription,
      ask: says.ask === 'subscribe',
      approved: false,
    })
    expect(pendingInOf(state)).toBe(says.pendingIn ? 'yes' : 'no')
  })

  it('follows the appendix where the prose of §3.2.3 and §3.3.3 would ignore', () => {
    expect(after(stateOf('None + Pending Out'), { type: 'unsubscribed.received' })).toEqual(stateOf('None'))
    expect(after(stateOf('None + Pending In'), { type: 'unsubscribe.received' })).toEqual(stateOf('None'))
  })
})

describe('the roster', () => {
  it.each(items)('overrides every state: $subscription, ask $ask, approved $approved', (item) => {
    const theirs = item.subscription === 'from' || item.subscription === 'both'
    for (const state of all) {
      const next = after(state, toSubscriptionEvent(item))
      expect(toRosterAttributes(next)).toEqual({
        subscription: item.subscription,
        // What is granted is not asked for, nor approved in advance.
        ask: item.ask && (item.subscription === 'none' || item.subscription === 'from'),
        approved: item.approved && !theirs,
      })
    }
  })

  it('is read back into the state that it was written from, but for a request that waits', () => {
    for (const state of all) {
      const read = after(stranger, toSubscriptionEvent(toRosterAttributes(state)))
      const isInRoster = state.from === 'subscribed' || state.from === 'approved'
      expect(read).toEqual({ to: state.to, from: isInRoster ? state.from : 'unknown' })
    }
  })

  it.each(['none', 'to'] as const)(
    'with "%s" neither makes nor ends a request that waits',
    (subscription) => {
      const push = toSubscriptionEvent({ subscription, ask: false, approved: false })
      expect(pendingInOf(after(stateOf('None + Pending In'), push))).toBe('yes')
      expect(pendingInOf(after(stateOf('None'), push))).toBe('no')
      expect(pendingInOf(after(stranger, push))).toBe('unknown')
    },
  )

  it('that no longer grants what it granted does not tell whether the contact has asked since', () => {
    const push = toSubscriptionEvent({ subscription: 'none', ask: false, approved: false })
    expect(pendingInOf(after(stateOf('Both'), push))).toBe('unknown')
  })

  it('without the contact ends everything, and does not tell what became of a request', () => {
    const removed = toSubscriptionEvent({ subscription: 'remove', ask: false, approved: false })
    expect(after(stateOf('Both'), removed)).toEqual(stateOf('None'))
    expect(after(stateOf('To + Pending In'), removed)).toEqual(stranger)
  })
})

describe('a request of the contact', () => {
  it('is not known of somebody of whom nothing was heard', () => {
    expect(getInitialSnapshot(subscriptionMachine).value).toEqual(stranger)
    expect(pendingInOf(stranger)).toBe('unknown')
  })

  it.each([
    ['subscribe.received', 'yes'],
    ['unsubscribe.received', 'no'],
    ['unsubscribed.sent', 'no'],
    ['subscribed.sent', 'unknown'],
  ] as const)('is settled or not by %s: %s', (type, known) => {
    expect(pendingInOf(after(stranger, { type }))).toBe(known)
  })

  it('is asked about anew after requests were missed, and what the roster holds stays', () => {
    const missed = (name: string) => after(stateOf(name), { type: 'requests.missed' })
    expect(missed('To + Pending In')).toEqual({ to: 'subscribed', from: 'unknown' })
    expect(missed('None + Pending Out')).toEqual({ to: 'pending', from: 'unknown' })
    expect(missed('Both')).toEqual(stateOf('Both'))
    expect(pendingInOf(after(missed('To + Pending In'), { type: 'subscribe.received' }))).toBe('yes')
  })

  it('that comes although it was approved in advance waits for the user: the server has not answered it', () => {
    const approved = after(stateOf('None'), { type: 'subscribed.sent' })
    expect(approved).toEqual({ to: 'none', from: 'approved' })
    expect(pendingInOf(approved)).toBe('no')
    expect(after(approved, { type: 'subscribe.received' })).toEqual(stateOf('None + Pending In'))
  })
})

describe('the table and the chart', () => {
  it('agree on every event in every state', () => {
    let compared = 0
    for (const state of all) {
      for (const event of events) {
        const done: string[] = []
        const actor = createActor(
          subscriptionMachine.provide({
            actions: { forward: () => void done.push('forward'), deliver: () => void done.push('deliver') },
          }),
          { snapshot: subscriptionMachine.resolveState({ value: { ...state } }) },
        )
        actor.start()
        actor.send(event)
        const { next, deeds } = stepSubscription(toSubscriptionCode(state), event)
        expect(actor.getSnapshot().value).toEqual(toSubscriptionState(next))
        expect(done).toEqual(deeds)
        actor.stop()
        compared += 1
      }
    }
    expect(compared).toBe(15 * 26)
  })

  it('pack every state into one byte and back, and refuse what is no code', () => {
    const codes = all.map(toSubscriptionCode)
    expect(new Set(codes).size).toBe(15)
    expect(codes.map(toSubscriptionState)).toEqual(all)
    expect([...Uint8Array.from(codes)]).toEqual(codes)
    for (const code of [-1, 15, 1.5, Number.NaN]) {
      expect(() => toSubscriptionState(code)).toThrow(RangeError)
      expect(() => stepSubscription(code, { type: 'subscribe.sent' })).toThrow(RangeError)
    }
  })
})

describe('the client and its server', () => {
  /** What a server would call the state: it knows whether somebody has asked. */
  const known = ({ to, from }: SubscriptionState) => ({
    to,
    from: from === 'unknown' ? ('none' as const) : from,
  })

  it.each(servedSubscriptionEvents)('come to the same state on %s, and route alike', (type) => {
    for (const state of all) {
      if (state.from === 'unknown') continue
      // What a server answers for the user never gets to the client.
      if (state.from === 'approved' && type === 'subscribe.received') continue
      const served = stepServedSubscription(known(state), type)
      const { next, deeds } = stepSubscription(toSubscriptionCode(state), { type })
      expect(known(toSubscriptionState(next))).toEqual(served.next)
      expect(deeds).toEqual(served.deeds.filter((deed) => deed === 'forward' || deed === 'deliver'))
    }
  })
})
