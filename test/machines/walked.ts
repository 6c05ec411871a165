import type { AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from 'xstate'
import { statesOf } from './reach.js'

/** Remembers which edges of a chart the tests of a file have taken. */
export class Walked {
  readonly #taken = new Set<string>()

  /** To be given to every actor. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return
    const { _transitions: transitions } = event
    for (const transition of transitions) this.#taken.add(toEdge(transition))
  }

  /** Edges that nobody has taken. */
  missed(chart: AnyStateMachine): readonly string[] {
    const edges = [...statesOf(chart.root)].flatMap((node) =>
      [...node.transitions.values(), node.always ?? []].flat().map(toEdge),
    )
    return [...new Set(edges)].filter((edge) => !this.#taken.has(edge))
  }
}

function toEdge({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const asked = typeof guard === 'object' && guard !== null && 'type' in guard ? guard.type : guard
  const led = target?.map(({ id }) => id).join() ?? 'stays'
  return `${source.id} ${eventType}${asked === undefined ? '' : ` [${String(asked)}]`} → ${led}`
}
