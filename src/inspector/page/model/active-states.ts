import type { StateValue } from 'xstate'
import { statesIn } from '../../drawing/active-states.js'
import type { ChartGraph } from '../../drawing/graph.js'

const known = new WeakMap<ChartGraph, Map<string, ReadonlySet<string>>>()
const nowhere: ReadonlySet<string> = new Set()

/** Ids of the states that a value stands for, outer ones included. */
export function activeStates(
  graph: ChartGraph | undefined,
  value: StateValue | undefined,
): ReadonlySet<string> {
  if (graph === undefined || value === undefined) return nowhere
  const ofGraph = known.get(graph) ?? new Map<string, ReadonlySet<string>>()
  known.set(graph, ofGraph)
  const name = typeof value === 'string' ? value : JSON.stringify(value)
  const found = ofGraph.get(name) ?? new Set(statesIn(graph.root, value))
  ofGraph.set(name, found)
  return found
}

/** The value in words, e.g. `online.fresh`; regions stand in brackets. */
export function stateWords(value: StateValue | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  const parts = Object.entries(value).map(([key, inner]) => {
    const words = stateWords(inner)
    return words === '' ? key : words.startsWith('(') ? `${key} ${words}` : `${key}.${words}`
  })
  return parts.length < 2 ? parts.join('') : `(${parts.join(', ')})`
}
