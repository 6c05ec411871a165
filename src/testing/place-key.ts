import type { AnyMachineSnapshot, AnyStateNode } from 'xstate'
import { activeIn, childrenOf } from './chart-edges.js'

/**
 * What tells one place of a chart from another, as text: the state, what history states keep, the actors there are,
 * and the context or what is chosen of it.
 */
export function placeKey(
  snapshot: AnyMachineSnapshot,
  ended: readonly string[],
  choose: (snapshot: AnyMachineSnapshot) => unknown = ({ context }): unknown => context,
): string {
  const { status } = snapshot
  const states = activeIn(snapshot).map(({ id }) => id)
  const history: Readonly<Record<string, readonly AnyStateNode[]>> = snapshot.historyValue
  const kept = Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => node.id)])
  const actors = [...childrenOf(snapshot).keys()].sort()
  return JSON.stringify([status, states, kept, actors, ended, choose(snapshot)], toPlain)
}

function toPlain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return [value.name, value.message]
  if (value instanceof Map || value instanceof Set) return [...value]
  return typeof value === 'bigint' || typeof value === 'function' ? String(value) : value
}
