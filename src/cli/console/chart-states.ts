import { Subject, type Observable } from 'rxjs'
import type { ActorRefLike, InspectionEvent, StateValue } from 'xstate'
import { isChartSnapshot } from '../../inspector/recording/chart-snapshot.js'

/** Where one chart stands. */
export interface ChartState {
  /** E.g. `connection`, or `befriending:tintin@example.org`. */
  readonly name: string
  /** E.g. `online.available`; regions side by side with a plus between. */
  readonly state: string
}

/** Where every living chart stands, by what XState tells of it. */
export class ChartStates {
  readonly #living = new Map<ActorRefLike, ChartState>()
  readonly #changes = new Subject<ChartState>()
  /** Each chart as it changes, its last state included. */
  readonly change$: Observable<ChartState> = this.#changes.asObservable()

  /** @param owner whose charts these are, where it is not the client; goes before the name */
  take(event: InspectionEvent, owner = ''): void {
    if (event.type !== '@xstate.snapshot' || !isChartSnapshot(event.snapshot)) return
    const { actorRef, snapshot } = event
    const known = this.#living.get(actorRef)
    const name =
      known?.name ?? this.#nameAnew(`${owner}${isGivenId(actorRef) ? actorRef.id : snapshot.machine.id}`)
    const now = { name, state: spellState(snapshot.value) }
    const isNews = known?.state !== now.state
    if (snapshot.status === 'active') this.#living.set(actorRef, now)
    else this.#living.delete(actorRef)
    if (isNews) this.#changes.next(now)
  }

  /** Charts of one name that live at the same time are numbered. */
  #nameAnew(name: string): string {
    const taken = new Set(this.living.map((chart) => chart.name))
    for (let number = 2; ; number += 1) {
      if (!taken.has(name)) return name
      const numbered = `${name}#${number}`
      if (!taken.has(numbered)) return numbered
    }
  }

  /** In the order in which they came to life. */
  get living(): readonly ChartState[] {
    return [...this.#living.values()]
  }

  /** All in one line. */
  toText(): string {
    return this.living.map(({ name, state }) => `${name} ${state}`).join(' · ')
  }
}

/** XState numbers actors that nobody has named. */
const isGivenId = (actor: ActorRefLike): actor is ActorRefLike & { readonly id: string } =>
  'id' in actor && typeof actor.id === 'string' && !/^x:\d+$/.test(actor.id)

function spellState(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .map(([region, inner]) => {
      const state = inner === undefined ? '' : spellState(inner)
      return state === '' ? region : `${region}.${state}`
    })
    .join(' + ')
}
