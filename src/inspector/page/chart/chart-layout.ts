import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { ChartGraph } from '../../drawing/graph.js'
import { layOutChart, type ChartLayout, type LayOut } from '../../drawing/layout.js'
import { toCompact } from './compact-chart.js'
import { layOutInWorker } from './elk-worker.js'
import { knownLayout } from './known-layouts.js'

/** A chart on its way to the screen. */
export type LayoutState =
  | { readonly status: 'pending' }
  | { readonly status: 'laid'; readonly layout: ChartLayout }
  | { readonly status: 'failed'; readonly reason: string }

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
  void layOutInto(state, graph)
  return state
}

async function layOutInto(state: Signal<LayoutState>, graph: ChartGraph): Promise<void> {
  try {
    state.value = { status: 'laid', layout: await layOutChart(toCompact(graph), layOutSoon) }
  } catch (error) {
    state.value = { status: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** What is not laid out yet is laid out less thoroughly than what is kept: somebody waits for it. */
const layOutSoon: LayOut = async (node) =>
  (await knownLayout(node)) ??
  layOutInWorker({ ...node, layoutOptions: { ...node.layoutOptions, 'elk.layered.thoroughness': '7' } })
