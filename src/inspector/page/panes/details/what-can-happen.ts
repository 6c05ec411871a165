import { statesOf, type ChartGraph, type ChartState, type ChartTransition } from '../../../drawing/graph.js'
import { triggerWords } from '../../../drawing/trigger.js'
import type { Refusal } from '../../../recording/record.js'

/** One thing that can happen in a state, in words. */
export interface WayOut {
  readonly edge: string
  /** E.g. `after dialTimeout`. */
  readonly trigger: string
  /** What has to hold, e.g. `may retry`; `undefined`: nothing. */
  readonly condition: string | undefined
  /** Where it leads; `undefined`: the state is not left. */
  readonly target: string | undefined
  readonly actions: readonly string[]
  readonly isTimed: boolean
  readonly isFailure: boolean
}

/** An active state, and what can happen there. */
export interface StateWays {
  readonly state: ChartState
  readonly ways: readonly WayOut[]
}

/** What can happen now: the innermost states first, for they are asked first. */
export function toStateWays(graph: ChartGraph, active: ReadonlySet<string>): readonly StateWays[] {
  return [...statesOf(graph.root)]
    .filter(({ id }) => active.has(id))
    .toReversed()
    .map((state) => ({
      state,
      ways: graph.transitions.filter(({ source }) => source === state.id).map((each) => toWay(graph, each)),
    }))
    .filter(({ ways }) => ways.length > 0)
}

/** A transition by its id, in words; `undefined` where the chart has none of that id. */
export function wayOf(graph: ChartGraph, edge: string): WayOut | undefined {
  const found = graph.transitions.find(({ id }) => id === edge)
  return found && toWay(graph, found)
}

/** Why something did not happen. */
export interface WhyNot {
  /** What would have happened, e.g. `→ backingOff`. */
  readonly way: WayOut | undefined
  readonly guard: string
  /** E.g. `may retry: no`, or what the chart says itself. */
  readonly reason: string
}

export function toWhyNot(graph: ChartGraph | undefined, refused: readonly Refusal[]): readonly WhyNot[] {
  return refused.map(({ edge, guard, reason }) => ({
    way: graph && wayOf(graph, edge),
    guard,
    reason: reason ?? `${nameWords(guard)}: no`,
  }))
}

/** `mayTryNext` → `may try next`; what is no such name stays as it is. */
export function nameWords(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])(?=[a-z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .replace(/([a-z])([A-Z]+)/g, '$1 $2')
}

/** A transition in words. */
export function toWay(graph: ChartGraph, transition: ChartTransition): WayOut {
  const { id, trigger, guard, otherwise, targets, actions, failure } = transition
  return {
    edge: id,
    trigger: triggerWords(trigger),
    condition: guard === undefined ? (otherwise ? 'otherwise' : undefined) : nameWords(guard),
    target: targets.length === 0 ? undefined : targets.map((target) => within(graph, target)).join(', '),
    actions: actions.map(nameWords),
    isTimed: trigger.kind === 'after',
    isFailure: failure,
  }
}

/** The id without the name of its chart. */
function within(graph: ChartGraph, id: string): string {
  return id.startsWith(`${graph.id}.`) ? id.slice(graph.id.length + 1) : id
}
