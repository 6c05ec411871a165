import { describe, expect, it } from 'vitest'
import {
  stepSubscription,
  toSubscriptionCode,
  toSubscriptionState,
} from '../../machines/subscription-step.js'
import { openRequestLimit, Subscriptions, type SubscriptionType } from '../../src/features/subscriptions.js'
import { parsePresence, toPresenceElement } from '../../src/stanza/presence.js'
import {
  parseRoster,
  toRosterElement,
  type RosterItem,
  type RosterItemInput,
} from '../../src/stanza/roster.js'

const bob = 'bob@example.test'
const carol = 'carol@example.test'

/** Subscriptions beside a roster, and what they say. */
function watch(listed: readonly RosterItemInput[] = []) {
  const roster = new Map<string, RosterItem>()
  const subscriptions = new Subscriptions((jid) => roster.get(jid))
  const arrived: string[] = []
  const waiting: (readonly string[])[] = []
  subscriptions.request$.subscribe({
    next: ({ from, message }) =>
      arrived.push(message === undefined ? from.toString() : `${from}: ${message}`),
    complete: () => arrived.push('complete'),
  })
  subscriptions.requests$.subscribe((requests) => waiting.push([...requests.keys()]))
  const take = (type: SubscriptionType, from = bob, status?: string, isAwaited = false) => {
    const parsed = parsePresence(toPresenceElement({ type, status, from }))
    if (parsed.kind === 'problem') throw new Error(parsed.text)
    subscriptions.take(parsed, isAwaited)
  }
  /** All of the roster is new. */
  const fetched = (items: readonly RosterItemInput[]) => {
    roster.clear()
    for (const item of readItems(items)) roster.set(item.jid.toString(), item)
    subscriptions.replace(roster)
  }
  const pushed = (input: RosterItemInput) => {
    for (const item of readItems([input])) {
      const jid = item.jid.toString()
      const isRemoved = item.subscription === 'remove'
      if (isRemoved) roster.delete(jid)
      else roster.set(jid, item)
      subscriptions.change(jid, isRemoved ? undefined : item)
    }
  }
  fetched(listed)
  return { subscriptions, arrived, waiting, take, fetched, pushed, now: () => waiting.at(-1) }
}

const readItems = (items: readonly RosterItemInput[]) => parseRoster(toRosterElement({ items }))?.items ?? []

describe('a request to see one’s presence (RFC 6121 §3.1.3)', () => {
  it('is not asked of anybody once whoever sees all that wait has answered it', () => {
    const { arrived, subscriptions, take, now } = watch()
    subscriptions.requests$.subscribe((requests) => {
      for (const jid of requests.keys()) subscriptions.sent(jid, 'unsubscribed')
    })
    take('subscribe', bob, 'It is me')
    expect(arrived).toEqual([])
    expect(now()).toEqual([])
    take('subscribe', carol, undefined, true)
    subscriptions.ask(carol)
    expect(arrived).toEqual([])
  })

  it('is told with what they say, and waits', () => {
    const { arrived, take, now } = watch()
    take('subscribe', bob, 'It is me')
    expect([arrived, now()]).toEqual([['bob@example.test: It is me'], [bob]])
  })

  it('is one, however often the server repeats it and however the address is written', () => {
    const { arrived, take, waiting } = watch()
    take('subscribe', 'BOB@example.test')
    take('subscribe', 'bob@EXAMPLE.test/desk')
    expect([arrived, waiting]).toEqual([[bob], [[], [bob]]])
  })

  it('is told to whoever comes to ask later, as long as it waits', () => {
    const { subscriptions, take } = watch()
    take('subscribe')
    take('subscribe', carol)
    take('unsubscribe', carol)
    const late: string[] = []
    subscriptions.request$.subscribe(({ from }) => late.push(from.toString()))
    take('subscribe', 'dave@example.test')
    expect(late).toEqual([bob, 'dave@example.test'])
  })

  it('can be withdrawn (§3.3), and made again', () => {
    const { arrived, take, now } = watch()
    take('subscribe')
    take('unsubscribe')
    expect(now()).toEqual([])
    take('subscribe')
    expect([arrived, now()]).toEqual([[bob, bob], [bob]])
  })

  it.each(['subscribed', 'unsubscribed'] as const)('is over when it is answered by %s', (answer) => {
    const { subscriptions, take, now } = watch()
    take('subscribe')
    subscriptions.sent(bob, answer)
    expect([now(), subscriptions.hasAsked(bob)]).toEqual([[], false])
  })

  it('is not answered by what says nothing about it', () => {
    const { subscriptions, take, now, pushed } = watch([{ jid: bob }])
    take('subscribe')
    subscriptions.sent(bob, 'subscribe')
    take('subscribed')
    take('unsubscribed')
    pushed({ jid: bob, name: 'Bob', subscription: 'to' })
    expect(now()).toEqual([bob])
  })

  it.each([
    ['granted', { jid: bob, subscription: 'from' }],
    ['granted both ways', { jid: bob, subscription: 'both' }],
    ['answered by taking the contact off the roster', { jid: bob, subscription: 'remove' }],
  ] as const)('is over when another device has %s', (_how, item) => {
    const { take, pushed, now } = watch([{ jid: bob }])
    take('subscribe')
    pushed(item)
    expect(now()).toEqual([])
  })

  it('of somebody whose request is granted already asks nobody', () => {
    const { arrived, take, now } = watch([{ jid: bob, subscription: 'from' }])
    take('subscribe')
    expect([arrived, now()]).toEqual([[], []])
  })

  it('that a handshake answers asks nobody, but waits until it is answered', () => {
    const { arrived, subscriptions, take, now } = watch()
    take('subscribe', bob, undefined, true)
    expect([arrived, now(), subscriptions.hasAsked(bob)]).toEqual([[], [bob], true])
  })

  it('that a handshake was to answer is told when that ends without, to late comers too', () => {
    const { arrived, subscriptions, take } = watch()
    take('subscribe', bob, undefined, true)
    const late: string[] = []
    subscriptions.request$.subscribe(({ from }) => late.push(from.toString()))
    expect(late).toEqual([])
    subscriptions.ask(bob)
    subscriptions.ask(bob)
    subscriptions.ask(carol)
    expect([arrived, late]).toEqual([[bob], [bob]])
  })

  it('that a handshake has answered is not told', () => {
    const { arrived, subscriptions, take, pushed } = watch([{ jid: bob }])
    take('subscribe', bob, undefined, true)
    pushed({ jid: bob, subscription: 'from' })
    subscriptions.ask(bob)
    expect(arrived).toEqual([])
  })

  it('without a sender is none', () => {
    const { subscriptions, arrived } = watch()
    const parsed = parsePresence(toPresenceElement({ type: 'subscribe' }))
    if (parsed.kind !== 'problem') subscriptions.take(parsed, false)
    expect(arrived).toEqual([])
  })

  it('no longer comes when all is over', () => {
    const { subscriptions, arrived } = watch()
    subscriptions.complete()
    expect(arrived).toEqual(['complete'])
  })
})

describe('over a new session', () => {
  it.each([
    ['a stranger', []],
    ['somebody in the roster', [{ jid: bob, subscription: 'to' }]],
  ] as const)(
    'the request of %s goes on waiting, and is not told again when it is repeated',
    (_who, items) => {
      const { subscriptions, arrived, take, now, fetched, pushed } = watch(items)
      take('subscribe')
      subscriptions.miss()
      fetched(items)
      expect(now()).toEqual([bob])
      pushed({ jid: carol })
      for (const item of items) pushed({ ...item, name: 'Bob' })
      take('subscribe')
      expect([arrived, now()]).toEqual([[bob], [bob]])
    },
  )

  it('nobody is known any more not to have asked', () => {
    const { subscriptions, take } = watch([{ jid: bob, subscription: 'to' }])
    take('unsubscribe')
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'none' })
    subscriptions.miss()
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'unknown' })
  })

  it('a request that was answered meanwhile is over', () => {
    const { subscriptions, take, now, fetched } = watch([{ jid: bob }])
    take('subscribe')
    subscriptions.miss()
    fetched([{ jid: bob, subscription: 'from' }])
    expect(now()).toEqual([])
  })
})

describe('requests that wait', () => {
  it(`are at most ${openRequestLimit}: the oldest is forgotten, and told again if it is repeated`, () => {
    const { subscriptions, arrived, take, now } = watch()
    const jids = Array.from({ length: openRequestLimit + 1 }, (_, index) => `s${index}@evil.test`)
    for (const jid of jids) take('subscribe', jid)
    expect(arrived).toEqual(jids)
    expect(now()).toEqual(jids.slice(1))
    expect(subscriptions.hasAsked('s0@evil.test')).toBe(false)
    expect(subscriptions.standingOf('s0@evil.test')).toEqual({ to: 'none', from: 'unknown' })
    take('subscribe', 's0@evil.test')
    expect([arrived.at(-1), now()?.length]).toEqual(['s0@evil.test', openRequestLimit])
  })

  it('are shown in views that never change', () => {
    const { subscriptions, take } = watch()
    const sizes: (() => number)[] = []
    subscriptions.requests$.subscribe((view) => sizes.push(() => view.size))
    take('subscribe')
    take('subscribe', carol)
    take('unsubscribe', carol)
    expect(sizes.map((size) => size())).toEqual([0, 1, 2, 1])
  })
})

describe('where one stands', () => {
  it('is what the roster says, over what was believed', () => {
    const { subscriptions, fetched, pushed } = watch()
    subscriptions.sent(bob, 'subscribe')
    fetched([
      { jid: bob, subscription: 'both' },
      { jid: carol, ask: true, approved: true },
    ])
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'subscribed' })
    expect(subscriptions.standingOf(carol)).toEqual({ to: 'pending', from: 'approved' })
    pushed({ jid: bob, subscription: 'to' })
    expect(subscriptions.standingOf(bob).from).not.toBe('subscribed')
    fetched([])
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'none', from: 'unknown' })
  })

  it('follows what was sent and what came', () => {
    const { subscriptions, take } = watch([{ jid: bob }])
    subscriptions.sent(bob, 'subscribe')
    expect(subscriptions.standingOf(bob).to).toBe('pending')
    take('subscribed')
    take('subscribe')
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'pending' })
    subscriptions.sent(bob, 'subscribed')
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'subscribed' })
    take('unsubscribed')
    take('unsubscribe')
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'none', from: 'none' })
  })

  it.each(
    (['none', 'to', 'from', 'both'] as const).flatMap((subscription) =>
      [false, true].flatMap((ask) => [false, true].map((approved) => ({ subscription, ask, approved }))),
    ),
  )('is what the roster says, whatever it said before: $subscription, $ask, $approved', (now) => {
    for (const subscription of ['none', 'to', 'from', 'both'] as const) {
      for (const approved of [false, true]) {
        const { subscriptions, fetched, pushed } = watch([{ jid: bob, subscription, approved }])
        const before = toSubscriptionCode(subscriptions.standingOf(bob))
        const { next } = stepSubscription(before, { type: 'roster.item', ...now })
        fetched([{ jid: bob, ...now }])
        expect(subscriptions.standingOf(bob)).toEqual(toSubscriptionState(next))
        pushed({ jid: bob, subscription, approved })
        pushed({ jid: bob, ...now })
        expect(subscriptions.standingOf(bob)).toEqual(toSubscriptionState(next))
      }
    }
  })

  it('remembers that somebody does not ask, though the roster does not say it', () => {
    const { subscriptions, take, fetched } = watch([{ jid: bob }, { jid: carol }])
    take('subscribe')
    take('unsubscribe')
    fetched([{ jid: bob, subscription: 'to' }])
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'subscribed', from: 'none' })
    fetched([])
    fetched([{ jid: bob }])
    expect(subscriptions.standingOf(bob)).toEqual({ to: 'none', from: 'unknown' })
  })
})
