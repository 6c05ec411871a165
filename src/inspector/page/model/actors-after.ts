import type { ChartGraph, ChartTransition } from '../../drawing/graph.js'
import type {
  ActorEnded,
  ActorStarted,
  EventTaken,
  Facts,
  InspectorRecord,
  RecordsDropped,
  Timer,
} from '../../recording/record.js'
import { findError } from '../panes/facts.js'
import { activeStates } from './active-states.js'
import { actorKey, type ActorView, type Failure, type RunningTimer } from './actor-view.js'

/** Everybody who has begun so far, by key. */
export type Actors = ReadonlyMap<string, ActorView>

/** What a record means depends on the chart of its actor and on the clock of its source. */
export interface Surroundings {
  graphOf(source: string, chart: string): ChartGraph | undefined
  /** Milliseconds since 1970. */
  timeOf(record: InspectorRecord): number
}

/** Enters what a record tells into `actors`. */
export function enterRecord(
  actors: Map<string, ActorView>,
  record: InspectorRecord,
  surroundings: Surroundings,
): void {
  switch (record.kind) {
    case 'start':
      return enterStart(actors, record, surroundings)
    case 'event':
      return enterEvent(actors, record, surroundings)
    case 'end':
      return enterEnd(actors, record)
    case 'dropped':
      return enterDropped(actors, record)
    case 'wire':
    case 'security':
      return
  }
}

function enterStart(actors: Map<string, ActorView>, record: ActorStarted, surroundings: Surroundings): void {
  const { source, actorPath: path, chart, value, status, context } = record
  const key = actorKey(source, path)
  const before = actors.get(key)
  const parent = before === undefined ? parentOf(actors, source, path) : before.parent
  const graph = chart === undefined ? undefined : surroundings.graphOf(source, chart)
  const beganAt = surroundings.timeOf(record)
  if (record.found && before !== undefined && before.life !== 'ended') {
    // What was missed in between is told by how things stand now.
    const timers = runningFrom(record.timers, beganAt)
    actors.set(key, { ...before, value, active: activeStates(graph, value), context, timers })
    return
  }
  actors.set(key, {
    key,
    source,
    path,
    parent,
    children: before?.children ?? [],
    chart,
    graph,
    life: status !== undefined ? 'ended' : record.found ? 'found' : record.restored ? 'restored' : 'living',
    status,
    value,
    active: activeStates(graph, value),
    lives: (before?.lives ?? 0) + 1,
    beganAt,
    lastEdges: [],
    lastEvent: undefined,
    timers: status === undefined ? runningFrom(record.timers, beganAt) : [],
    context,
    lastFailure: status === 'error' ? { record } : undefined,
  })
  if (before !== undefined) return
  const above = parent === undefined ? undefined : actors.get(parent)
  if (above !== undefined) actors.set(above.key, { ...above, children: [...above.children, key] })
  if (chart !== undefined) adopt(actors, key)
}

/** Whoever is invoked first may tell of it before the one who invokes. */
function adopt(actors: Map<string, ActorView>, key: string): void {
  const parent = actors.get(key)
  const above = parent?.parent === undefined ? undefined : actors.get(parent.parent)
  const orphans = [...actors.values()].filter(
    (each) => each.parent === parent?.parent && each.key.startsWith(`${key}/`),
  )
  if (orphans.length === 0 || parent === undefined) return
  const keys = orphans.map((each) => each.key)
  for (const orphan of orphans) actors.set(orphan.key, { ...orphan, parent: key })
  actors.set(key, { ...parent, children: [...parent.children, ...keys] })
  if (above === undefined) return
  actors.set(above.key, { ...above, children: above.children.filter((each) => !keys.includes(each)) })
}

function enterEvent(actors: Map<string, ActorView>, record: EventTaken, surroundings: Surroundings): void {
  const { source, actorPath, value, status, edges, context } = record
  const before = actors.get(actorKey(source, actorPath))
  if (before === undefined) return
  const { graph } = before
  const now = surroundings.timeOf(record)
  const active = activeStates(graph, value)
  actors.set(before.key, {
    ...before,
    value,
    active,
    life: status === undefined ? before.life : 'ended',
    status,
    lastEvent: record,
    lastEdges: edges.length === 0 ? before.lastEdges : edges,
    timers: status === undefined ? timersAfter(before, active, record, now) : [],
    context: mergeFacts(before.context, context),
    lastFailure: failureIn(record, before) ?? before.lastFailure,
  })
  if (status !== undefined) endChildren(actors, before)
}

function enterEnd(actors: Map<string, ActorView>, record: ActorEnded): void {
  const before = actors.get(actorKey(record.source, record.actorPath))
  if (before === undefined) return
  const lastFailure = record.status === 'error' ? { record } : before.lastFailure
  actors.set(before.key, { ...before, life: 'ended', status: record.status, timers: [], lastFailure })
  endChildren(actors, before)
}

/** Nobody outlives who invoked them. */
function endChildren(actors: Map<string, ActorView>, { children }: ActorView): void {
  for (const key of children) {
    const child = actors.get(key)
    if (child === undefined || child.life === 'ended') continue
    stop(actors, child)
    endChildren(actors, child)
  }
}

/** How those ended who live no more behind a gap is not known, but that they have. */
function enterDropped(actors: Map<string, ActorView>, { source, living }: RecordsDropped): void {
  if (living === undefined) return
  const isLiving = new Set(living)
  for (const each of actors.values()) {
    if (each.source === source && each.life !== 'ended' && !isLiving.has(each.path)) stop(actors, each)
  }
}

function stop(actors: Map<string, ActorView>, actor: ActorView): void {
  actors.set(actor.key, { ...actor, life: 'ended', status: 'stopped', timers: [] })
}

/** `null` takes a fact away. */
function mergeFacts(before: Facts | undefined, changed: Facts | undefined): Facts | undefined {
  if (changed === undefined || before === undefined) return changed ?? before
  return Object.fromEntries(Object.entries({ ...before, ...changed }).filter(([, fact]) => fact !== null))
}

/** The nearest actor above that is known. */
function parentOf(actors: Actors, source: string, path: string): string | undefined {
  let end = path.lastIndexOf('/')
  while (end > 0) {
    const key = actorKey(source, path.slice(0, end))
    if (actors.has(key)) return key
    end = path.lastIndexOf('/', end - 1)
  }
  return undefined
}

/** A time-out runs until its state is left, or it has fired. */
function timersAfter(
  { timers, graph }: ActorView,
  active: ReadonlySet<string>,
  record: EventTaken,
  now: number,
): readonly RunningTimer[] {
  if (timers.length === 0 && record.timers === undefined) return timers
  const begun = runningFrom(record.timers, now)
  const anew = new Set([...begun.map(({ edge }) => edge), ...record.edges])
  const sources = transitionsOf(graph)
  const kept = timers.filter(({ edge }) => {
    const source = sources.get(edge)?.source
    return !anew.has(edge) && (source === undefined || active.has(source))
  })
  return [...kept, ...begun]
}

function runningFrom(timers: readonly Timer[] | undefined, since: number): readonly RunningTimer[] {
  return timers?.map((timer) => ({ ...timer, since })) ?? []
}

/** What only follows from an earlier failure, tells no error and leads nowhere, says less than that one: it is none. */
function failureIn(record: EventTaken, { graph, lastFailure }: ActorView): Failure | undefined {
  const transitions = transitionsOf(graph)
  const edge = record.edges.find((id) => transitions.get(id)?.failure === true)
  if (edge !== undefined) {
    const isNews = tellsError(record) || transitions.get(edge)?.targets.length !== 0
    return isNews || lastFailure === undefined ? { record, edge } : undefined
  }
  return record.status === 'error' || tellsError(record) ? { record } : undefined
}

/** Whether an event that was heard tells of an error. */
export function tellsError({ edges, data }: EventTaken): boolean {
  return edges.length > 0 && findError(data) !== undefined
}

const indexed = new WeakMap<ChartGraph, ReadonlyMap<string, ChartTransition>>()
const none: ReadonlyMap<string, ChartTransition> = new Map()

/** The transitions of a chart by id. */
export function transitionsOf(graph: ChartGraph | undefined): ReadonlyMap<string, ChartTransition> {
  if (graph === undefined) return none
  const found = indexed.get(graph) ?? new Map(graph.transitions.map((each) => [each.id, each]))
  indexed.set(graph, found)
  return found
}
