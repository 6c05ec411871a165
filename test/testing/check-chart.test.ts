import { assign, fromPromise, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { checkChart, walk } from 'xmpp-machines/testing'

const without = ['every state says what it is and who demands it'] as const

const turnstile = setup({
  types: {} as {
    context: { readonly coins: number }
    events: { readonly type: 'coin' } | { readonly type: 'push' }
  },
  actors: { unlock: fromPromise<boolean>(() => Promise.resolve(true)) },
  actions: { take: assign({ coins: ({ context }) => context.coins + 1 }), empty: assign({ coins: 0 }) },
  guards: { isOpen: (_, { opened }: { readonly opened: boolean }) => opened },
  delays: { patience: 1000 },
}).createMachine({
  id: 'turnstile',
  context: { coins: 0 },
  initial: 'locked',
  states: {
    locked: {
      tags: ['person'],
      meta: { why: 'nobody comes' },
      on: { coin: { target: 'unlocking', actions: 'take' } },
    },
    unlocking: {
      invoke: {
        id: 'unlock',
        src: 'unlock',
        onDone: [
          { guard: { type: 'isOpen', params: ({ event }) => ({ opened: event.output }) }, target: 'open' },
          { target: 'locked', actions: 'empty' },
        ],
        onError: { target: 'locked', actions: 'empty' },
      },
      after: { patience: { target: 'locked', actions: 'empty' } },
    },
    open: {
      tags: ['person'],
      meta: { why: 'nobody walks' },
      on: { push: { target: 'locked', actions: 'empty' } },
    },
  },
})

const catalogue = {
  outcomes: { unlock: { done: [true, false] } },
  invariants: {
    'nobody walks for free': ({
      value,
      context,
    }: {
      readonly value: unknown
      readonly context: { readonly coins: number }
    }) => value !== 'open' || context.coins === 1,
  },
} as const

describe('checkChart()', () => {
  test('has nothing to say of a chart that keeps its laws and its promises', () => {
    expect(checkChart(turnstile, walk(turnstile, catalogue), { without })).toEqual([])
  })

  test('tells a promise that is broken, and the events that lead there', () => {
    const broken = turnstile.provide({ actions: { take: () => undefined } })
    expect(checkChart(broken, walk(broken, catalogue), { without })).toEqual([
      {
        law: 'nobody walks for free',
        state: 'turnstile.unlocking',
        what: 'does not hold in turnstile.open',
        events: ['coin', 'xstate.done.actor.unlock {"output":true}'],
      },
    ])
  })

  test('tells a guard that never refuses, and what is therefore never taken', () => {
    const lenient = turnstile.provide({ guards: { isOpen: () => true } })
    expect(checkChart(lenient, walk(lenient, catalogue), { without })).toEqual([
      {
        law: 'the walk takes every transition',
        state: 'turnstile.unlocking',
        what: 'unlock done [else] → turnstile.locked is never taken',
        events: [],
      },
      {
        law: 'the walk sees every guard pass and refuse',
        state: 'turnstile.unlocking',
        what: 'unlock done [isOpen] → turnstile.open: the guard never refused',
        events: [],
      },
    ])
  })

  test('tells a state that guards keep from being entered', () => {
    const closed = turnstile.provide({ guards: { isOpen: () => false } })
    expect(checkChart(closed, walk(closed, catalogue), { without })).toContainEqual({
      law: 'the walk enters every state',
      state: 'turnstile.open',
      what: 'is never entered',
      events: [],
    })
  })

  test('tells a step that throws', () => {
    const frail = turnstile.provide({
      guards: {
        isOpen: () => {
          throw new Error('rusty')
        },
      },
    })
    expect(checkChart(frail, walk(frail, catalogue), { without })).toContainEqual(
      expect.objectContaining({
        law: 'no step throws',
        state: 'turnstile.unlocking',
        what: expect.stringContaining('rusty'),
      }),
    )
  })

  test('tells a place that rests only by the end of an actor which may be over already', () => {
    const awaiting = setup({ actors: { watch: fromPromise(() => Promise.resolve()) } }).createMachine({
      id: 'awaiting',
      initial: 'waiting',
      invoke: { id: 'watch', src: 'watch', onDone: {}, onError: '.done' },
      states: { waiting: { on: { again: { target: 'waiting', reenter: true } } }, done: { tags: ['idle'] } },
    })
    expect(checkChart(awaiting, walk(awaiting), { without })).toContainEqual(
      expect.objectContaining({ law: 'every place leads to an end or a rest', state: 'awaiting.waiting' }),
    )
  })

  test('tells a place that rests only by a delay which may have run out already', () => {
    const awaiting = setup({
      types: {} as { context: { readonly isMet: boolean } },
      actions: { meet: assign({ isMet: true }) },
      delays: { patience: 1000 },
      guards: { isMet: ({ context }) => context.isMet },
    }).createMachine({
      id: 'awaiting',
      context: { isMet: false },
      initial: 'waiting',
      states: {
        waiting: {
          after: { patience: [{ guard: 'isMet', target: 'done' }, {}] },
          on: { meet: { actions: 'meet' } },
        },
        done: { tags: ['idle'] },
      },
    })
    expect(checkChart(awaiting, walk(awaiting), { without })).toContainEqual(
      expect.objectContaining({ law: 'every place leads to an end or a rest', state: 'awaiting.waiting' }),
    )
  })

  test('tells a place from which guards let nothing come to rest, though the drawing does', () => {
    const endless = setup({ guards: { isEver: () => false }, delays: { soon: 1 } }).createMachine({
      id: 'endless',
      initial: 'turning',
      states: {
        turning: {
          after: {
            soon: [
              { guard: 'isEver', target: 'done' },
              { target: 'turning', reenter: true },
            ],
          },
        },
        done: { type: 'final' },
      },
    })
    expect(checkChart(endless, walk(endless), { without })).toContainEqual({
      law: 'every place leads to an end or a rest',
      state: 'endless.turning',
      what: 'no events lead on from here to an end or a rest',
      events: [],
    })
  })

  test('tells a walk that has not seen every place, unless it was to end before', () => {
    const counter = setup({
      types: {} as { context: { readonly count: number }; events: { readonly type: 'tick' | 'stop' } },
      actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
    }).createMachine({
      id: 'counter',
      context: { count: 0 },
      initial: 'on',
      states: {
        on: {
          tags: ['idle'],
          meta: { why: 'nobody counts' },
          on: { tick: { actions: 'count' }, stop: 'off' },
        },
        off: { type: 'final' },
      },
    })
    const catalogue = {
      limit: 50,
      invariants: {
        'counts to 60': ({ context }: { readonly context: { readonly count: number } }) => context.count < 60,
      },
    }
    expect(checkChart(counter, walk(counter, catalogue), { without })).toEqual([
      {
        law: 'the walk sees every place',
        state: 'counter',
        what: 'it ends at its limit, after 51: a `key` says which are alike, a higher `limit` lets it go on',
        events: [],
      },
    ])
    const more = walk(counter, { ...catalogue, limit: 200, untilIncident: true })
    expect(checkChart(counter, more, { without }).map(({ law }) => law)).toEqual(['counts to 60'])
  })
})
