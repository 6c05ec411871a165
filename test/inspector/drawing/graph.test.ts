import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { and, assign, createMachine, fromPromise, not, setup } from 'xstate'
import { statesOf } from '../../../src/inspector/drawing/graph.js'
import { toGraph, type ChartState, type ChartTransition } from '../../../src/inspector/index.js'
import { arbitraryChart } from './arbitrary-chart.js'
import { sampleSession } from './sample-session.js'

const graph = toGraph(sampleSession)
const states = new Map([...statesOf(graph.root)].map((state) => [state.id, state]))

function state(id: string): ChartState {
  const found = states.get(id)
  if (found === undefined) throw new RangeError(`no state ${id}`)
  return found
}

function waysOut(source: string): readonly Partial<ChartTransition>[] {
  return graph.transitions
    .filter((transition) => transition.source === source)
    .map(({ trigger, targets, guard, otherwise, actions, failure }) => ({
      trigger,
      targets,
      ...(guard === undefined ? {} : { guard }),
      ...(otherwise ? { otherwise } : {}),
      ...(actions.length === 0 ? {} : { actions }),
      ...(failure ? { failure } : {}),
    }))
}

describe('toGraph()', () => {
  test('nests states as the chart does, in its order', () => {
    expect([...states.keys()]).toEqual([
      'session',
      'session.offline',
      'session.connecting',
      'session.authenticating',
      'session.awaitingPassword',
      'session.binding',
      'session.online',
      'session.online.trust',
      'session.online.trust.fresh',
      'session.online.trust.stable',
      'session.online.liveness',
      'session.online.liveness.quiet',
      'session.online.liveness.probing',
      'session.closing',
      'session.backingOff',
      'session.halted',
    ])
    expect(state('session.online')).toMatchObject({ kind: 'parallel', initial: [] })
    expect(state('session.online.trust')).toMatchObject({
      kind: 'compound',
      initial: ['session.online.trust.fresh'],
    })
    expect(state('session.halted')).toMatchObject({ kind: 'final' })
  })

  test('keeps what the author says of a state', () => {
    expect(state('session.awaitingPassword')).toMatchObject({
      description: 'The password was refused.',
      spec: undefined,
      why: 'Only a person knows another password.',
      tags: ['person'],
    })
    expect(state('session.authenticating').spec).toBe('RFC 6120 §6.4')
  })

  test('lists actors and actions of a state, without the timers that XState adds', () => {
    expect(state('session.connecting')).toMatchObject({ entry: ['countAttempt'], exit: [] })
    expect(state('session.online')).toMatchObject({ exit: ['failPendingRequests'] })
    expect(state('session.binding').invokes).toEqual([{ id: 'binding', src: 'bindResource' }])
  })

  test('tells every way out of a state: done, error, guard, else, named delay', () => {
    expect(waysOut('session.connecting')).toEqual([
      { trigger: { kind: 'done', actor: 'connection' }, targets: ['session.authenticating'] },
      {
        trigger: { kind: 'error', actor: 'connection' },
        targets: ['session.backingOff'],
        guard: 'mayRetry',
        actions: ['keepError'],
        failure: true,
      },
      {
        trigger: { kind: 'error', actor: 'connection' },
        targets: ['session.halted'],
        otherwise: true,
        actions: ['keepError'],
        failure: true,
      },
      { trigger: { kind: 'after', delay: 'connectTimeout' }, targets: ['session.backingOff'] },
    ])
  })

  test('a transition without a target stays inside', () => {
    expect(waysOut('session.online')).toContainEqual({
      trigger: { kind: 'event', type: 'roster.pushed' },
      targets: [],
      guard: 'isOwnAccount',
      actions: ['storeItem'],
    })
  })

  test('reads history, its default, regions that complete, and several targets', () => {
    const chart = createMachine({
      id: 'm',
      initial: 'both',
      states: {
        both: {
          type: 'parallel',
          onDone: 'end',
          on: { jump: { target: ['.one.b', '.two.b'] } },
          states: {
            one: {
              initial: 'a',
              states: {
                a: {},
                b: { type: 'final' },
                last: { type: 'history', history: 'deep', target: 'b' },
              },
            },
            two: { initial: 'a', states: { a: {}, b: { type: 'final' } } },
          },
        },
        end: { type: 'final' },
      },
    })
    const { root, transitions } = toGraph(chart)
    const last = [...statesOf(root)].find(({ key }) => key === 'last')
    expect(last).toMatchObject({ kind: 'history', history: 'deep', initial: ['m.both.one.b'] })
    expect(transitions.map(({ trigger, targets }) => ({ trigger, targets }))).toEqual([
      { trigger: { kind: 'event', type: 'jump' }, targets: ['m.both.one.b', 'm.both.two.b'] },
      { trigger: { kind: 'completed' }, targets: ['m.end'] },
    ])
  })

  test('says in words what has no name or several', () => {
    const chart = setup({ guards: { isA: () => true, isB: () => true, isC: () => true } }).createMachine({
      id: 'm',
      entry: assign({}),
      on: {
        combined: { guard: and(['isA', not(and(['isB', 'isC']))]), actions: () => undefined },
        inline: { guard: () => true },
        named: { guard: { type: 'isA', params: { of: 1 } } },
      },
      after: { 1500: { actions: [] } },
    })
    const { root, transitions } = toGraph(chart)
    expect(root.entry).toEqual(['assign'])
    const guards = transitions.flatMap(({ guard }) => (guard === undefined ? [] : [guard]))
    expect(guards.slice(0, 1)).toEqual(['isA and not (isB and isC)'])
    expect(guards.at(-1)).toBe('isA')
    expect(transitions.at(-1)?.trigger).toEqual({ kind: 'after', delay: '1500' })
  })

  test('says that an actor has no name', () => {
    const { root } = toGraph(
      createMachine({ id: 'm', invoke: { id: 'one', src: fromPromise(() => Promise.resolve()) } }),
    )
    expect(root.invokes).toEqual([{ id: 'one', src: 'inline actor' }])
  })

  test('what leads to a final state that is called a failure is one', () => {
    const chart = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { x: 'failed', y: 'b' } }, b: {}, failed: { type: 'final' } },
    })
    expect(toGraph(chart).transitions.map(({ failure }) => failure)).toEqual([true, false])
  })

  test('meta.failure overrules what the name of an event suggests', () => {
    const chart = createMachine({
      id: 'm',
      on: {
        'stream.refused': {},
        'offer.refused': { meta: { failure: false } },
        odd: { meta: { failure: true } },
        'dial.failed': {},
        unrelated: {},
      },
    })
    expect(toGraph(chart).transitions.map(({ failure }) => failure)).toEqual([true, false, true, true, false])
  })

  test('gives each transition an id of its own, and data that survives JSON', () => {
    fc.assert(
      fc.property(arbitraryChart, (chart) => {
        const found = toGraph(chart)
        const ids = found.transitions.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(toGraph(chart)).toEqual(found)
        expect(JSON.parse(JSON.stringify(found))).toEqual(withoutUndefined(found))
      }),
      { numRuns: 30 },
    )
  })
})

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      each === undefined ? [] : [[key, withoutUndefined(each)]],
    ),
  )
}
