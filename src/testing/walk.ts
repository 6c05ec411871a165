import type { AnyEventObject, AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import type { Catalogue, PlainCatalogue } from './catalogue.js'
import { CoverageRecorder, type Coverage } from './coverage.js'
import { coverPaths, nearestPath } from './paths.js'
import { placeKey } from './place-key.js'
import { advance, blames, happeningsAt, type Position } from './position.js'
import { Stepper, type Step, type StepAction } from './stepper.js'
import { restText } from './words.js'

/** Where a chart can come to rest: a snapshot, and what leads on from it. */
export interface Place<M extends AnyStateMachine> {
  readonly snapshot: SnapshotFrom<M>
  readonly edges: readonly Edge<M>[]
}

/** One event at one place, and where it leads; events that change nothing and take no transition are left out. */
export interface Edge<M extends AnyStateMachine> {
  readonly event: EventFromLogic<M>
  /** Ids of the transitions that are taken, in order, as drawings call them. */
  readonly transitions: readonly string[]
  /** Ids of the states that are active on the way. */
  readonly states: readonly string[]
  /** The deeds that are ordered on the way. */
  readonly actions: readonly StepAction[]
  readonly from: Place<M>
  readonly to: Place<M>
  /**
   * Ids of actors that are over now, and types of delays that have run out, though `to` is shown with them at work, as it was
   * found first: with fewer of them less can happen there and nothing else, so it is not walked again, and no way goes on behind
   * this edge.
   */
  readonly spent: readonly string[]
}

/** A way through a chart, from one of its beginnings. */
export interface Path<M extends AnyStateMachine> {
  /** What the chart is begun with. */
  readonly input: InputFrom<M>
  readonly start: Place<M>
  readonly edges: readonly Edge<M>[]
}

/** Something that a walk ran into, and the events that lead there. */
export interface Incident<M extends AnyStateMachine> {
  /** What should be so: that no step throws, that no error of an actor is left unhandled, or an invariant by its name. */
  readonly what: string
  /** Where the chart rests before the last event: state ids, joined by commas. */
  readonly where: string
  /** What went wrong, in words. */
  readonly because: string
  /** What the chart was begun with. */
  readonly input: InputFrom<M>
  /** What then happened, in order; the last one ran into it. */
  readonly events: readonly EventFromLogic<M>[]
}

/** Everything that a chart can do by a catalogue. */
export interface Walk<M extends AnyStateMachine> {
  readonly machine: M
  readonly catalogue: Catalogue<M>
  /** Every place that was seen. */
  readonly places: readonly Place<M>[]
  readonly coverage: Coverage
  /** Ids of the transitions that were taken: what a drawing shows as covered. */
  readonly taken: ReadonlySet<string>
  /** Whether every place was seen; else the limit came first. */
  readonly isComplete: boolean
  /** What went wrong; none where the chart is sound. */
  readonly incidents: readonly Incident<M>[]
  /** A shortest way to a state, by its id (one that does not last counts too), or to a place that is sought. */
  readonly pathTo: (where: string | ((snapshot: SnapshotFrom<M>) => boolean)) => Path<M> | undefined
  /** Few ways that take every transition which can be taken: from each place to the nearest transition not yet taken. */
  readonly cover: () => readonly Path<M>[]
}

/** A beginning of a chart, and the states that it passes before it first rests. */
export interface Start<M extends AnyStateMachine> {
  readonly input: InputFrom<M>
  readonly place: Place<M>
  readonly states: readonly string[]
}

/**
 * Walks a chart: lets everything that a catalogue lists happen in every place, until nothing new is found. Runs no actor and
 * waits for nothing; actors that end, or fail, and delays that run out, once each time that they begin, are events like any other.
 * @example
 * const { coverage, pathTo } = walk(trafficLight)
 * console.log(coverage.transitions.missed, pathTo('light.red')?.edges.length)
 */
export function walk<M extends AnyStateMachine>(machine: M, catalogue?: Catalogue<M>): Walk<M>
export function walk(machine: AnyStateMachine, catalogue: PlainCatalogue = {}): Walk<AnyStateMachine> {
  const { limit = 20_000, untilIncident = false } = catalogue
  const exploration = new Exploration(machine, catalogue)
  exploration.begin()
  const mayGoOn = () =>
    exploration.places.length < limit && !(untilIncident && exploration.incidents.length > 0)
  while (mayGoOn() && exploration.goOn());
  const { starts, places, recorder, incidents } = exploration
  return {
    machine,
    catalogue,
    places,
    coverage: recorder.of(machine),
    taken: recorder.transitions,
    isComplete: exploration.isComplete,
    incidents,
    pathTo: (where) => nearestPath(starts, where),
    cover: () => coverPaths(starts),
  }
}

/** A place while its edges are being found. */
interface OpenPlace extends Place<AnyStateMachine>, Position {
  readonly edges: Edge<AnyStateMachine>[]
  readonly input: unknown
  readonly cameBy: { readonly from: OpenPlace; readonly event: AnyEventObject } | undefined
}

class Exploration {
  readonly starts: Start<AnyStateMachine>[] = []
  readonly places: OpenPlace[] = []
  readonly recorder = new CoverageRecorder()
  readonly incidents: Incident<AnyStateMachine>[] = []
  readonly #catalogue: PlainCatalogue
  readonly #stepper: Stepper
  /** By what tells them apart, but for the actors and delays that are over. */
  readonly #known = new Map<string, OpenPlace[]>()
  /** What has just shown something new is looked at first: a walk that ends at its limit has then seen the most. */
  readonly #fresh: OpenPlace[] = []
  readonly #later: OpenPlace[] = []

  constructor(machine: AnyStateMachine, catalogue: PlainCatalogue) {
    this.#catalogue = catalogue
    this.#stepper = new Stepper(machine)
  }

  get isComplete(): boolean {
    return this.#fresh.length + this.#later.length === 0
  }

  begin(): void {
    for (const input of this.#catalogue.inputs ?? [undefined]) {
      const step = this.#stepper.begin(input)
      const { place } = this.#reach(step, { snapshot: step.snapshot, ended: [] }, input, undefined)
      for (const blame of blames(step, this.#catalogue)) this.#note(blame, place)
      this.starts.push({ input, place, states: step.states })
    }
  }

  /** Finds the edges of one more place; tells whether there was one. */
  goOn(): boolean {
    const from = this.#fresh.shift() ?? this.#later.shift()
    if (from === undefined) return false
    for (const event of happeningsAt(from, this.#catalogue)) this.#try(from, event)
    return true
  }

  #try(from: OpenPlace, event: AnyEventObject): void {
    let next: ReturnType<typeof advance>
    try {
      next = advance(this.#stepper, from, event)
    } catch (error) {
      this.#note(['no step throws', error instanceof Error ? error.message : String(error)], from, event)
      return
    }
    const { transitions, states, actions } = next.step
    const { place: to, spent } = this.#reach(next.step, next.to, from.input, { from, event })
    for (const blame of blames(next.step, this.#catalogue, { from: from.snapshot, event })) {
      this.#note(blame, from, event)
    }
    if (to !== from || transitions.length > 0)
      from.edges.push({ event, transitions, states, actions, from, to, spent })
  }

  #reach(
    step: Step,
    position: Position,
    input: unknown,
    cameBy: OpenPlace['cameBy'],
  ): { readonly place: OpenPlace; readonly spent: readonly string[] } {
    const isNew = this.recorder.add(step)
    const key = placeKey(position.snapshot, this.#catalogue)
    const alike = this.#known.get(key) ?? []
    const known = alike.find(({ ended }) => ended.every((id) => position.ended.includes(id)))
    if (known !== undefined)
      return { place: known, spent: position.ended.filter((id) => !known.ended.includes(id)) }
    const place: OpenPlace = { ...position, edges: [], input, cameBy }
    this.places.push(place)
    this.#known.set(key, [...alike, place])
    ;(isNew ? this.#fresh : this.#later).push(place)
    return { place, spent: [] }
  }

  #note([what, because]: readonly [string, string], at: OpenPlace, last?: AnyEventObject): void {
    // Of what goes wrong in one state, the first and shortest way there is enough.
    if (this.incidents.some((told) => told.what === what && told.because === because)) return
    const events = last === undefined ? [] : [last]
    for (let { cameBy } = at; cameBy !== undefined; { cameBy } = cameBy.from) events.unshift(cameBy.event)
    this.incidents.push({ what, where: restText(at.snapshot), because, input: at.input, events })
  }
}
