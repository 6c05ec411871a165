import type { StateValue } from 'xstate'
import { statesIn } from '../drawing/active-states.js'
import { statesOf, type ChartGraph, type ChartTransition } from '../drawing/graph.js'

/** What a chart was told, where it stood and where it stands now. */
export interface Step {
  readonly type: string
  readonly before: StateValue
  readonly after: StateValue
  /** The state or the context is another: something was taken. */
  readonly hasChanged: boolean
}

/**
 * The transitions that must have been taken, by their ids; none wherever it could have been otherwise: nobody but the app knows
 * what its guards said, and what happened of itself in between.
 */
export function inferEdges(graph: ChartGraph, step: Step): readonly string[] {
  const open = listening(graph, step)
  const [only] = open
  if (only === undefined) return []
  if (open.length === 1) return only.guard === undefined || step.hasChanged ? [only.id] : []
  const now = new Set(statesIn(graph.root, step.after))
  const fitting = open.filter(({ targets }) => targets.every((target) => now.has(target)))
  if (fitting.length === open.length && open.every(({ guard }) => guard === undefined)) {
    return open.map(({ id }) => id)
  }
  const [mover, ...others] = fitting.filter(({ targets }) => targets.length > 0)
  const isProven = mover !== undefined && others.length === 0 && hasMoved(step)
  return isProven && isOneWay(graph, open) && !goesOnAlone(graph) ? [mover.id] : []
}

function hasMoved({ before, after }: Step): boolean {
  return JSON.stringify(before) !== JSON.stringify(after)
}

/** Whether at most one of them can be taken: none stands in another region. */
function isOneWay(graph: ChartGraph, open: readonly ChartTransition[]): boolean {
  const inside = insides(graph)
  return open.every(({ source }) =>
    open.every(
      (other) =>
        inside.get(source)?.has(other.source) === true || inside.get(other.source)?.has(source) === true,
    ),
  )
}

/** Those that might have been taken: no inner or earlier one takes the event in any case. */
function listening(graph: ChartGraph, { type, before }: Step): readonly ChartTransition[] {
  const active = new Set(statesIn(graph.root, before))
  const inside = insides(graph)
  const found = graph.transitions
    .filter((each) => active.has(each.source) && isFor(each, type))
    .toSorted((one, other) => specificity(other) - specificity(one))
  return found.filter(
    ({ source }, index) =>
      !found.some(
        (other, place) =>
          other.guard === undefined &&
          (other.source === source ? place < index : inside.get(source)?.has(other.source) === true),
      ),
  )
}

/** Whether one event may lead from transition to transition. */
function goesOnAlone({ root, transitions }: ChartGraph): boolean {
  const deeds = [
    ...transitions.flatMap(({ actions }) => actions),
    ...[...statesOf(root)].flatMap(({ entry, exit }) => [...entry, ...exit]),
  ]
  return (
    deeds.includes('raise') ||
    transitions.some(({ trigger: { kind } }) => kind === 'always' || kind === 'completed')
  )
}

/** By state: its own id and those of all states inside it. */
function insides({ root }: ChartGraph): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    [...statesOf(root)].map((state) => [state.id, new Set([...statesOf(state)].map(({ id }) => id))]),
  )
}

/** The event type is part of the id: `<source> <event type> <index>`. */
function typeOf({ id, source }: ChartTransition): string {
  return id.slice(source.length + 1, id.lastIndexOf(' '))
}

function isFor(transition: ChartTransition, type: string): boolean {
  if (transition.trigger.kind === 'always') return false
  const wanted = typeOf(transition)
  if (wanted === type || wanted === '*') return true
  return wanted.endsWith('.*') && `${type}.`.startsWith(wanted.slice(0, -1))
}

/** The whole type before `session.*` before `*`. */
function specificity(transition: ChartTransition): number {
  const wanted = typeOf(transition)
  return wanted === '*' ? 0 : wanted.endsWith('.*') ? wanted.length : Number.MAX_SAFE_INTEGER
}
