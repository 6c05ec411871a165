import { StateMachine, type AnyStateMachine, type AnyStateNode } from 'xstate'
import { isWithin, outwards, statesOf, transitionsOf } from './chart-edges.js'
import { cannotRest, deadEnds, isAtRest, unreachable } from './reach.js'

/** What every chart must keep to; each violation begins with the state. */
interface Law {
  readonly name: LawName
  readonly violations: (chart: AnyStateMachine) => readonly string[]
}

/** The laws by name. */
export type LawName =
  | 'every wait ends'
  | 'every invoked actor has an id, a name and ways out'
  | 'every state says what it is and who demands it'
  | 'guards and actions have names'
  | 'delays have names'
  | 'every state can reach an end or a rest'
  | 'every state can be reached'
  | 'no state is a dead end'
  | 'no transition leads from one region into another'

/**
 * What the author of a state tells the laws in `meta`: `spec` or `why` gives the reason of the state, `streams` names the
 * invoked actors that emit as long as the state lasts and so have no `onDone`. The tags `person` and `idle` mark a state
 * that may last for ever: it waits for a person, or for nothing.
 */
export const laws: readonly Law[] = [
  { name: 'every wait ends', violations: perState(endlessWait) },
  { name: 'every invoked actor has an id, a name and ways out', violations: perState(looseInvokes) },
  { name: 'every state says what it is and who demands it', violations: perState(unexplained) },
  { name: 'guards and actions have names', violations: perState(anonymous) },
  { name: 'delays have names', violations: perState(numericDelays) },
  { name: 'every state can reach an end or a rest', violations: (chart) => cannotRest(chart.root) },
  { name: 'every state can be reached', violations: (chart) => unreachable(chart.root) },
  { name: 'no state is a dead end', violations: (chart) => deadEnds(chart.root) },
  { name: 'no transition leads from one region into another', violations: perState(crossings) },
]

/** Whether a value that a module exports is a chart. */
export function isChart(value: unknown): value is AnyStateMachine {
  return value instanceof StateMachine
}

function perState(find: (node: AnyStateNode) => readonly string[]): Law['violations'] {
  return (chart) =>
    [...statesOf(chart.root)].flatMap((node) => find(node).map((what) => `${node.id}: ${what}`))
}

function endlessWait(node: AnyStateNode): readonly string[] {
  const isTagged = node.tags.includes('person') || node.tags.includes('idle')
  if (isTagged && text(node, 'why') === undefined) return ['is tagged to last for ever, but has no meta.why']
  if (node.type !== 'atomic' || isAtRest(node) || passesOn(node)) return []
  if ([...outwards(node)].some(hasTimeout) || isTimedByChild(node)) return []
  return ['waits without a named delay, and is not tagged `person` or `idle`']
}

/** An `always` without a guard: nothing waits here. */
function passesOn({ always = [] }: AnyStateNode): boolean {
  return always.some(({ guard, target }) => guard === undefined && target !== undefined)
}

function hasTimeout(node: AnyStateNode): boolean {
  return node.after.some(
    ({ delay, guard, target }) => typeof delay === 'string' && guard === undefined && target !== undefined,
  )
}

/** The state lasts as long as a chart which it invokes, and that chart ends by itself. */
function isTimedByChild(node: AnyStateNode): boolean {
  return node.invoke.some(({ src, onDone }) => {
    const child: unknown = typeof src === 'string' ? node.machine.implementations.actors[src] : undefined
    return (
      onDone !== undefined &&
      isChart(child) &&
      [...statesOf(child.root)].every((each) => endlessWait(each).length === 0)
    )
  })
}

function looseInvokes(node: AnyStateNode): readonly string[] {
  const streams = read(node.meta, 'streams')
  return list(node.config.invoke).flatMap((invoke) => {
    const id = read(invoke, 'id')
    const src = read(invoke, 'src')
    const named = typeof id === 'string' ? `invokes "${id}"` : 'invokes an actor'
    const isStream = Array.isArray(streams) && streams.includes(id)
    return [
      ...(typeof id === 'string' ? [] : [`${named} without an id`]),
      ...(typeof src === 'string' ? [] : [`${named}, whose src is not a name`]),
      ...(read(invoke, 'onDone') === undefined && !isStream
        ? [`${named} without onDone, and meta.streams does not list it`]
        : []),
      ...(read(invoke, 'onError') === undefined ? [`${named} without onError`] : []),
    ]
  })
}

function unexplained(node: AnyStateNode): readonly string[] {
  if (node.type === 'history') return []
  const isExplained =
    node.type === 'final' ||
    node.parent === undefined ||
    text(node, 'spec') !== undefined ||
    text(node, 'why') !== undefined
  return [
    ...(node.description === undefined || node.description === '' ? ['has no description'] : []),
    ...(isExplained ? [] : ['has neither meta.spec nor meta.why']),
  ]
}

function anonymous(node: AnyStateNode): readonly string[] {
  const deeds = [...list(node.config.entry), ...list(node.config.exit)]
  return [
    ...deeds.filter(isFunction).map(() => 'has an entry or exit action without a name'),
    ...transitionsOf(node).flatMap(({ guard, actions, eventType }) => [
      ...(isFunction(guard) ? [`has a guard without a name on "${eventType}"`] : []),
      ...actions.filter(isFunction).map(() => `has an action without a name on "${eventType}"`),
    ]),
  ]
}

function numericDelays(node: AnyStateNode): readonly string[] {
  return node.after
    .filter(({ delay }) => typeof delay === 'number')
    .map(({ delay }) => `waits ${delay} ms: the delay needs a name`)
}

/** XState resets every region of a parallel state when a transition from outside of one leads into it. */
function crossings(node: AnyStateNode): readonly string[] {
  return transitionsOf(node).flatMap(({ target = [], eventType }) => {
    const crossed = target.filter((one) =>
      [...outwards(one)].some(
        (region) =>
          region.parent?.type === 'parallel' &&
          isWithin(node, region.parent) &&
          !isWithin(node, region) &&
          !isEachRegionTold(region.parent, target),
      ),
    )
    return crossed.map(({ id }) => `leads into the region of ${id} on "${String(eventType)}"`)
  })
}

function isEachRegionTold(parallel: AnyStateNode, targets: readonly AnyStateNode[]): boolean {
  return Object.values(parallel.states).every((region) => targets.some((target) => isWithin(target, region)))
}

function text(node: AnyStateNode, key: string): string | undefined {
  const value = read(node.meta, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
