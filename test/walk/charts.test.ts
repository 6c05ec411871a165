import { describe, expect, test } from 'vitest'
import { wander } from '../../src/testing/index.js'
import { charts } from './charts/index.js'
import { report } from './report.js'

// What a server does wrong is struck in a test of its own.
const walked = await report(['charts', 'cells', 'sasl'])

test('nothing of any chart falls short: all is reached, every law is kept, every promise holds', () => {
  expect(walked.shortcomings).toEqual([])
})

describe.each(walked.charts)('$coverage.chart', ({ coverage }) => {
  test.each(['states', 'transitions', 'guards'] as const)('every one of its %s was reached', (kind) => {
    expect(coverage[kind]).toMatchObject({ reached: coverage[kind].of, missed: [] })
  })
})

test.each(walked.counters)('$name: $reached of $of', ({ of, reached }) => {
  expect(reached).toBe(of)
})

describe('walked at random with the whole context, as no key merges it', () => {
  test.each(charts)('$machine.id keeps its promises', { timeout: 60_000 }, async ({ walk }) => {
    expect((await wander(walk(), { walks: 40, steps: 30, seed: 6120 })).failure).toBeUndefined()
  })
})
