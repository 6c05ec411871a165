import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { ChartGraph, ChartState } from '../../drawing/graph.js'
import { layOutChart, type ChartLayout, type LayOut } from '../../drawing/layout.js'
import { layOutInWorker } from './elk-worker.js'

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

/** A drawing that is kept may take its time; somebody waits for this one. */
const layOutSoon: LayOut = (node) =>
  layOutInWorker({ ...node, layoutOptions: { ...node.layoutOptions, 'elk.layered.thoroughness': '7' } })

/** What a live chart leaves to hovering: prose, deeds, and what does not lead elsewhere. */
function toCompact(graph: ChartGraph): ChartGraph {
  return {
    id: graph.id,
    root: toCompactState(graph.root),
    transitions: graph.transitions
      .filter(({ targets }) => targets.length > 0)
      .map((transition) => ({ ...transition, actions: [] })),
  }
}

function toCompactState(state: ChartState): ChartState {
  return {
    ...state,
    description: undefined,
    entry: [],
    exit: [],
    tags: state.tags.filter((tag) => tag === 'person'),
    states: state.states.map(toCompactState),
  }
}
