import { StateMachine, type AnyActor } from 'xstate'
import { isChartSnapshot, type ChartSnapshot } from './chart-snapshot.js'
import { isActor, type Scheduled } from './happening.js'

/** What is remembered of an actor from one record to the next. */
export class Life {
  /** The same in every run. */
  readonly path: string
  /** It has states; a deed has none. */
  readonly isChart: boolean
  snapshot: ChartSnapshot | undefined
  scheduled: readonly Scheduled[] = []
  hasBegun = false
  hasEnded = false
  /** Events on their way, with who sent them. */
  readonly sent: { readonly event: object; readonly sender: unknown }[] = []

  constructor(path: string, isChart: boolean) {
    this.path = path
    this.isChart = isChart
  }

  /** Who has sent the event that is dealt with; those before it were not. */
  takeSender(event: object): unknown {
    const index = this.sent.findIndex((each) => each.event === event)
    if (index === -1) return undefined
    return this.sent.splice(0, index + 1).at(-1)?.sender
  }
}

/** The lives of actors, by path where they live. */
export class Lives {
  readonly #lives = new WeakMap<AnyActor, Life>()
  readonly #roots = new Set<string>()

  /** Of an actor that begins. */
  begin(actor: AnyActor): Life {
    const life = this.#lives.get(actor) ?? this.#make(actor)
    life.hasBegun = true
    return life
  }

  of(actor: AnyActor): Life {
    return this.#lives.get(actor) ?? this.#make(actor)
  }

  end(life: Life): void {
    life.hasEnded = true
    life.snapshot = undefined
    this.#roots.delete(life.path)
  }

  #make(actor: AnyActor): Life {
    const life = new Life(this.#pathOf(actor), actor.logic instanceof StateMachine || hasStates(actor))
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
