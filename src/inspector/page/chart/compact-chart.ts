import type { ChartGraph, ChartState } from '../../drawing/graph.js'

/** What a live chart shows of a graph; the rest is left to hovering: prose, deeds, and what does not lead elsewhere. */
export function toCompact(graph: ChartGraph): ChartGraph {
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
