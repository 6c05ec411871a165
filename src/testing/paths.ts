import type { AnyStateMachine, SnapshotFrom } from 'xstate'
import type { Edge, Path, Place, Start } from './walk.js'

/** A shortest way to a state, which need not last, or to a place that is sought. */
export function nearestPath<M extends AnyStateMachine>(
  starts: readonly Start<M>[],
  where: string | ((snapshot: SnapshotFrom<M>) => boolean),
): Path<M> | undefined {
  const isThere = (place: Place<M>, states: readonly string[]): boolean =>
    typeof where === 'string' ? states.includes(where) : where(place.snapshot)
  const start = starts.find(({ place, states }) => isThere(place, states))
  if (start !== undefined) return toPath(start, [])
  return search(starts, ({ to, states }) => isThere(to, states))
}

/** Few ways that take every transition which can be taken. */
export function coverPaths<M extends AnyStateMachine>(starts: readonly Start<M>[]): readonly Path<M>[] {
  const taken = new Set<string>()
  const isNew = ({ transitions }: Edge<M>): boolean => transitions.some((id) => !taken.has(id))
  const take = (edges: readonly Edge<M>[]): void => {
    for (const { transitions } of edges) for (const id of transitions) taken.add(id)
  }
  const paths: Path<M>[] = []
  for (let path = search(starts, isNew); path !== undefined; path = search(starts, isNew)) {
    const edges: Edge<M>[] = []
    for (let more = path.edges; more.length > 0; more = edgesFrom(edges.at(-1), isNew)) {
      take(more)
      edges.push(...more)
    }
    paths.push({ ...path, edges })
  }
  return paths
}

function edgesFrom<M extends AnyStateMachine>(
  last: Edge<M> | undefined,
  isSought: (edge: Edge<M>) => boolean,
): readonly Edge<M>[] {
  const isEnd = last === undefined || last.spent.length > 0
  return isEnd ? [] : (trail([last.to], isSought)?.edges ?? [])
}

function search<M extends AnyStateMachine>(
  starts: readonly Start<M>[],
  isSought: (edge: Edge<M>) => boolean,
): Path<M> | undefined {
  const found = trail(
    starts.map(({ place }) => place),
    isSought,
  )
  const start = starts.find(({ place }) => place === found?.start)
  return start === undefined || found === undefined ? undefined : toPath(start, found.edges)
}

function toPath<M extends AnyStateMachine>({ input, place }: Start<M>, edges: readonly Edge<M>[]): Path<M> {
  return { input, start: place, edges }
}

/** The nearest edge that is sought, and the edges that lead there, breadth first. */
function trail<M extends AnyStateMachine>(
  starts: readonly Place<M>[],
  isSought: (edge: Edge<M>) => boolean,
): { readonly start: Place<M>; readonly edges: readonly Edge<M>[] } | undefined {
  const cameBy = new Map<Place<M>, Edge<M> | undefined>(starts.map((place) => [place, undefined]))
  for (const place of cameBy.keys()) {
    for (const edge of place.edges) {
      if (isSought(edge)) return backFrom(edge, cameBy)
      if (edge.spent.length === 0 && !cameBy.has(edge.to)) cameBy.set(edge.to, edge)
    }
  }
  return undefined
}

function backFrom<M extends AnyStateMachine>(
  last: Edge<M>,
  cameBy: ReadonlyMap<Place<M>, Edge<M> | undefined>,
): { readonly start: Place<M>; readonly edges: readonly Edge<M>[] } {
  const edges = [last]
  for (let edge = cameBy.get(last.from); edge !== undefined; edge = cameBy.get(edge.from)) edges.unshift(edge)
  return { start: edges[0]?.from ?? last.from, edges }
}
