import type { AnyStateMachine } from 'xstate'
import { stimuliAt, type Drivable, type Running } from './drive.js'
import { beginModel, placeOf, stepModel, type Model } from './drive-model.js'

/** What of a chart and its children can be reached by stimuli. */
export interface DrivePaths {
  /** Shortest ones, by the names of their stimuli, that take every transition which can be taken. */
  readonly paths: readonly (readonly string[])[]
  /** Ids of those transitions. */
  readonly transitions: ReadonlySet<string>
  /** How many places were visited. */
  readonly places: number
  /** Places, in words, that no stimulus leads out of, though they are not the end. */
  readonly stuck: readonly string[]
}

export interface PathOptions {
  readonly input?: unknown
  /** What of the contexts tells two places apart, beside states and deeds. Default: nothing. */
  readonly key?: ((model: Model) => unknown) | undefined
  /** Ids of transitions that need no path. */
  readonly known?: ReadonlySet<string> | undefined
  /** Places after which the search ends; default 20 000. */
  readonly limit?: number | undefined
}

interface Visit {
  readonly model: Model
  readonly path: readonly string[]
}

/** Searches the charts, without running anything, for the shortest path to each transition. */
export function findPaths<Rig extends Running>(
  { machine, stimuli, model: options }: Pick<Drivable<Rig>, 'machine' | 'stimuli' | 'model'>,
  { input, key = () => undefined, known = new Set(), limit = 20_000 }: PathOptions = {},
): DrivePaths {
  const first = beginModel(machine, input, options)
  const transitions = new Set(known)
  const paths: (readonly string[])[] = []
  const stuck: string[] = []
  const seen = new Set<string>()
  const queue: Visit[] = []
  const meet = (taken: readonly string[], visit: Visit) => {
    const news = taken.filter((id) => !transitions.has(id))
    for (const id of news) transitions.add(id)
    if (news.length > 0 && visit.path.length > 0) paths.push(visit.path)
    const place = JSON.stringify([placeOf(visit.model), key(visit.model)])
    if (seen.has(place) || seen.size >= limit) return
    seen.add(place)
    queue.push(visit)
  }
  meet(first.taken, { model: first.model, path: [] })
  for (const { model, path } of queue) {
    const possible = stimuliAt(model, stimuli)
    if (possible.length === 0 && isAlive(machine, model)) stuck.push(JSON.stringify(placeOf(model)))
    for (const { name, occurrences } of possible) {
      const step = stepModel(model, occurrences, options)
      meet(step.taken, { model: step.model, path: [...path, name] })
    }
  }
  return { paths: withoutBeginnings(paths), transitions, places: seen.size, stuck }
}

/** A path of up to `length` steps; `choose` picks one of as many as it is told, from 0. */
export function findRandomPath<Rig extends Running>(
  { machine, stimuli, model: options }: Pick<Drivable<Rig>, 'machine' | 'stimuli' | 'model'>,
  { input, length, choose }: { readonly input?: unknown; readonly length: number; readonly choose: (count: number) => number },
): readonly string[] {
  let { model } = beginModel(machine, input, options)
  const path: string[] = []
  for (let left = length; left > 0; left -= 1) {
    const possible = stimuliAt(model, stimuli)
    const chosen = possible[choose(possible.length)]
    if (chosen === undefined) break
    path.push(chosen.name)
    model = stepModel(model, chosen.occurrences, options).model
  }
  return path
}

/** Leaves out steps of a path as long as `fails` still holds; steps that are not possible any more count as not failing. */
export async function shorten(
  path: readonly string[],
  fails: (path: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  let shortest = path
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const shorter = shortest.filter((_, other) => other !== index)
    if (await fails(shorter)) shortest = shorter
  }
  return shortest
}

const isAlive = (machine: AnyStateMachine, { charts }: Model) =>
  charts.get(machine.id)?.snapshot.status === 'active'

/** A path that another one begins with is driven with that one. */
function withoutBeginnings(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isBeginning = (path: readonly string[], other: readonly string[]) =>
    other.length > path.length && path.every((name, index) => name === other[index])
  return paths.filter((path) => !paths.some((other) => isBeginning(path, other)))
}
