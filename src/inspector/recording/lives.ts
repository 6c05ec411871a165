import { StateMachine, type AnyActor } from 'xstate'
import { isActor } from './actor.js'
import { isChartSnapshot } from './chart-snapshot.js'
import type { Configuration } from './course.js'
import type { Birth, Moment } from './row.js'
import type { Timeline } from './timeline.js'
import { Timeouts } from './timeouts.js'

/** What is remembered of an actor from one row to the next. */
export class Life {
  readonly timeline: Timeline
  /** The same in every run. */
  readonly path: string
  /** `"actorPath":` and what it is. */
  readonly text: string
  /** It has states; a deed has none. */
  readonly isChart: boolean
  configuration: Configuration | undefined
  /** The one that it has, and the one that it began with. */
  context: object = {}
  firstContext: object = {}
  readonly timeouts = new Timeouts()
  hasEnded = false
  /** What may yet have more to it, and until which cut. */
  open: Birth | Moment | undefined
  openUntil = 0
  /** Events on their way, with who sent them. */
  readonly #sent: { readonly event: object; readonly sender: Life }[] = []

  constructor(timeline: Timeline, path: string, isChart: boolean) {
    this.timeline = timeline
    this.path = path
    this.text = `"actorPath":${JSON.stringify(path)}`
    this.isChart = isChart
  }

  /** An event is on its way to it. */
  expect(event: object, sender: Life): void {
    if (this.isChart) this.#sent.push({ event, sender })
  }

  /** Who has sent the event that is dealt with; those before it were not. */
  takeSender(event: object): Life | undefined {
    if (this.#sent.length === 0) return undefined
    const index = this.#sent.findIndex((each) => each.event === event)
    if (index === -1) return undefined
    return this.#sent.splice(0, index + 1).at(-1)?.sender
  }
}

/** The lives of actors, by path where they live. */
export class Lives {
  readonly #timeline: Timeline
  readonly #lives = new WeakMap<object, Life>()
  readonly #roots = new Set<string>()

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  /** Of an actor that has been met: one that is yet being made has no path. */
  known(actor: object): Life | undefined {
    return this.#lives.get(actor)
  }

  /** Of what may be an actor. */
  find(actor: unknown): Life | undefined {
    if (typeof actor !== 'object' || actor === null) return undefined
    return this.#lives.get(actor) ?? (isActor(actor) ? this.#make(actor) : undefined)
  }

  of(actor: AnyActor): Life {
    return this.#lives.get(actor) ?? this.#make(actor)
  }

  end(life: Life): void {
    life.hasEnded = true
    this.#roots.delete(life.path)
  }

  #make(actor: AnyActor): Life {
    const isChart = actor.logic instanceof StateMachine || hasStates(actor)
    const life = new Life(this.#timeline, this.#pathOf(actor), isChart)
    this.#lives.set(actor, life)
    return life
  }

  /** Ids of actors where they were given one: the numbers that XState gives differ from run to run. */
  #pathOf(actor: AnyActor): string {
    const { _parent: parent, id, sessionId } = actor
    const name = id === sessionId ? chartOf(actor) : id
    if (isActor(parent)) return `${this.of(parent).path}/${name}`
    let path = name
    for (let count = 2; this.#roots.has(path); count++) path = `${name}#${count}`
    this.#roots.add(path)
    return path
  }
}

const hasStates = (actor: AnyActor) => isChartSnapshot(actor.getSnapshot())

function chartOf(actor: AnyActor): string {
  const snapshot: unknown = actor.getSnapshot()
  return isChartSnapshot(snapshot) ? snapshot.machine.id : 'root'
}
