import type { AnyMachineSnapshot, AnyStateNode } from 'xstate'
import { inputOf, outcomesOf, type PlainCatalogue } from './catalogue.js'
import { activeIn, childrenOf } from './chart-edges.js'
import { plainText } from './words.js'

/**
 * What tells one place of a chart from another, as text: the state, what history states keep, the actors there are,
 * what those were given whose outcomes depend on it, and the context or what is chosen of it.
 */
export function placeKey(
  snapshot: AnyMachineSnapshot,
  { key = ({ context }): unknown => context, outcomes }: PlainCatalogue,
): string {
  const { status } = snapshot
  const states = activeIn(snapshot)
    .map(({ id }) => id)
    .sort()
  const history: Readonly<Record<string, readonly AnyStateNode[]>> = snapshot.historyValue
  const kept = Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => node.id)])
  const actors = [...childrenOf(snapshot).keys()].sort()
  return plainText([status, states, kept, actors, given(snapshot, outcomes), key(snapshot)])
}

/** What the actors were given whose outcomes are made of it. */
function given(snapshot: AnyMachineSnapshot, outcomes: PlainCatalogue['outcomes']): readonly unknown[] {
  const invokes = activeIn(snapshot).flatMap(({ invoke }) => invoke)
  return invokes
    .filter((invoke) =>
      Object.values(outcomesOf(invoke, outcomes)).some((choice) => typeof choice === 'function'),
    )
    .map(({ id }) => [id, inputOf(snapshot, id)])
}
