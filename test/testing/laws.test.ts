import { createMachine, fromCallback, fromPromise, setup, type AnyStateMachine } from 'xstate'
import { describe, expect, test } from 'vitest'
import { checkChart } from 'xmpp-machines/testing'

/** The violations of every law, by its name. */
function judge(chart: AnyStateMachine): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, string[]> = {}
  for (const { law, state, what } of checkChart(chart)) (told[law] ??= []).push(`${state}: ${what}`)
  return told
}

const deed = fromPromise<void>(() => Promise.resolve())
const stream = fromCallback(() => undefined)
const why = 'because the test wants it'

const lawful = setup({
  actors: {
    deed,
    stream,
    child: createMachine({ id: 'child', initial: 'done', states: { done: { type: 'final' } } }),
  },
  guards: { isGood: () => true },
  actions: { note: () => undefined },
  delays: { patience: 1000 },
}).createMachine({
  id: 'lawful',
  description: 'A chart that keeps every law.',
  initial: 'resting',
  states: {
    resting: { description: 'At rest.', tags: ['person'], meta: { why }, on: { go: 'working' } },
    working: {
      description: 'Busy.',
      meta: { spec: 'RFC 6120 §1' },
      entry: 'note',
      invoke: { id: 'deed', src: 'deed', onDone: 'choosing', onError: 'failed' },
      after: { patience: 'failed' },
    },
    choosing: {
      description: 'A choice.',
      meta: { why },
      always: [{ guard: 'isGood', target: 'nested' }, { target: 'failed' }],
    },
    nested: {
      description: 'Holds an actor that emits.',
      tags: ['idle'],
      meta: { why, streams: ['stream'] },
      initial: 'quiet',
      invoke: { id: 'stream', src: 'stream', onError: 'failed' },
      on: { ask: '.delegating' },
      states: {
        quiet: { description: 'Nothing happens.', tags: ['idle'], meta: { why } },
        delegating: {
          description: 'A chart is at work, which ends by itself.',
          meta: { why },
          invoke: { id: 'child', src: 'child', onDone: 'quiet', onError: '#lawful.failed' },
        },
      },
    },
    failed: { description: 'It went wrong.', type: 'final' },
  },
})

const end = { description: 'The end.', type: 'final' } as const

describe('the laws', () => {
  test('a chart that keeps them is not blamed', () => {
    expect(judge(lawful)).toEqual({})
  })

  test('a wait without a named delay is blamed', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Waits.',
      initial: 'waiting',
      states: { waiting: { description: 'Waits.', meta: { why }, on: { go: 'end' } }, end },
    })
    expect(judge(chart)).toEqual({
      'every wait ends': ['chart.waiting: waits without a named delay, and is not tagged `person` or `idle`'],
    })
  })

  test('a wait that begins inside a state at rest is blamed', () => {
    const chart = setup({ actors: { deed } }).createMachine({
      id: 'chart',
      description: 'Rests, mostly.',
      initial: 'resting',
      tags: ['idle'],
      meta: { why },
      states: {
        resting: {
          description: 'Asks.',
          meta: { why },
          invoke: { id: 'deed', src: 'deed', onDone: 'end', onError: 'end' },
        },
        end,
      },
    })
    expect(judge(chart)['every wait ends']).toEqual([
      'chart.resting: waits without a named delay, and is not tagged `person` or `idle`',
    ])
  })

  test('a delay that may be refused by a guard does not end a wait', () => {
    const chart = setup({ delays: { patience: 1 }, guards: { isLate: () => false } }).createMachine({
      id: 'chart',
      description: 'Waits.',
      initial: 'waiting',
      states: {
        waiting: {
          description: 'Waits.',
          meta: { why },
          after: { patience: { guard: 'isLate', target: 'end' } },
        },
        end,
      },
    })
    expect(Object.keys(judge(chart))).toEqual(['every wait ends'])
  })

  test('a state at rest that does not say why is blamed', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Rests.',
      initial: 'resting',
      states: {
        resting: { description: 'Rests.', tags: ['idle'], meta: { spec: 'RFC 6120' }, on: { go: 'end' } },
        end,
      },
    })
    expect(judge(chart)).toEqual({
      'every wait ends': ['chart.resting: is tagged to last for ever, but has no meta.why'],
    })
  })

  test('an invoked chart that may wait for ever does not end a wait', () => {
    const child = createMachine({
      id: 'child',
      initial: 'stuck',
      states: { stuck: { on: { go: 'end' } }, end: { type: 'final' } },
    })
    const chart = setup({ actors: { child } }).createMachine({
      id: 'chart',
      description: 'Delegates.',
      initial: 'delegating',
      states: {
        delegating: {
          description: 'Delegates.',
          meta: { why },
          invoke: { id: 'child', src: 'child', onDone: 'end', onError: 'end' },
        },
        end,
      },
    })
    expect(Object.keys(judge(chart))).toEqual(['every wait ends'])
  })

  test('an invoked actor without id, name or ways out is blamed for each', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Invokes.',
      initial: 'working',
      states: {
        working: {
          description: 'Works.',
          tags: ['idle'],
          meta: { why },
          invoke: { src: deed },
          on: { go: 'end' },
        },
        end,
      },
    })
    expect(judge(chart)).toEqual({
      'every invoked actor has an id, a name and ways out': [
        'chart.working: invokes an actor without an id',
        'chart.working: invokes an actor, whose src is not a name',
        'chart.working: invokes an actor without onDone, and meta.streams does not list it',
        'chart.working: invokes an actor without onError',
      ],
    })
  })

  test('a state without description or reason is blamed for each', () => {
    const chart = createMachine({
      id: 'chart',
      initial: 'a',
      states: { a: { always: 'end' }, end: { type: 'final' } },
    })
    expect(judge(chart)).toEqual({
      'every state says what it is and who demands it': [
        'chart: has no description',
        'chart.a: has no description',
        'chart.a: has neither meta.spec nor meta.why',
        'chart.end: has no description',
      ],
    })
  })

  test('guards and actions without a name are blamed', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Nameless.',
      initial: 'a',
      states: {
        a: {
          description: 'Nameless.',
          meta: { why },
          entry: () => undefined,
          always: [{ guard: () => true, actions: () => undefined, target: 'end' }, { target: 'end' }],
        },
        end,
      },
    })
    expect(judge(chart)).toEqual({
      'guards and actions have names': [
        'chart.a: has an entry or exit action without a name',
        'chart.a: has a guard without a name on ""',
        'chart.a: has an action without a name on ""',
      ],
    })
  })

  test('a delay in plain milliseconds is blamed, and ends no wait', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Waits.',
      initial: 'a',
      states: { a: { description: 'Waits.', meta: { why }, after: { 5000: 'end' } }, end },
    })
    expect(judge(chart)).toEqual({
      'every wait ends': ['chart.a: waits without a named delay, and is not tagged `person` or `idle`'],
      'delays have names': ['chart.a: waits 5000 ms: the delay needs a name'],
    })
  })

  test('a circle without an end or a rest is blamed', () => {
    const chart = setup({ delays: { soon: 1 } }).createMachine({
      id: 'chart',
      description: 'Turns.',
      initial: 'a',
      states: {
        a: { description: 'Tick.', meta: { why }, after: { soon: 'b' } },
        b: { description: 'Tock.', meta: { why }, after: { soon: 'a' } },
      },
    })
    expect(judge(chart)).toEqual({
      'every state can reach an end or a rest': [
        'chart.a: leads neither to a final state nor to one that may last',
        'chart.b: leads neither to a final state nor to one that may last',
      ],
    })
  })

  test('a state that nothing leads to is blamed', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Has an island.',
      initial: 'a',
      states: {
        a: { description: 'Start.', meta: { why }, always: 'end' },
        island: { description: 'Alone.', meta: { why }, always: 'end' },
        end,
      },
    })
    expect(judge(chart)).toEqual({ 'every state can be reached': ['chart.island: nothing leads here'] })
  })

  test('a state that nothing leads out of is blamed, unless it is final', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Gets stuck.',
      initial: 'stuck',
      states: { stuck: { description: 'Stuck.', tags: ['person'], meta: { why } } },
    })
    expect(judge(chart)).toEqual({
      'no state is a dead end': ['chart.stuck: nothing leads out of it, and it is not final'],
    })
  })

  test('a final state inside another whose end nobody notices is blamed', () => {
    const chart = createMachine({
      id: 'chart',
      description: 'Ends inside.',
      initial: 'outer',
      states: {
        outer: { description: 'Outer.', meta: { why }, initial: 'inner', states: { inner: end } },
      },
    })
    expect(judge(chart)).toEqual({
      'no state is a dead end': ['chart.outer.inner: is final, but its parent has no onDone'],
    })
  })

  test('a transition into a region of a parallel state that is not left is blamed: XState resets every region', () => {
    const region = {
      description: 'A region.',
      meta: { why },
      initial: 'one',
      states: {
        one: { description: 'One.', tags: ['idle'], meta: { why } },
        two: { description: 'Two.', tags: ['idle'], meta: { why }, on: { back: 'one' } },
      },
    }
    const chart = createMachine({
      id: 'chart',
      description: 'Two at once.',
      tags: ['idle'],
      meta: { why },
      type: 'parallel',
      on: { parent: '.left.two' },
      states: {
        left: { ...region, on: { own: '.two' } },
        right: { ...region, on: { sibling: '#chart.left.two' } },
      },
    })
    expect(judge(chart)['no transition leads from one region into another']).toEqual([
      'chart: leads into the region of chart.left.two on "parent"',
      'chart.right: leads into the region of chart.left.two on "sibling"',
    ])
  })

  test('a transition that tells every region where to go is not blamed', () => {
    const states = { one: { description: 'One.' }, two: { description: 'Two.' } }
    const region = { description: 'A region.', initial: 'one', states }
    const chart = createMachine({
      id: 'chart',
      type: 'parallel',
      states: { left: region, right: region },
      on: { both: { target: ['.left.two', '.right.two'] } },
    })
    expect(judge(chart)['no transition leads from one region into another']).toBeUndefined()
  })
})
