import { createMachine } from 'xstate'
import { toGraph } from '../../src/inspector/drawing/graph.js'
import type { RecordingLine } from '../../src/inspector/recording/record.js'

/** One state below the other. */
export const stairs = toGraph(
  createMachine({
    id: 'stairs',
    initial: 'step0',
    states: Object.fromEntries(
      Array.from({ length: 20 }, (_, step) => [
        `step${step}`,
        { on: { next: `step${Math.min(19, step + 1)}` } },
      ]),
    ),
  }),
)

const largeGroups = 25
/** Where somebody stands in the large chart. */
export const large = { chart: 'large', value: { group3: 'step2' } }
const steps = Array.from({ length: 6 }, (_, step) => [
  `step${step}`,
  { on: { next: `step${(step + 1) % 6}`, skip: `step${(step + 3) % 6}` } },
])
const groups = Array.from({ length: largeGroups }, (_, group) => [
  `group${group}`,
  {
    initial: 'step0',
    on: { done: `group${(group + 1) % largeGroups}`, fail: `group${(group * 7) % largeGroups}` },
    states: Object.fromEntries(steps),
  },
])
/** A chart that takes long to lay out. */
export const largeChart: RecordingLine = {
  kind: 'chart',
  source: 'a',
  chart: 'large',
  graph: toGraph(createMachine({ id: 'large', initial: 'group0', states: Object.fromEntries(groups) })),
}
