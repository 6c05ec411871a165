import { assign, createMachine, fromPromise, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { walk } from 'xmpp-machines/testing'

const lamp = setup({
  types: {} as {
    context: { readonly tries: number }
    events: { readonly type: 'press' } | { readonly type: 'set'; readonly bright: boolean }
  },
  actors: { warmUp: fromPromise<{ readonly hot: boolean }>(() => Promise.reject(new Error('not here'))) },
  actions: { count: assign({ tries: ({ context }) => context.tries + 1 }) },
  guards: {
    isBright: ({ event }) => event.type === 'set' && event.bright,
    isHot: (_, { hot }: { readonly hot: boolean }) => hot,
    isWorn: ({ context }) => context.tries >= 3,
  },
  delays: { patience: 1000 },
}).createMachine({
  id: 'lamp',
  context: { tries: 0 },
  initial: 'off',
  states: {
    off: {
      on: {
        press: [
          { guard: 'isWorn', target: 'broken' },
          { target: 'warming', actions: 'count' },
        ],
      },
    },
    warming: {
      invoke: {
        id: 'warmUp',
        src: 'warmUp',
        onDone: [
          { guard: { type: 'isHot', params: ({ event }) => event.output }, target: 'on' },
          { target: 'off' },
        ],
        onError: 'off',
      },
      after: { patience: 'off' },
    },
    on: { on: { press: 'off', set: { guard: 'isBright', target: 'broken' } } },
    broken: { type: 'final' },
  },
})

const everything = {
  events: [{ type: 'press' }, { type: 'set', bright: true }, { type: 'set', bright: false }],
  outcomes: { warmUp: { done: [{ hot: true }, { hot: false }] } },
} as const

describe('walk()', () => {
  test('lets actors end and fail, delays run out, and guards pass and refuse', () => {
    const { coverage, isComplete, incidents } = walk(lamp, everything)
    expect(coverage).toMatchObject({
      chart: 'lamp',
      states: { of: 5, reached: 5 },
      transitions: { of: 8, reached: 8, missed: [] },
      guards: { of: 6, reached: 6, missed: [] },
    })
    expect({ isComplete, incidents }).toEqual({ isComplete: true, incidents: [] })
  })

  test('says in words what was not reached', () => {
    const { coverage } = walk(lamp, { ...everything, events: [{ type: 'press' }] })
    expect(coverage.transitions.missed).toEqual(['lamp.on set [isBright] → lamp.broken'])
    expect(coverage.guards.missed).toEqual([
      'lamp.on set [isBright] → lamp.broken: the guard never passed',
      'lamp.on set [isBright] → lamp.broken: the guard never refused',
    ])
  })

  test('finds a shortest way to a state', () => {
    const path = walk(lamp, everything).pathTo('lamp.broken')
    expect(path?.edges.map(({ event }) => event.type)).toEqual(['press', 'xstate.done.actor.warmUp', 'set'])
  })

  test('covers every transition in few ways', () => {
    const { cover, taken } = walk(lamp, everything)
    const ways = cover()
    expect(new Set(ways.flatMap(({ edges }) => edges.flatMap(({ transitions }) => transitions)))).toEqual(
      taken,
    )
    expect(ways.length).toBeLessThanOrEqual(2)
  })

  test('tells the events that lead to an output which the chart cannot bear', () => {
    const [incident] = walk(lamp, { events: everything.events }).incidents
    expect(incident).toMatchObject({ what: 'no step throws', where: 'lamp.warming' })
    expect(incident?.events.map(({ type }) => type)).toEqual(['press', 'xstate.done.actor.warmUp'])
  })

  test('tells the error of an actor that nobody handles', () => {
    const careless = createMachine({
      id: 'careless',
      invoke: { id: 'deed', src: fromPromise(() => Promise.resolve()), onDone: '.end' },
      initial: 'busy',
      states: { busy: {}, end: {} },
    })
    // Nor does an actor that is over fail.
    expect(walk(careless).incidents).toMatchObject([
      { what: 'no error of an actor is left unhandled', because: 'Error: deed failed' },
    ])
  })

  test('tells a place where an invariant does not hold', () => {
    const { incidents } = walk(lamp, {
      ...everything,
      invariants: { 'is pressed twice at most': ({ context }) => context.tries < 3 },
    })
    expect(incidents[0]).toMatchObject({ what: 'is pressed twice at most', where: 'lamp.off' })
  })

  test('ends with the first incident where that is asked, on the same way as one that goes on', () => {
    const promised = {
      ...everything,
      invariants: {
        'is pressed twice at most': ({ context }: { readonly context: { readonly tries: number } }) =>
          context.tries < 3,
        'is never lit': (snapshot: { readonly value: unknown }) => snapshot.value !== 'on',
      },
    }
    const all = walk(lamp, promised)
    const first = walk(lamp, { ...promised, untilIncident: true })
    expect(all.incidents.length).toBeGreaterThan(1)
    expect(first.incidents).toEqual(all.incidents.slice(0, 1))
    expect(first.isComplete).toBe(false)
  })

  test('ends at its limit where the context grows for ever, and says so', () => {
    const counter = createMachine({
      id: 'counter',
      context: { count: 0 },
      on: { tick: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
    })
    expect(walk(counter, { limit: 50 })).toMatchObject({ isComplete: false, places: { length: 50 } })
    expect(walk(counter, { key: ({ context }) => Math.min(context.count, 2) })).toMatchObject({
      isComplete: true,
      places: { length: 3 },
    })
  })

  test('walks no place twice because an actor is over, nor lets one end twice on a way', () => {
    const door = {
      initial: 'shut',
      states: { shut: { on: { open: 'wide' } }, wide: { on: { close: 'shut' } } },
    }
    const light = {
      initial: 'dark',
      states: { dark: { on: { press: 'lit' } }, lit: { on: { press: 'dark' } } },
    }
    const shop = setup({
      actors: { watch: fromPromise<boolean>(() => Promise.resolve(true)) },
      guards: { isSeen: (_, params: { readonly output: boolean }) => params.output },
    }).createMachine({
      id: 'shop',
      type: 'parallel',
      invoke: {
        id: 'watch',
        src: 'watch',
        onDone: [{ guard: { type: 'isSeen', params: ({ event }) => event } }, {}],
        onError: {},
      },
      states: { door, light },
    })
    const { places, coverage, cover } = walk(shop, { outcomes: { watch: { done: [true, false] } } })
    expect(places).toHaveLength(4)
    expect(coverage.transitions).toMatchObject({ of: 7, reached: 7 })
    for (const { edges } of cover()) {
      expect(edges.filter(({ event }) => 'actorId' in event).length).toBeLessThanOrEqual(1)
    }
  })

  test.each([
    [false, ['reminder.escalated']],
    [true, []],
  ])('lets a delay run out again only where it begins again: %s', (reenter, missed) => {
    const reminder = setup({
      types: {} as { context: { readonly times: number }; events: { readonly type: 'answer' } },
      actions: { remind: assign({ times: ({ context }) => context.times + 1 }) },
      delays: { pause: 1000 },
      guards: { isThird: ({ context }) => context.times >= 3 },
    }).createMachine({
      id: 'reminder',
      context: { times: 0 },
      initial: 'asking',
      states: {
        asking: {
          after: { pause: { actions: 'remind', ...(reenter ? { target: 'asking', reenter } : {}) } },
          always: { guard: 'isThird', target: 'escalated' },
          on: { answer: 'answered' },
        },
        answered: { type: 'final' },
        escalated: { type: 'final' },
      },
    })
    const { coverage, isComplete } = walk(reminder)
    expect({ missed: coverage.states.missed, isComplete }).toEqual({ missed, isComplete: true })
  })

  test('lets no guard pass that asks after a delay which has run out already', () => {
    const reminder = setup({
      types: {} as { context: { readonly isReminded: boolean }; events: { readonly type: 'answer' } },
      actions: { remind: assign({ isReminded: true }) },
      delays: { pause: 1000 },
      guards: { isReminded: ({ context }) => context.isReminded },
    }).createMachine({
      id: 'reminder',
      context: { isReminded: false },
      initial: 'asking',
      states: {
        asking: {
          after: { pause: [{ guard: 'isReminded', target: 'escalated' }, { actions: 'remind' }] },
          on: { answer: 'answered' },
        },
        answered: { type: 'final' },
        escalated: { type: 'final' },
      },
    })
    expect(walk(reminder).coverage.states.missed).toEqual(['reminder.escalated'])
  })

  test('walks no place twice because a delay has run out, nor lets one run out twice on a way', () => {
    const shop = setup({ delays: { closing: 1000 }, guards: { isEver: () => false } }).createMachine({
      id: 'shop',
      type: 'parallel',
      after: { closing: [{ guard: 'isEver' }, {}] },
      states: {
        door: {
          initial: 'shut',
          states: { shut: { on: { open: 'wide' } }, wide: { on: { close: 'shut' } } },
        },
        light: {
          initial: 'dark',
          states: { dark: { on: { press: 'lit' } }, lit: { on: { press: 'dark' } } },
        },
      },
    })
    const { places, coverage, cover } = walk(shop)
    expect(places).toHaveLength(4)
    expect(coverage.transitions.reached).toBe(5)
    for (const { edges } of cover()) {
      expect(edges.filter(({ event }) => event.type.startsWith('xstate.after.')).length).toBeLessThanOrEqual(
        1,
      )
    }
  })

  test.each([[['good', 'bad']], [['bad', 'good']]])(
    'tells places apart by what an actor was given whose outcomes are made of it: %s',
    (urls) => {
      const fetcher = setup({
        types: {} as { events: { readonly type: 'get'; readonly url: string } },
        actors: { fetchPage: fromPromise<string, { readonly url: string }>(() => Promise.resolve('')) },
        guards: { isEmpty: (_, { text }: { readonly text: string }) => text === '' },
      }).createMachine({
        id: 'fetcher',
        initial: 'idle',
        states: {
          idle: { on: { get: 'fetching' } },
          fetching: {
            invoke: {
              id: 'page',
              src: 'fetchPage',
              input: ({ event }) => ({ url: 'url' in event ? event.url : '' }),
              onDone: [
                {
                  guard: { type: 'isEmpty', params: ({ event }) => ({ text: event.output }) },
                  target: 'empty',
                },
                { target: 'full' },
              ],
              onError: 'empty',
            },
          },
          full: { type: 'final' },
          empty: { type: 'final' },
        },
      })
      const { coverage, incidents } = walk(fetcher, {
        events: urls.map((url) => ({ type: 'get', url })),
        outcomes: { fetchPage: { done: ({ url }) => (url === 'good' ? ['text'] : ['']) } },
        invariants: {
          'nothing that came is empty': (snapshot, last) =>
            snapshot.value !== 'empty' || last?.event.type !== 'xstate.done.actor.page',
        },
      })
      expect(coverage.transitions.missed).toEqual([])
      expect(incidents.map(({ what }) => what)).toEqual(['nothing that came is empty'])
    },
  )
})
