import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import * as machines from '../../machines/index.js'
import { isChart, laws } from '../../src/testing/laws.js'

const folder = new URL('../../machines/', import.meta.url)
const charts = new Map<string, AnyStateMachine>()
for (const file of readdirSync(folder)) {
  const found: object = await import(new URL(file, folder).href)
  for (const value of Object.values(found)) if (isChart(value)) charts.set(value.id, value)
}

describe.each([...charts])('%s', (_, chart) => {
  test.each(laws)('$name', ({ violations }) => {
    expect(violations(chart)).toEqual([])
  })
})

test('every chart of the house is put to the laws', () => {
  expect([...charts.values()]).toEqual(expect.arrayContaining(Object.values(machines).filter(isChart)))
})
