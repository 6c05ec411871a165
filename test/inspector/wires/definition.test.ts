import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine, type AnyStateMachine } from 'xstate'
import * as machines from '../../../machines/index.js'
import { toGraph, type ChartGraph } from '../../../src/inspector/index.js'
import { readDefinition } from '../../../src/inspector/wires/read-definition.js'
import { writeDefinition, xstate5 } from '../../../src/inspector/wires/write-definition.js'
import { isChart } from '../../../src/testing/laws.js'
import { arbitraryChart } from '../drawing/arbitrary-chart.js'
import { foreignCharts } from '../drawing/foreign-charts.js'

/** As `@statelyai/inspect` writes the config of a machine, but for the order of keys. */
function serialize({ config }: AnyStateMachine): string {
  return JSON.stringify(config, (_, value: unknown) =>
    typeof value === 'function' ? { type: value.name } : value,
  )
}

const ownCharts = Object.values(machines).filter(isChart)

/** Without what functions say of themselves only while they are functions. */
function shapeOf({ id, transitions }: ChartGraph) {
  return {
    id,
    transitions: transitions.map(({ id: name, source, targets, trigger }) => ({
      name,
      source,
      targets,
      trigger,
    })),
  }
}

describe('readDefinition()', () => {
  test.each(ownCharts)('$id: is the same chart as its machine', (machine) => {
    expect(readDefinition(serialize(machine))).toEqual(JSON.parse(JSON.stringify(toGraph(machine))))
  })

  // JSON has no `undefined`: that an event is forbidden is lost on that wire.
  test.each(Object.entries(foreignCharts).filter(([name]) => !name.includes('forbidden')))(
    'has every state and way of %s',
    (_, machine) => {
      const found = readDefinition(serialize(machine))
      expect(found === undefined ? undefined : shapeOf(found)).toEqual(shapeOf(toGraph(machine)))
    },
  )

  test('draws the states of a definition that was cut on the way', () => {
    const text = JSON.stringify({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: '#m.b.c', stay: '[Object]' } }, b: '[Object]' },
    })
    const found = readDefinition(text)
    expect(found?.root.states.map(({ id }) => id)).toEqual(['m.a', 'm.b'])
    expect(found?.transitions).toEqual([])
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    [
      'more states than any chart has',
      JSON.stringify({
        states: Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`s${index}`, {}])),
      }),
    ],
    ['deeper than any chart', '{"states":{"a":'.repeat(500) + '{}' + '}}'.repeat(500)],
  ])('refuses %s', (_, text) => {
    expect(readDefinition(text)).toBeUndefined()
  })

  test('survives whatever JSON it is given', () => {
    const word = fc.constantFrom(
      'states',
      'on',
      'after',
      'always',
      'invoke',
      'initial',
      'type',
      'target',
      'src',
      'guard',
      'id',
      'a',
      '*',
      '#a',
      '.a',
      '',
      '__proto__',
      'parallel',
      'history',
    )
    const { json } = fc.letrec<{ readonly json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'medium' },
        word,
        fc.constantFrom(null, true, 0, [] as const),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(word, tie('json'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(json, (definition) => {
        const found = readDefinition(JSON.stringify(definition))
        expect(found === undefined || found.root.id !== '').toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('writeDefinition()', () => {
  test.each([...ownCharts, ...Object.values(foreignCharts)])(
    '$id: XState 5 reads the same chart',
    (machine) => {
      const graph = toGraph(machine)
      expect(shapeOf(toGraph(createMachine(writeDefinition(graph, xstate5))))).toEqual(shapeOf(graph))
    },
  )

  test('any chart comes back whole', () => {
    fc.assert(
      fc.property(arbitraryChart, (machine) => {
        const graph = toGraph(machine)
        expect(toGraph(createMachine(writeDefinition(graph, xstate5)))).toEqual(graph)
      }),
      { numRuns: 100 },
    )
  })
})
