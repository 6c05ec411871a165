import {
  and,
  createActor,
  fromTransition,
  or,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
} from 'xstate'
import { transitionId } from '../inspector/drawing/transition-id.js'
import { activeIn, statesIn, statesOf, transitionsOf } from './chart-edges.js'

/** What came of one event: where the chart is now, and everything that was decided on the way. */
export interface Step {
  readonly snapshot: AnyMachineSnapshot
  /** Ids of the transitions that were taken, in order. */
  readonly transitions: readonly string[]
  /** Ids of the states that were active on the way, those that do not last included. */
  readonly states: readonly string[]
  /** Every guard that was asked, by the transition that it guards. */
  readonly guards: readonly GuardAnswer[]
  /** The deeds that were ordered, none of them done. */
  readonly actions: readonly StepAction[]
}

/** One answer of a guard. */
export interface GuardAnswer {
  readonly transition: string
  readonly passed: boolean
}

/** One deed that a chart has ordered: its name, or that of XState's own action. */
export interface StepAction {
  readonly type: string
  readonly params: unknown
}

/** Keeps its input and does nothing: what stands in for every actor of a chart that is stepped. */
const stub = fromTransition(
  (input: unknown) => input,
  ({ input }: { readonly input: unknown }) => input,
)

const ignore = (): void => undefined

/**
 * Steps a machine without running it: no actor is started, no action done, no time passes. Throws what a guard, an
 * `assign` or XState itself throws, such as for a message to an actor that is not there.
 */
export class Stepper {
  readonly #machine: AnyStateMachine
  readonly #isShared: boolean
  #shared: AnyActorScope | undefined
  #transitions: string[] = []
  #states = new Set<string>()
  #guards: GuardAnswer[] = []
  #actions: StepAction[] = []

  constructor(machine: AnyStateMachine) {
    const names = Object.keys(machine.implementations.actors)
    this.#machine = machine.provide({ actors: Object.fromEntries(names.map((name) => [name, stub])) })
    const states = [...statesOf(this.#machine.root)]
    for (const transition of states.flatMap(transitionsOf)) this.#listenTo(transition)
    // A name in the system can be taken once; without such names one scope serves all steps, which is five times as fast.
    this.#isShared = states.every(({ invoke }) => invoke.every(({ systemId }) => systemId === undefined))
  }

  /** The first place of the chart. */
  begin(input: unknown): Step {
    return this.#record(input, (scope) => this.#machine.getInitialSnapshot(scope, input))
  }

  /** The place that an event leads to. */
  step(from: AnyMachineSnapshot, event: AnyEventObject): Step {
    return this.#record(undefined, (scope) => this.#machine.transition(from, event, scope))
  }

  #record(input: unknown, take: (scope: AnyActorScope) => AnyMachineSnapshot): Step {
    const scope = this.#isShared ? (this.#shared ??= this.#toScope(input)) : this.#toScope(input)
    this.#transitions = []
    this.#states = new Set()
    this.#guards = []
    this.#actions = []
    const snapshot = take(scope)
    for (const { id } of activeIn(snapshot)) this.#states.add(id)
    return {
      snapshot,
      transitions: this.#transitions,
      states: [...this.#states],
      guards: this.#guards,
      actions: this.#actions,
    }
  }

  #toScope(input: unknown): AnyActorScope {
    // What a chart tells its parent is ordered like any other deed, so there is one, though it hears nothing.
    const parent = createActor(stub, {
      id: 'parent',
      input: undefined,
      logger: ignore,
      inspect: (event) => {
        if (event.type !== '@xstate.microstep' || event.actorRef !== self) return
        const { _transitions: transitions } = event
        this.#transitions.push(...transitions.map(transitionId))
        for (const id of statesIn(event)) this.#states.add(id)
      },
    })
    const self = createActor(this.#machine, { input, logger: ignore, parent })
    return {
      self,
      id: self.id,
      sessionId: self.sessionId,
      system: self.system,
      logger: ignore,
      defer: ignore,
      emit: ignore,
      stopChild: ignore,
      actionExecutor: ({ type, params }) => void this.#actions.push({ type, params }),
    }
  }

  /** Of a machine that is this stepper's own copy. */
  #listenTo(transition: AnyTransitionDefinition): void {
    const { guard } = transition
    if (guard === undefined) return
    const id = transitionId(transition)
    const answer = (passed: boolean) => () => {
      this.#guards.push({ transition: id, passed })
      return passed
    }
    // A guard without a name gets one, so that it can be combined like the others.
    if (typeof guard === 'function') Object.assign(this.#machine.implementations.guards, { [id]: guard })
    const named =
      typeof guard === 'function' ? { type: id } : typeof guard === 'string' ? { type: guard } : guard
    transition.guard = or([and([named, answer(true)]), answer(false)])
  }
}
