import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createActor, createMachine, type AnyStateMachine, type StateValue } from 'xstate'
import { toGraph } from '../../../src/inspector/index.js'
import { transitionId } from '../../../src/inspector/drawing/transition-id.js'
import { inferEdges } from '../../../src/inspector/wires/infer-edges.js'
import { arbitraryChart } from '../drawing/arbitrary-chart.js'

const chart = createMachine({
  id: 'm',
  initial: 'a',
  on: { reset: '.a', '*': { actions: 'log' } },
  states: {
    a: {
      on: {
        go: 'b',
        may: { guard: 'isReady', target: 'b' },
        either: [{ guard: 'isReady', target: 'b' }, { target: 'c' }],
      },
      after: { 100: 'c' },
    },
    b: {
      on: {
        reset: { guard: 'isReady', target: 'c' },
        'x.*': 'a',
        'x.y': 'c',
        twice: [
          { guard: 'isOne', target: 'c' },
          { guard: 'isTwo', target: 'c' },
        ],
      },
    },
    c: {
      type: 'parallel',
      states: {
        one: { initial: 'p', states: { p: { on: { both: 'q' } }, q: {} } },
        two: { initial: 'p', states: { p: { on: { both: 'q' } }, q: {} } },
      },
    },
  },
})
const graph = toGraph(chart)
const infer = (type: string, before: StateValue, after: StateValue) =>
  inferEdges(graph, { type, before, after, hasChanged: JSON.stringify(before) !== JSON.stringify(after) })

describe('inferEdges()', () => {
  test.each<[string, StateValue, StateValue, readonly string[]]>([
    ['go', 'a', 'b', ['m.a go 0']],
    ['may', 'a', 'b', ['m.a may 0']],
    ['either', 'a', 'b', ['m.a either 0']],
    ['either', 'a', { c: { one: 'p', two: 'p' } }, ['m.a either 1']],
    ['xstate.after.100.m.a', 'a', { c: { one: 'p', two: 'p' } }, ['m.a xstate.after.100.m.a 0']],
    ['reset', 'b', 'a', ['m reset 0']],
    ['x.y', 'b', { c: { one: 'p', two: 'p' } }, ['m.b x.y 0']],
    ['x.z', 'b', 'a', ['m.b x.* 0']],
    [
      'both',
      { c: { one: 'p', two: 'p' } },
      { c: { one: 'q', two: 'q' } },
      ['m.c.one.p both 0', 'm.c.two.p both 0'],
    ],
    ['unheard', 'a', 'a', ['m * 0']],
  ])('%s from %j to %j: %j', (type, before, after, edges) => {
    expect(infer(type, before, after)).toEqual(edges)
  })

  test('claims nothing that could have been otherwise', () => {
    expect(infer('twice', 'b', { c: { one: 'p', two: 'p' } })).toEqual([])
    expect(infer('may', 'a', 'a')).toEqual([])
    expect(infer('either', 'a', 'a')).toEqual([])
  })

  test('agrees with XState on any chart, wherever it says something', () => {
    fc.assert(
      fc.property(arbitraryChart, fc.array(fc.nat(), { maxLength: 15 }), (machine, choices) => {
        expect(disagreements(machine, choices)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

/** Runs a chart, guards saying no every third time, and compares what is inferred with what XState did. */
function disagreements(machine: AnyStateMachine, choices: readonly number[]): readonly unknown[] {
  const found = toGraph(machine)
  const types = [
    ...new Set(found.transitions.flatMap(({ trigger }) => (trigger.kind === 'event' ? [trigger.type] : []))),
  ]
  let asked = 0
  const provided = machine.provide({ guards: { isAllowed: () => (asked += 1) % 3 !== 0 } })
  let taken: string[] = []
  const actor = createActor(provided, {
    inspect: (event) => {
      if (event.type !== '@xstate.microstep') return
      const { _transitions: transitions } = event
      taken.push(...transitions.map(transitionId))
    },
  })
  actor.start()
  return choices.flatMap((choice) => {
    const type = types[choice % Math.max(1, types.length)]
    if (type === undefined) return []
    const before = actor.getSnapshot().value
    taken = []
    actor.send({ type })
    const after = actor.getSnapshot().value
    const hasChanged = JSON.stringify(before) !== JSON.stringify(after)
    const edges = inferEdges(found, { type, before, after, hasChanged })
    const isRight =
      edges.length === 0 || JSON.stringify(edges.toSorted()) === JSON.stringify(taken.toSorted())
    return isRight ? [] : [{ type, before, after, edges, taken }]
  })
}
