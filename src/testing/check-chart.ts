import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { activeIn } from './chart-edges.js'
import { laws, type LawName } from './laws.js'
import { endOf } from './position.js'
import { isAtRest } from './reach.js'
import type { Place, Walk } from './walk.js'
import { eventText, restText } from './words.js'

/** One thing that is wrong with a chart. */
export interface Violation {
  /** The law, or the invariant of the catalogue, that is broken. */
  readonly law: string
  /** The id of the state, or the ids of states that are active together. */
  readonly state: string
  /** What is wrong, in words. */
  readonly what: string
  /** The events that lead there, where a walk has found it. */
  readonly events: readonly string[]
}

/** What a chart need not keep. */
export interface CheckOptions {
  /** Laws that this chart need not keep, such as those of how a chart is written. */
  readonly without?: readonly LawName[]
}

/**
 * Holds a chart to the laws that make it hang, lie or surprise when they are broken: each wait ends, each actor has a way out
 * when it fails, each state can be reached and can come to rest, and so on. With a walk also to what was promised of it:
 * every place is seen, everything is reached, nothing throws, every invariant holds.
 * @example
 * const violations = checkChart(trafficLight, walk(trafficLight), {
 *   without: ['every state says what it is and who demands it'],
 * })
 * for (const { law, state, what } of violations) console.log(`${law} — ${state}: ${what}`)
 */
export function checkChart<M extends AnyStateMachine>(
  machine: M,
  walk?: Walk<M>,
  { without = [] }: CheckOptions = {},
): readonly Violation[] {
  const broken = laws
    .filter(({ name }) => !without.includes(name))
    .flatMap(({ name, violations }) => violations(machine).map((told) => toViolation(name, told)))
  return walk === undefined ? broken : [...broken, ...broughtToLight(walk)]
}

/** Every law tells the state first. */
function toViolation(law: string, told: string): Violation {
  const end = told.indexOf(': ')
  return { law, state: told.slice(0, end), what: told.slice(end + 2), events: [] }
}

function broughtToLight<M extends AnyStateMachine>(walk: Walk<M>): readonly Violation[] {
  const { incidents, coverage, isComplete, catalogue, places } = walk
  const mayEndEarly = catalogue.untilIncident === true && incidents.length > 0
  return [
    ...incidents.map(({ what, where, because, events }) => ({
      law: what,
      state: where,
      what: because,
      events: events.map(eventText),
    })),
    ...(['states', 'transitions', 'guards'] as const).flatMap((kind) =>
      coverage[kind].missed.map((missed) => toMissed(kind, missed)),
    ),
    ...(isComplete ? restless(walk) : mayEndEarly ? [] : [toUnseen(walk.machine, places.length)]),
  ]
}

const reached = {
  states: ['the walk enters every state', 'is never entered'],
  transitions: ['the walk takes every transition', 'is never taken'],
  guards: ['the walk sees every guard pass and refuse', ''],
} as const

function toMissed(kind: keyof typeof reached, missed: string): Violation {
  const [law, what] = reached[kind]
  const state = missed.split(' ')[0] ?? missed
  return {
    law,
    state,
    what: missed === state ? what : `${missed.slice(state.length + 1)} ${what}`.trim(),
    events: [],
  }
}

function toUnseen({ id }: AnyStateMachine, seen: number): Violation {
  const what = `it ends at its limit, after ${seen}: a \`key\` says which are alike, a higher \`limit\` lets it go on`
  return { law: 'the walk sees every place', state: id, what, events: [] }
}

/** Places from which no events lead to an end or to a state that may last, whichever actors and delays are over already. */
function restless<M extends AnyStateMachine>({ places }: Walk<M>): readonly Violation[] {
  const leading = new Map(places.map((place) => [place, new Set<Place<M>>()]))
  const edges = places.flatMap((place) => place.edges)
  const spent = new Set(edges.flatMap((edge) => edge.spent))
  for (const { event, from, to } of edges) {
    const over = endOf(event)
    if (over === undefined || !spent.has(over)) leading.get(to)?.add(from)
  }
  const calm = new Set(places.filter(({ snapshot }) => isCalm(snapshot)))
  for (const place of calm) for (const before of leading.get(place) ?? []) calm.add(before)
  const where = new Set(places.filter((place) => !calm.has(place)).map(({ snapshot }) => restText(snapshot)))
  return [...where].map((state) => ({
    law: 'every place leads to an end or a rest',
    state,
    what: 'no events lead on from here to an end or a rest',
    events: [],
  }))
}

function isCalm(snapshot: AnyMachineSnapshot): boolean {
  const leaves = activeIn(snapshot).filter(({ type }) => type === 'atomic' || type === 'final')
  return snapshot.status !== 'active' || leaves.every(isAtRest)
}
