import {
  isMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type InspectionEvent,
} from 'xstate'
import { toGraph, type ChartTransition } from '../inspector/index.js'
import { rivalsOf, transitionId } from '../inspector/drawing/transition-id.js'
import { activeIn, statesIn, statesOf } from './chart-edges.js'
import { transitionText } from './words.js'
import type { Step } from './stepper.js'

/** How much of one kind was reached, and in words what was not. */
export interface Reached {
  /** How many there are. */
  readonly of: number
  readonly reached: number
  /** In words, each of the others. */
  readonly missed: readonly string[]
}

/** How much of a chart was reached: plain data, so that it can be kept as JSON. */
export interface Coverage {
  /** The id of the machine. */
  readonly chart: string
  readonly states: Reached
  readonly transitions: Reached
  /** Two for each guarded transition: its guard passed, and refused. */
  readonly guards: Reached
}

/** Gathers what was reached of a chart, by walks and by actors that run. */
export class CoverageRecorder {
  readonly #states = new Set<string>()
  readonly #transitions = new Set<string>()
  /** Transition ids followed by `+` where the guard passed, by `-` where it refused. */
  readonly #guards = new Set<string>()

  /**
   * To be given to an actor as `inspect`: takes in what every chart of its system does. A guard that refuses while another
   * state takes the event is not told.
   */
  readonly inspect = (event: InspectionEvent): void => {
    for (const id of statesIn(event)) this.#states.add(id)
    if (event.type === '@xstate.snapshot') this.#refuseAll(event.snapshot, ({ always }) => always)
    if (event.type !== '@xstate.microstep') return
    const { _transitions: transitions } = event
    if (transitions.length === 0)
      this.#refuseAll(event.snapshot, (node) => node.transitions.get(event.event.type))
    for (const transition of transitions) {
      const rivals = rivalsOf(transition)
      const refused = rivals.slice(0, rivals.indexOf(transition))
      this.#transitions.add(transitionId(transition))
      for (const rival of refused) this.#guards.add(`${transitionId(rival)}-`)
      if (transition.guard !== undefined) this.#guards.add(`${transitionId(transition)}+`)
    }
  }

  /** Takes in one step of a walk; tells whether anything was new. */
  add({ states, transitions, guards }: Step): boolean {
    const before = this.#size()
    for (const id of states) this.#states.add(id)
    for (const id of transitions) this.#transitions.add(id)
    for (const { transition, passed } of guards) this.#guards.add(`${transition}${passed ? '+' : '-'}`)
    return this.#size() > before
  }

  /** Ids of the transitions that were taken, as drawings call them. */
  get transitions(): ReadonlySet<string> {
    return this.#transitions
  }

  /** How much of this chart was reached. */
  of(machine: AnyStateMachine): Coverage {
    const { id, transitions } = toGraph(machine)
    const guarded = transitions.filter(({ guard }) => guard !== undefined)
    return {
      chart: id,
      states: toReached([...statesOf(machine.root)].map(({ id }) => [this.#states.has(id), id])),
      transitions: toReached(
        transitions.map((each) => [this.#transitions.has(each.id), transitionText(each)]),
      ),
      guards: toReached(guarded.flatMap((each) => this.#waysOf(each))),
    }
  }

  /** Where nothing was taken, each guard of an active state that could have let something pass has refused. */
  #refuseAll(
    snapshot: unknown,
    candidatesOf: (node: AnyStateNode) => readonly AnyTransitionDefinition[] | undefined,
  ): void {
    if (!isMachineSnapshot(snapshot) || snapshot.status !== 'active') return
    for (const transition of activeIn(snapshot).flatMap((node) => candidatesOf(node) ?? [])) {
      if (transition.guard !== undefined) this.#guards.add(`${transitionId(transition)}-`)
    }
  }

  #waysOf(transition: ChartTransition): readonly (readonly [boolean, string])[] {
    const { id } = transition
    return [
      [this.#guards.has(`${id}+`), `${transitionText(transition)}: the guard never passed`],
      [this.#guards.has(`${id}-`), `${transitionText(transition)}: the guard never refused`],
    ]
  }

  #size(): number {
    return this.#states.size + this.#transitions.size + this.#guards.size
  }
}

function toReached(all: readonly (readonly [boolean, string])[]): Reached {
  const missed = all.filter(([isReached]) => !isReached).map(([, what]) => what)
  return { of: all.length, reached: all.length - missed.length, missed }
}
