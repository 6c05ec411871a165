import type { AnyMachineSnapshot, AnyStateNode } from 'xstate'
import { activeIn, childrenOf } from './chart-edges.js'
import { plainText } from './words.js'

/**
 * What tells one place of a chart from another, as text: the state, what history states keep, the actors there are,
 * and the context or what is chosen of it.
 */
export function placeKey(
  snapshot: AnyMachineSnapshot,
  choose: (snapshot: AnyMachineSnapshot) => unknown = ({ context }): unknown => context,
): string {
  const { status } = snapshot
  const states = activeIn(snapshot)
    .map(({ id }) => id)
    .sort()
  const history: Readonly<Record<string, readonly AnyStateNode[]>> = snapshot.historyValue
  const kept = Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => node.id)])
  const actors = [...childrenOf(snapshot).keys()].sort()
  return plainText([status, states, kept, actors, choose(snapshot)])
}
