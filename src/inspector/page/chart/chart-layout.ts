import { signal, type ReadonlySignal } from '@preact/signals'
import type { ChartGraph } from '../../drawing/graph.js'
import { startLayouts, type LayoutState } from './layout-link.js'

const byGraph = new WeakMap<ChartGraph, ReadonlySignal<LayoutState>>()
const byText = new Map<string, ReadonlySignal<LayoutState>>()

/** The layout of a chart; the same chart of several sources is laid out once. */
export function layoutOf(graph: ChartGraph): ReadonlySignal<LayoutState> {
  const known = byGraph.get(graph)
  if (known !== undefined) return known
  const text = JSON.stringify(graph)
  const state = byText.get(text) ?? begin(graph)
  byText.set(text, state)
  byGraph.set(graph, state)
  return state
}

function begin(graph: ChartGraph): ReadonlySignal<LayoutState> {
  const state = signal<LayoutState>({ status: 'pending' })
  const tell = (next: LayoutState): void => {
    state.value = next
  }
  startLayouts()
    .then((layOut) => layOut(graph, tell))
    .catch((error: unknown) => tell({ status: 'failed', reason: String(error) }))
  return state
}
