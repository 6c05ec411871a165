import type {
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
} from 'xstate'
import { eventsAt, type Catalogue, type PlainCatalogue } from './catalogue.js'
import { childrenOf } from './chart-edges.js'
import { CoverageRecorder, type Coverage } from './coverage.js'
import { coverPaths, nearestPath } from './paths.js'
import { placeKey } from './place-key.js'
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
  /** `throws`, `fails` (nobody handles the error of an actor), or the name of an invariant. */
  readonly what: string
  /** State ids joined by commas, as where the chart rests. */
  readonly where: string
  readonly because: string
  readonly input: InputFrom<M>
  readonly events: readonly EventFromLogic<M>[]
}

/** Everything that a chart can do by a catalogue. */
export interface Walk<M extends AnyStateMachine> {
  readonly machine: M
  readonly places: readonly Place<M>[]
  readonly coverage: Coverage
  /** Ids of the transitions that were taken: what a drawing shows as covered. */
  readonly taken: ReadonlySet<string>
  /** Whether every place was seen; else the limit came first. */
  readonly isComplete: boolean
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
 * waits for nothing; actors that end, or fail, and delays that run out are events like any other.
 * @example
 * const { coverage, pathTo } = walk(trafficLight)
 * console.log(coverage.transitions.missed, pathTo('light.red')?.edges.length)
 */
export function walk<M extends AnyStateMachine>(machine: M, catalogue?: Catalogue<M>): Walk<M>
export function walk(machine: AnyStateMachine, catalogue: PlainCatalogue = {}): Walk<AnyStateMachine> {
  const { limit = 20_000 } = catalogue
  const exploration = new Exploration(machine, catalogue)
  exploration.begin()
  while (exploration.places.size < limit && exploration.goOn());
  const { starts, places, recorder, incidents } = exploration
  return {
    machine,
    places: [...places.values()],
    coverage: recorder.of(machine),
    taken: recorder.transitions,
    isComplete: exploration.isComplete,
    incidents,
    pathTo: (where) => nearestPath(starts, where),
    cover: () => coverPaths(starts),
  }
}

/** A place while its edges are being found. */
interface OpenPlace extends Place<AnyStateMachine> {
  readonly edges: Edge<AnyStateMachine>[]
  readonly input: unknown
  /** Ids of actors that are over, though the state which invoked them goes on: they cannot end again. */
  readonly ended: readonly string[]
  readonly cameBy: { readonly from: OpenPlace; readonly event: AnyEventObject } | undefined
}

class Exploration {
  readonly starts: Start<AnyStateMachine>[] = []
  readonly places = new Map<string, OpenPlace>()
  readonly recorder = new CoverageRecorder()
  readonly incidents: Incident<AnyStateMachine>[] = []
  readonly #catalogue: PlainCatalogue
  readonly #stepper: Stepper
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
      this.starts.push({ input, place: this.#reach(step, input, undefined), states: step.states })
    }
  }

  /** Finds the edges of one more place; tells whether there was one. */
  goOn(): boolean {
    const from = this.#fresh.shift() ?? this.#later.shift()
    if (from === undefined) return false
    for (const event of eventsAt(from.snapshot, this.#catalogue, from.ended)) this.#try(from, event)
    return true
  }

  #try(from: OpenPlace, event: AnyEventObject): void {
    let step: Step
    try {
      step = this.#stepper.step(from.snapshot, event)
    } catch (error) {
      this.#blame('throws', error instanceof Error ? error.message : String(error), from, event)
      return
    }
    const { transitions, states, actions } = step
    const to = this.#reach(step, from.input, { from, event })
    if (to === from && transitions.length === 0) return
    from.edges.push({ event, transitions, states, actions, from, to })
  }

  #reach(step: Step, input: unknown, cameBy: OpenPlace['cameBy']): OpenPlace {
    const { snapshot } = step
    const isNew = this.recorder.add(step)
    const ended = endedAt(snapshot, cameBy)
    const key = placeKey(snapshot, ended, this.#catalogue.key)
    const known = this.places.get(key)
    if (known !== undefined) return known
    const place: OpenPlace = { snapshot, edges: [], input, ended, cameBy }
    this.places.set(key, place)
    ;(isNew ? this.#fresh : this.#later).push(place)
    if (snapshot.status === 'error') this.#blame('fails', String(snapshot.error), place)
    for (const [name, holds] of Object.entries(this.#catalogue.invariants ?? {})) {
      if (!holds(snapshot)) this.#blame(name, 'does not hold', place)
    }
    return place
  }

  #blame(what: string, because: string, at: OpenPlace, last?: AnyEventObject): void {
    const events = last === undefined ? [] : [last]
    for (let { cameBy } = at; cameBy !== undefined; { cameBy } = cameBy.from) events.unshift(cameBy.event)
    const where = restText(at.snapshot)
    if (this.incidents.some((told) => told.what === what && told.where === where && told.because === because))
      return
    this.incidents.push({ what, where, because, input: at.input, events })
  }
}

function endedAt(snapshot: AnyMachineSnapshot, cameBy: OpenPlace['cameBy']): readonly string[] {
  if (cameBy === undefined) return []
  const { from, event } = cameBy
  const [now, before] = [childrenOf(snapshot), childrenOf(from.snapshot)]
  const id: unknown = event.type.startsWith('xstate.snapshot.') ? undefined : event['actorId']
  return [...from.ended, ...(typeof id === 'string' ? [id] : [])]
    .filter((each) => now.has(each) && now.get(each) === before.get(each))
    .sort()
}
