import type {
  AnyActorLogic,
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  ProvidedActor,
  SnapshotFrom,
  StateMachine,
} from 'xstate'
import { activeIn, childrenOf, delaysIn } from './chart-edges.js'
import type { StepAction } from './stepper.js'

/** How an invoked actor may end, as the author of a catalogue lists it; what is left out has a default. */
export interface Outcomes<TInput, TOutput> {
  /** Outputs, or what they are for an input and the place that the chart is in; default: `undefined` alone. */
  readonly done?: Choice<TOutput, TInput>
  /** What it may fail with; default: one plain `Error`. Every actor may fail, so an empty list is no answer. */
  readonly error?: Choice<unknown, TInput>
  /** Snapshots that `onSnapshot` hears of; default: one that is empty. */
  readonly snapshot?: Choice<unknown, TInput>
}

/** A list, or a function that makes one of what the actor was given, which then tells places apart, and where the chart is. */
export type Choice<T, TInput> = readonly T[] | ((input: TInput, snapshot: AnyMachineSnapshot) => readonly T[])

/** The outcomes of the actors of a machine, by the name of the actor (`src`; `id` for one that has no name). */
export type OutcomesOf<M extends AnyStateMachine> =
  M extends StateMachine<
    infer _C,
    infer _E,
    infer _Ch,
    infer TActor,
    infer _A,
    infer _G,
    infer _D,
    infer _V,
    infer _T,
    infer _I,
    infer _O,
    infer _Em,
    infer _M,
    infer _S,
    infer _TM
  >
    ? { readonly [A in TActor as A['src']]?: OutcomesOfActor<A> }
    : never

type OutcomesOfActor<A extends ProvidedActor> = A['logic'] extends AnyActorLogic
  ? Outcomes<InputFrom<A['logic']>, OutputFrom<A['logic']>>
  : Outcomes<unknown, unknown>

/** A promise of a chart: what must be true of a place, by what has led there; nothing has to where the chart begins. */
export type Invariant<TSnapshot> = (snapshot: TSnapshot, last: LastStep<TSnapshot> | undefined) => boolean

/** The event that has just happened, where it happened, and what the chart ordered because of it. */
export interface LastStep<TSnapshot> {
  /** Where the chart was before. */
  readonly from: TSnapshot
  readonly event: AnyEventObject
  /** Ids of the transitions that were taken, as drawings call them. */
  readonly transitions: readonly string[]
  /** The deeds that were ordered, in order. */
  readonly actions: readonly StepAction[]
}

/**
 * Whether a step has ordered a deed, by the name of the action: `orders(last, 'sendPresence')`. What happened before the
 * first step is not told.
 */
export function orders(last: LastStep<unknown> | undefined, deed: string): boolean {
  return last?.actions.some(({ type }) => type === deed) === true
}

/** Everything that can happen to a chart, so that a walk can let it happen. Whatever is left out has a default. */
export interface Catalogue<M extends AnyStateMachine> {
  /** What the chart is begun with, once for each; default: `undefined` alone. */
  readonly inputs?: readonly InputFrom<M>[]
  /** Events from outside; default: each event that the chart names, as a bare `{ type }`. */
  readonly events?:
    readonly EventFromLogic<M>[] | ((snapshot: SnapshotFrom<M>) => readonly EventFromLogic<M>[])
  /** How invoked actors may end, in every state that invokes them. Delays need no entry: each may run out. */
  readonly outcomes?: OutcomesOf<M>
  /**
   * What of the context tells two places apart, beside the state; default: all of it, as JSON. A context that can grow for
   * ever needs one, or the walk ends at its limit.
   */
  readonly key?: (snapshot: SnapshotFrom<M>) => unknown
  /** What must hold wherever the chart comes to rest and whatever led there, by its name. */
  readonly invariants?: Readonly<Record<string, Invariant<SnapshotFrom<M>>>>
  /** Places after which a walk stops; default 20 000. */
  readonly limit?: number
  /** Ends with the first incident, for whoever asks only whether there is one; default false: all are found. */
  readonly untilIncident?: boolean
}

/** A catalogue as the walk reads it, whatever the machine. */
export interface PlainCatalogue {
  readonly inputs?: readonly unknown[]
  readonly events?: readonly AnyEventObject[] | ((snapshot: AnyMachineSnapshot) => readonly AnyEventObject[])
  readonly outcomes?: Readonly<Record<string, Outcomes<unknown, unknown> | undefined>>
  readonly key?: (snapshot: AnyMachineSnapshot) => unknown
  readonly invariants?: Readonly<Record<string, Invariant<AnyMachineSnapshot>>>
  readonly limit?: number
  readonly untilIncident?: boolean
}

/**
 * Everything that may happen next: events from outside, ends of the actors that are at work, and delays that run out.
 * @param ended ids of actors and types of delays that are over
 */
export function eventsAt(
  snapshot: AnyMachineSnapshot,
  catalogue: PlainCatalogue,
  ended: readonly string[],
): readonly AnyEventObject[] {
  if (snapshot.status !== 'active') return []
  const { events } = catalogue
  const nodes = activeIn(snapshot)
  return [
    ...(typeof events === 'function' ? events(snapshot) : (events ?? named(snapshot.machine))),
    ...nodes.flatMap((node) =>
      node.invoke
        .filter(({ id }) => !ended.includes(id))
        .flatMap((invoke) => endsOf(invoke, node, snapshot, catalogue)),
    ),
    ...delaysIn(snapshot)
      .filter((type) => !ended.includes(type))
      .map((type) => ({ type })),
  ]
}

/** An actor as a state invokes it. */
interface Invoked {
  readonly id: string
  readonly src: unknown
}

/** What a catalogue lists for an actor. */
export function outcomesOf(
  { id, src }: Invoked,
  outcomes: PlainCatalogue['outcomes'] = {},
): Outcomes<unknown, unknown> {
  return outcomes[String(src)] ?? outcomes[id] ?? {}
}

function endsOf(
  invoked: Invoked,
  node: AnyStateNode,
  snapshot: AnyMachineSnapshot,
  { outcomes }: PlainCatalogue,
): readonly AnyEventObject[] {
  const { id } = invoked
  const { done, error, snapshot: told } = outcomesOf(invoked, outcomes)
  const input = inputOf(snapshot, id)
  const choose = (choice: Choice<unknown, unknown> | undefined, fallback: readonly unknown[]) =>
    typeof choice === 'function' ? choice(input, snapshot) : (choice ?? fallback)
  const hears = (type: string): boolean => node.transitions.has(type)
  const [ended, failed, changed] = ['done.actor', 'error.actor', 'snapshot'].map(
    (what) => `xstate.${what}.${id}`,
  )
  return [
    ...(hears(`${ended}`) ? choose(done, [undefined]) : []).map((output) => ({
      type: `${ended}`,
      output,
      actorId: id,
    })),
    ...choose(error, [new Error(`${id} failed`)]).map((reason) => ({
      type: `${failed}`,
      error: reason,
      actorId: id,
    })),
    ...(hears(`${changed}`) ? choose(told, [{}]) : []).map((seen) => ({
      type: `${changed}`,
      snapshot: seen,
    })),
  ]
}

/** What the stepper keeps in the place of an actor: its input. */
export function inputOf(snapshot: AnyMachineSnapshot, id: string): unknown {
  const kept: unknown = childrenOf(snapshot).get(id)?.getSnapshot()
  return typeof kept === 'object' && kept !== null ? Reflect.get(kept, 'context') : undefined
}

function named({ events }: AnyStateMachine): readonly AnyEventObject[] {
  return events
    .map((type) => String(type))
    .filter((type) => !type.startsWith('xstate.') && !type.endsWith('*'))
    .map((type) => ({ type }))
}
