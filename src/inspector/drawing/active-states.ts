import type { StateValue } from 'xstate'
import type { ChartState } from './graph.js'

/** Ids of a state and of those within that a value stands for, outer ones first. */
export function* statesIn(state: ChartState, value: StateValue | undefined): Generator<string> {
  yield state.id
  if (value === undefined) return
  for (const child of state.states) {
    if (typeof value === 'string') {
      if (child.key === value) yield* statesIn(child, undefined)
    } else if (Object.hasOwn(value, child.key)) yield* statesIn(child, value[child.key])
  }
}
