import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { actionName, guardName } from './naming.js'
import { transitionId } from './transition-id.js'
import { readTrigger, type ChartTrigger } from './trigger.js'

/** A chart as plain data: what every drawing is made from, and what can cross a wire. */
export interface ChartGraph {
  /** The id of the machine. */
  readonly id: string
  readonly root: ChartState
  /** Every transition of every state, in document order. */
  readonly transitions: readonly ChartTransition[]
}

/** One state with what its author said about it. */
export interface ChartState {
  /** Unique in the chart, e.g. `session.online.fresh`; who has the id of an earlier one is counted, e.g. `open (2)`. */
  readonly id: string
  /** Its own name, e.g. `fresh`. */
  readonly key: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** Only on history states. */
  readonly history: 'shallow' | 'deep' | undefined
  /** Ids of the states entered first; empty on leaves and parallel states. For history: its default. */
  readonly initial: readonly string[]
  readonly description: string | undefined
  /** `meta.spec`: the section that demands this state, e.g. `RFC 6120 §6.4`. */
  readonly spec: string | undefined
  /** `meta.why`: the reason of a state that no specification demands. */
  readonly why: string | undefined
  readonly tags: readonly string[]
  /** Names of the actions. */
  readonly entry: readonly string[]
  /** Names of the actions. */
  readonly exit: readonly string[]
  readonly invokes: readonly ChartInvoke[]
  /** Its children, in document order. */
  readonly states: readonly ChartState[]
}

/** An actor that lives as long as the state which invokes it. */
export interface ChartInvoke {
  readonly id: string
  /** The name of what runs; `inline actor` where it has none. */
  readonly src: string
}

/** One way out of a state, or one thing done inside it. */
export interface ChartTransition {
  /** `<source> <event type> <index>`: the same for the same chart, whatever runs it. */
  readonly id: string
  /** The id of the state that it leads out of. */
  readonly source: string
  /** Empty: the state is not left. */
  readonly targets: readonly string[]
  readonly trigger: ChartTrigger
  /** The name of what has to be so; `undefined` where nothing has. */
  readonly guard: string | undefined
  /** Taken only when the guards of its predecessors refuse. */
  readonly otherwise: boolean
  /** Their names, in order. */
  readonly actions: readonly string[]
  /** The source is left and entered again even where a target lies inside it. */
  readonly reenter: boolean
  readonly description: string | undefined
  /** Something went wrong: an error of an actor, an event or a final state whose name says so, or `meta.failure: true`. */
  readonly failure: boolean
  /** Whether tests have taken it; absent where the drawing is not about tests. */
  readonly covered?: boolean
}

/**
 * Reads any XState 5 machine without running it.
 * @example
 * const graph = toGraph(sessionMachine)
 */
export function toGraph(machine: AnyStateMachine): ChartGraph {
  const nodes = [...walk(machine.root)]
  const idOf = distinctIds(nodes)
  return {
    id: machine.id,
    root: toState(machine.root, idOf),
    transitions: nodes.flatMap((node) => toTransitions(node, idOf)),
  }
}

/** The same graph, every transition of which says whether it is among those that were taken, by their ids. */
export function withCoverage(graph: ChartGraph, covered: ReadonlySet<string>): ChartGraph {
  const transitions = graph.transitions.map((each) => ({ ...each, covered: covered.has(each.id) }))
  return { ...graph, transitions }
}

/** Every state of a graph, parents before children, in document order. */
export function* statesOf(state: ChartState): Generator<ChartState> {
  yield state
  for (const child of state.states) yield* statesOf(child)
}

/** Whether a name says that something went wrong: `stream.refused`, `failed`. */
export function isFailureWord(name: string): boolean {
  return /(?:^|[.A-Za-z])(?:broken?|[Ee]rror(?:ed)?|[Ff]ailed|[Ll]ost|[Rr]efused|[Rr]ejected)$/.test(name)
}

function* walk(node: AnyStateNode): Generator<AnyStateNode> {
  yield node
  for (const child of Object.values(node.states)) yield* walk(child)
}

type IdOf = (node: AnyStateNode) => string

/** XState lets two states have one id: as `a.b` within `m`, and as `b` within `m.a`. */
function distinctIds(nodes: readonly AnyStateNode[]): IdOf {
  const ids = new Map<AnyStateNode, string>()
  const taken = new Set(nodes.map(({ id }) => id))
  const given = new Set<string>()
  for (const node of nodes) {
    let id = node.id
    for (let count = 2; given.has(id) || (id !== node.id && taken.has(id)); count += 1)
      id = `${node.id} (${count})`
    given.add(id)
    ids.set(node, id)
  }
  return (node) => ids.get(node) ?? node.id
}

function toState(node: AnyStateNode, idOf: IdOf): ChartState {
  return {
    id: idOf(node),
    key: node.key,
    kind: node.type,
    history: node.history === false ? undefined : node.history,
    initial: initialOf(node).map(idOf),
    description: node.description,
    spec: readText(node.meta, 'spec'),
    why: readText(node.meta, 'why'),
    tags: node.tags,
    // node.entry and node.exit also hold the timers that XState adds for `after`.
    entry: toList(node.config.entry).map(actionName),
    exit: toList(node.config.exit).map(actionName),
    invokes: node.invoke.map(({ id, src }) => ({ id, src: sourceName(src) })),
    states: Object.values(node.states).map((child) => toState(child, idOf)),
  }
}

function initialOf(node: AnyStateNode): readonly AnyStateNode[] {
  if (node.type === 'compound') return node.initial.target
  if (node.type !== 'history' || !('target' in node.config)) return []
  const target: unknown = node.config.target
  const sibling = typeof target === 'string' ? node.parent?.states[target] : undefined
  return sibling === undefined ? [] : [sibling]
}

function toTransitions(node: AnyStateNode, idOf: IdOf): readonly ChartTransition[] {
  const always = node.always === undefined ? [] : [node.always]
  return [...node.transitions.values(), ...always].flatMap((candidates) =>
    candidates.map((candidate, index) => toTransition(idOf(node), candidate, index, idOf)),
  )
}

function toTransition(
  source: string,
  found: AnyTransitionDefinition,
  index: number,
  idOf: IdOf,
): ChartTransition {
  const eventType = String(found.eventType)
  const trigger = readTrigger(eventType)
  const flagged = readMeta(found.meta, 'failure')
  return {
    // The same but for a state that another one shares its id with.
    id: `${source}${transitionId(found).slice(found.source.id.length)}`,
    source,
    targets: (found.target ?? []).map(idOf),
    trigger,
    guard: found.guard === undefined ? undefined : guardName(found.guard),
    otherwise: found.guard === undefined && index > 0,
    actions: found.actions.map(actionName),
    reenter: found.reenter,
    description: found.description,
    failure: typeof flagged === 'boolean' ? flagged : isFailure(trigger) || leadsToFailure(found),
  }
}

function isFailure(trigger: ChartTrigger): boolean {
  return trigger.kind === 'error' || (trigger.kind === 'event' && isFailureWord(trigger.type))
}

function leadsToFailure({ target = [] }: AnyTransitionDefinition): boolean {
  return target.length > 0 && target.every(({ type, key }) => type === 'final' && isFailureWord(key))
}

function sourceName(src: unknown): string {
  return typeof src !== 'string' || src.startsWith('xstate.invoke.') ? 'inline actor' : src
}

function readText(meta: unknown, key: string): string | undefined {
  const value = readMeta(meta, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readMeta(meta: unknown, key: string): unknown {
  return typeof meta === 'object' && meta !== null ? Reflect.get(meta, key) : undefined
}

function toList(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
