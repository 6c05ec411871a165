import { StateMachine, type AnyStateMachine } from 'xstate'
import { transitionId } from '../inspector/drawing/transition-id.js'
import { statesOf, transitionsOf } from './chart-edges.js'
import { stimuliAt, type Drivable, type Running } from './drive.js'
import { beginModel, placeOf, stepModel, type Model } from './drive-model.js'

/** What of a chart and its children can be reached by stimuli. */
export interface DrivePaths {
  /** Shortest ones, by the names of their stimuli, that take every transition which can be taken. */
  readonly paths: readonly (readonly string[])[]
  /** Ids of transitions that none of them takes. */
  readonly missed: ReadonlySet<string>
  /** Every place that was visited, with a shortest path to it. */
  readonly places: readonly VisitedPlace[]
  /** Places, in words, that no stimulus leads out of, though they are not the end. */
  readonly stuck: readonly string[]
}

/** Where a search for paths begins and ends. */
export interface PathOptions {
  /** What the chart is begun with. Default: `undefined`. */
  readonly input?: unknown
  /** What of the contexts tells two places apart, beside states and deeds. Default: nothing. */
  readonly key?: ((model: Model) => unknown) | undefined
  /** Ids of transitions that need no path. */
  readonly known?: Iterable<string> | undefined
  /** Places after which the search ends; default 20 000. */
  readonly limit?: number | undefined
}

/** A place, and how to get there. */
export interface VisitedPlace {
  readonly model: Model
  /** Names of the stimuli, in order. */
  readonly path: readonly string[]
}

/** Searches the charts, without running anything, for the shortest path to each transition. */
export function findPaths<Rig extends Running>(
  { machine, stimuli, model: options }: Pick<Drivable<Rig>, 'machine' | 'stimuli' | 'model'>,
  { input, key = () => undefined, known = [], limit = 20_000 }: PathOptions = {},
): DrivePaths {
  const first = beginModel(machine, input, options)
  const missed = new Set(transitionsOfTree(machine))
  for (const id of known) missed.delete(id)
  const paths: (readonly string[])[] = []
  const stuck: string[] = []
  const seen = new Set<string>()
  const queue: VisitedPlace[] = []
  const meet = (taken: readonly string[], visit: VisitedPlace) => {
    const isNews = taken.map((id) => missed.delete(id)).includes(true)
    if (isNews) paths.push(visit.path)
    const place = JSON.stringify([placeOf(visit.model), key(visit.model)])
    if (seen.has(place) || seen.size >= limit) return
    seen.add(place)
    queue.push(visit)
  }
  meet(first.taken, { model: first.model, path: [] })
  for (const { model, path } of queue) {
    if (missed.size === 0) break
    const possible = stimuliAt(model, stimuli)
    if (possible.length === 0 && isAlive(machine, model)) stuck.push(JSON.stringify(placeOf(model)))
    for (const { name, occurrences } of possible) {
      const step = stepModel(model, occurrences, options)
      meet(step.taken, { model: step.model, path: [...path, name] })
    }
  }
  return { paths: withoutBeginnings(paths), missed, places: queue, stuck }
}

/** Ids of the transitions of a chart and of every chart that it invokes, but for those that only hear of a child. */
export function transitionsOfTree(machine: AnyStateMachine): readonly string[] {
  const children = Object.values(machine.implementations.actors).filter(
    (logic) => logic instanceof StateMachine,
  )
  const own = [...statesOf(machine.root)].flatMap(transitionsOf)
  return [
    ...own.filter(({ eventType }) => !String(eventType).startsWith('xstate.snapshot.')).map(transitionId),
    ...children.flatMap(transitionsOfTree),
  ]
}

const isAlive = (machine: AnyStateMachine, { charts }: Model) =>
  charts.get(machine.id)?.snapshot.status === 'active'

/** A path that another one begins with is driven with that one. */
function withoutBeginnings(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isBeginning = (path: readonly string[], other: readonly string[]) =>
    other.length > path.length && path.every((name, index) => name === other[index])
  return paths.filter((path) => !paths.some((other) => isBeginning(path, other)))
}
