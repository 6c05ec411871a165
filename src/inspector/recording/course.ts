import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition, StateValue } from 'xstate'
import { transitionId } from '../drawing/transition-id.js'
import { activeIn, type ChartSnapshot } from './chart-snapshot.js'
import { refusedIn, toRefusedText, type Refused } from './refusals.js'

/** How many are remembered of a chart, and of what follows from each; who needs more of them begins anew. */
const limits = { configurations: 1_000, steps: 100 }

/** States of a chart that are active at once: one object wherever they are. */
export class Configuration {
  readonly nodes: readonly AnyStateNode[]
  readonly value: StateValue
  /** `,"value":` and what it is. */
  readonly text: string
  readonly #first: Course[] = []

  constructor({ _nodes: nodes, value }: ChartSnapshot) {
    this.nodes = nodes
    this.value = value
    this.text = `,"value":${JSON.stringify(value)}`
  }

  /** How a chart that was here begins to deal with an event. */
  begin(step: Step): Course {
    return findCourse(this.#first, step) ?? addCourse(this.#first, new Course(step, this, undefined))
  }
}

/** One step, as XState tells of it. */
export interface Step {
  readonly type: string
  readonly taken: readonly AnyTransitionDefinition[]
  readonly snapshot: ChartSnapshot
}

/**
 * The steps of a chart that an event has led to, one after the other, and what was refused on the way; made once, however often
 * that happens.
 */
export class Course {
  readonly target: Configuration
  readonly edges: readonly string[]
  readonly refused: readonly Refused[]
  /** The policy has refused something in its last step, or in any. */
  readonly endsWithVerdict: boolean
  readonly hasVerdict: boolean
  /** `,"type":` of its first event. */
  readonly head: string
  /** `,"edges":` and what they are. */
  readonly tail: string
  /** `,"refused":` and what that was, where no verdict is asked for. */
  readonly refusedText: string
  readonly #type: string
  readonly #taken: readonly AnyTransitionDefinition[]
  readonly #next: Course[] = []

  constructor({ snapshot, taken, type }: Step, from: Configuration, before: Course | undefined) {
    this.#type = type
    this.#taken = taken
    this.target = configurationOf(snapshot)
    this.edges = [...(before?.edges ?? []), ...taken.map(transitionId)]
    const refused = refusedIn(type, taken, from.nodes)
    this.refused = [...(before?.refused ?? []), ...refused]
    this.endsWithVerdict = refused.some(({ isVerdict }) => isVerdict)
    this.hasVerdict = this.endsWithVerdict || before?.hasVerdict === true
    this.head = before?.head ?? `,"type":${JSON.stringify(type)}`
    this.tail = `,"edges":${JSON.stringify(this.edges)}`
    this.refusedText = toRefusedText(this.refused, undefined)
  }

  /** How it goes on with a step that follows of itself. */
  follow(step: Step): Course {
    return findCourse(this.#next, step) ?? addCourse(this.#next, new Course(step, this.target, this))
  }

  /** Whether its last step was this one. */
  endsWith({ snapshot, taken, type }: Step): boolean {
    return type === this.#type && isSame(taken, this.#taken) && isSame(activeIn(snapshot), this.target.nodes)
  }
}

function findCourse(known: readonly Course[], step: Step): Course | undefined {
  for (const course of known) if (course.endsWith(step)) return course
  return undefined
}

function addCourse(known: Course[], course: Course): Course {
  if (known.length >= limits.steps) known.length = 0
  known.push(course)
  return course
}

function isSame(one: readonly object[], other: readonly object[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}

const configurations = new WeakMap<AnyStateMachine, Map<string, Configuration>>()

/** The states that are active in a snapshot. */
export function configurationOf(snapshot: ChartSnapshot): Configuration {
  const { machine } = snapshot
  const all = configurations.get(machine) ?? new Map<string, Configuration>()
  configurations.set(machine, all)
  const name = activeIn(snapshot)
    .map(({ order }) => order)
    .join(' ')
  const known = all.get(name)
  if (known !== undefined) return known
  const found = new Configuration(snapshot)
  if (all.size >= limits.configurations) all.clear()
  all.set(name, found)
  return found
}
