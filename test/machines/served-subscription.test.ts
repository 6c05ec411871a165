import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createActor, getInitialSnapshot } from 'xstate'
import { servedSubscriptionMachine } from '../../machines/served-subscription.js'
import {
  stepServedSubscription,
  strangers,
  servedSubscriptionEvents,
  type ServedSubscriptionState,
} from '../../machines/served-subscription-step.js'

interface Cell {
  readonly table: number
  readonly direction: 'outbound' | 'inbound'
  readonly stanza: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'
  readonly state: string
  readonly next: string
  readonly forward: 'MUST' | 'MUST NOT' | 'SHOULD NOT'
  readonly rosterAttrsChange: boolean
}

const cells: readonly Cell[] = JSON.parse(
  readFileSync(new URL('rfc6121-subscriptions.json', import.meta.url), 'utf8'),
).transitions

const states: Readonly<Record<string, ServedSubscriptionState>> = {
  None: { to: 'none', from: 'none' },
  'None + Pending Out': { to: 'pending', from: 'none' },
  'None + Pending In': { to: 'none', from: 'pending' },
  'None + Pending Out+In': { to: 'pending', from: 'pending' },
  To: { to: 'subscribed', from: 'none' },
  'To + Pending In': { to: 'subscribed', from: 'pending' },
  From: { to: 'none', from: 'subscribed' },
  'From + Pending Out': { to: 'pending', from: 'subscribed' },
  Both: { to: 'subscribed', from: 'subscribed' },
}

function stateOf(name: string): ServedSubscriptionState {
  const state = states[name]
  if (state === undefined) throw new Error(`no such state: ${name}`)
  return state
}

/** The RFC has no word for a pre-approved contact: its tables call it what it was before. */
function nameOf(state: ServedSubscriptionState): string | undefined {
  const from = state.from === 'approved' ? 'none' : state.from
  return Object.keys(states).find((name) => stateOf(name).to === state.to && stateOf(name).from === from)
}

describe('RFC 6121 Appendix A, cell by cell', () => {
  it('has 72 cells', () => expect(cells).toHaveLength(72))

  it.each(cells)(
    'table $table: $direction $stanza in "$state" leads to "$next", routed: $forward',
    (cell) => {
      const event = `${cell.stanza}.${cell.direction === 'outbound' ? 'sent' : 'received'}` as const
      const { next, deeds } = stepServedSubscription(stateOf(cell.state), event)
      expect(nameOf(next)).toBe(cell.next)
      expect(deeds.includes(cell.direction === 'outbound' ? 'forward' : 'deliver')).toBe(
        cell.forward === 'MUST',
      )
      expect(deeds.includes('pushRoster')).toBe(cell.rosterAttrsChange)
    },
  )
})

describe('pre-approval (RFC 6121 §3.4)', () => {
  const approved = stepServedSubscription(strangers, 'subscribed.sent').next

  it('is remembered before anybody asked', () => expect(approved).toEqual({ to: 'none', from: 'approved' }))

  it('answers the request by itself and shows presence, without asking the user', () => {
    const { next, deeds } = stepServedSubscription(approved, 'subscribe.received')
    expect(next).toEqual({ to: 'none', from: 'subscribed' })
    expect(deeds).toEqual(['answerSubscribed', 'pushRoster', 'announcePresence'])
  })

  it('is taken back by "unsubscribed", of which the contact hears nothing', () => {
    const { next, deeds } = stepServedSubscription(approved, 'unsubscribed.sent')
    expect(next).toEqual(strangers)
    expect(deeds).toEqual(['pushRoster'])
  })

  it('is not there twice', () => {
    expect(stepServedSubscription(approved, 'subscribed.sent')).toEqual({ next: approved, deeds: [] })
  })
})

describe('a contact removed from the roster (RFC 6121 §2.5)', () => {
  it.each([
    ['Both', ['sendUnsubscribe', 'sendUnsubscribed', 'retractPresence']],
    ['To', ['sendUnsubscribe']],
    ['From', ['sendUnsubscribed', 'retractPresence']],
    ['None + Pending Out', ['sendUnsubscribe']],
    ['None + Pending In', ['sendUnsubscribed']],
    ['None', []],
  ] as const)('in "%s" cancels what there was and nothing else', (name, deeds) => {
    const step = stepServedSubscription(stateOf(name), 'contact.removed')
    expect(step.next).toEqual(strangers)
    expect(step.deeds).toEqual(deeds)
  })
})

describe('presence', () => {
  it.each([
    ['None + Pending In', 'subscribed.sent', 'announcePresence'],
    ['Both', 'subscribe.received', 'announcePresence'],
    ['Both', 'unsubscribed.sent', 'retractPresence'],
    ['From', 'unsubscribe.received', 'retractPresence'],
  ] as const)('in "%s" on %s: %s', (state, event, deed) => {
    expect(stepServedSubscription(stateOf(state), event).deeds).toContain(deed)
  })
})

describe('the table and a live actor', () => {
  it('agree along a walk that takes every cell', () => {
    const toModes = ['none', 'pending', 'subscribed'] as const
    const fromModes = ['none', 'approved', 'pending', 'subscribed'] as const
    let compared = 0
    for (const to of toModes) {
      for (const from of fromModes) {
        for (const type of servedSubscriptionEvents) {
          const done: string[] = []
          const actor = createActor(
            servedSubscriptionMachine.provide({
              actions: Object.fromEntries(
                deedNames.map((deed) => [deed, () => void done.push(deed)] as const),
              ),
            }),
            { snapshot: servedSubscriptionMachine.resolveState({ value: { to, from } }) },
          )
          actor.start()
          actor.send({ type })
          const step = stepServedSubscription({ to, from }, type)
          expect(actor.getSnapshot().value).toEqual(step.next)
          expect(done).toEqual(step.deeds)
          actor.stop()
          compared += 1
        }
      }
    }
    expect(compared).toBe(108)
  })

  it('begin as strangers', () => {
    expect(getInitialSnapshot(servedSubscriptionMachine).value).toEqual(strangers)
  })
})

const deedNames = [
  'forward',
  'deliver',
  'keepRequest',
  'pushRoster',
  'answerSubscribed',
  'sendUnsubscribe',
  'sendUnsubscribed',
  'announcePresence',
  'retractPresence',
] as const
