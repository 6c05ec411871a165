import type { ChartGraph, ChartState, ChartTransition } from '../drawing/graph.js'
import type { ChartTrigger } from '../drawing/trigger.js'

/** What differs between the majors of XState in how a chart is written. */
export interface Dialect {
  readonly guard: 'cond' | 'guard'
  readonly done: string
  readonly error: string
  /** A reference to a state by its id. */
  reference(id: string): string
  /** Whether a state is left and entered again. */
  reentering(reenter: boolean): object
}

/** @see https://stately.ai/docs/xstate */
export const xstate5: Dialect = {
  guard: 'guard',
  done: 'xstate.done.actor.',
  error: 'xstate.error.actor.',
  // A dot would begin the name of a child.
  reference: (id) => `#${id.replaceAll('\\', '\\\\').replaceAll('.', '\\.')}`,
  reentering: (reenter) => ({ reenter }),
}

/** @see https://stately.ai/docs/xstate-v4 */
export const xstate4: Dialect = {
  guard: 'cond',
  done: 'done.invoke.',
  error: 'error.platform.',
  reference: (id) => `#${id}`,
  reentering: (reenter) => ({ internal: !reenter }),
}

/** A chart as the config of a machine without any function, for who can only read those. */
export function writeDefinition(graph: ChartGraph, dialect: Dialect): object {
  const bySource = new Map<string, ChartTransition[]>()
  for (const transition of graph.transitions) {
    const list = bySource.get(transition.source)
    if (list === undefined) bySource.set(transition.source, [transition])
    else list.push(transition)
  }
  const toConfig = (state: ChartState): object => {
    const { id, kind, history, invokes, states, entry, exit, tags, description } = state
    return {
      id,
      ...(kind === 'atomic' || kind === 'compound' ? {} : { type: kind }),
      ...(history === undefined ? {} : { history }),
      ...initialOf(state, graph.root),
      ...(description === undefined ? {} : { description }),
      meta: { spec: state.spec, why: state.why },
      tags,
      entry,
      exit,
      invoke: invokes.map(({ id, src }) => ({ id, src })),
      ...waysOf(bySource.get(id) ?? [], dialect),
      ...(states.length === 0
        ? {}
        : { states: Object.fromEntries(states.map((child) => [child.key, toConfig(child)])) }),
    }
  }
  return { ...toConfig(graph.root), id: graph.id }
}

function initialOf({ kind, initial, states, id }: ChartState, root: ChartState): object {
  const siblings = kind === 'history' ? (parentOf(id, root)?.states ?? []) : states
  const first = siblings.find((each) => initial.includes(each.id))
  if (first === undefined) return {}
  return kind === 'history' ? { target: first.key } : { initial: first.key }
}

function parentOf(id: string, state: ChartState): ChartState | undefined {
  if (state.states.some((child) => child.id === id)) return state
  for (const child of state.states) {
    const found = parentOf(id, child)
    if (found !== undefined) return found
  }
  return undefined
}

function waysOf(transitions: readonly ChartTransition[], dialect: Dialect): object {
  const ways: Ways = {
    on: new Map<string, object[]>(),
    after: new Map<string, object[]>(),
    always: [],
    onDone: [],
  }
  for (const transition of transitions)
    listFor(transition.trigger, ways, dialect).push(toConfig(transition, dialect))
  const { on, after, always, onDone } = ways
  return {
    on: Object.fromEntries(on),
    after: Object.fromEntries(after),
    ...(always.length === 0 ? {} : { always }),
    ...(onDone.length === 0 ? {} : { onDone }),
  }
}

interface Ways {
  readonly on: Map<string, object[]>
  readonly after: Map<string, object[]>
  readonly always: object[]
  readonly onDone: object[]
}

function listFor(trigger: ChartTrigger, { on, after, always, onDone }: Ways, dialect: Dialect): object[] {
  switch (trigger.kind) {
    case 'event':
      return listAt(on, trigger.type)
    case 'done':
      return listAt(on, `${dialect.done}${trigger.actor}`)
    case 'error':
      return listAt(on, `${dialect.error}${trigger.actor}`)
    case 'snapshot':
      return listAt(on, `xstate.snapshot.${trigger.actor}`)
    case 'after':
      return listAt(after, trigger.delay)
    case 'always':
      return always
    case 'completed':
      return onDone
  }
}

function listAt(lists: Map<string, object[]>, key: string): object[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function toConfig(
  { targets, guard, actions, reenter, description, failure }: ChartTransition,
  dialect: Dialect,
): object {
  return {
    ...(targets.length === 0 ? {} : { target: targets.map((id) => dialect.reference(id)) }),
    ...(guard === undefined ? {} : { [dialect.guard]: guard }),
    actions,
    ...dialect.reentering(reenter),
    ...(description === undefined ? {} : { description }),
    meta: { failure },
  }
}
