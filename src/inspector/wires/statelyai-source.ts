import type { StateValue } from 'xstate'
import type { ChartGraph } from '../drawing/graph.js'
import type { Facts, RecordingLine } from '../recording/record.js'
import { isObject, isTrickName } from '../recording/shape.js'
import { cut, toFacts } from './bounded-facts.js'
import { inferEdges } from './infer-edges.js'
import { DefinedCharts, type NamedChart } from './defined-charts.js'
import {
  readStatelyaiMessage,
  type ActorMessage,
  type Event,
  type EventMessage,
  type Refusal,
  type Snapshot,
  type SnapshotMessage,
  type StatelyaiMessage,
} from './statelyai-message.js'

/** Living actors of one app. */
const actorsLimit = 2_000
const endedLimit = 1_000
/** Messages that wait until who they are for, or an actor above, has begun. */
const heldLimit = 1_000
/** Events that an actor was sent and has not yet dealt with. */
const pendingLimit = 100
const nameLimit = 100
const valueDepthLimit = 16
/** Actors above one another; who is further down is shown beside the last of them. */
const actorDepthLimit = 32

interface Actor {
  readonly path: string
  /** Who has been there before it: no actor is above itself. */
  readonly parent: Actor | undefined
  readonly depth: number
  readonly message: ActorMessage | SnapshotMessage
  graph: ChartGraph | undefined
  value: StateValue | undefined
  context: Facts | undefined
  /** Until it has begun: what came meanwhile, for it or for those below. */
  held: StatelyaiMessage[] | undefined
  readonly pending: EventMessage[]
}

/** What somebody else’s app becomes in a recording, message by message. */
export class StatelyaiSource {
  readonly #source: string
  readonly #now: () => number
  readonly #actors = new Map<string, Actor>()
  readonly #paths = new Set<string>()
  readonly #charts = new DefinedCharts()
  /** Those that ended lately: what still comes of them says nothing new. */
  readonly #ended = new Set<string>()
  #lines: RecordingLine[] = []
  #startedAt: number | undefined
  #seq = 0
  #t = 0

  /** `source` names it in the recording; `now` in milliseconds since 1970. */
  constructor(source: string, now: () => number) {
    this.#source = source
    this.#now = now
  }

  /** Reads one message of the app; gives the lines that follow from it, which are none while an actor is only made, not started. */
  read(text: string): readonly RecordingLine[] | Refusal {
    const message = readStatelyaiMessage(text)
    if (typeof message === 'string') return message
    if (this.#actors.size >= actorsLimit && !this.#actors.has(message.sessionId)) return 'too many actors'
    this.#begin(message)
    this.#enter(message)
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  #begin(message: StatelyaiMessage): void {
    const now = this.#now()
    const time = Math.min(message.createdAt ?? now, now)
    if (this.#startedAt === undefined) {
      this.#startedAt = time
      const name = (message.type === '@xstate.actor' ? message.name : undefined) ?? 'an app'
      this.#lines.push({
        kind: 'source',
        source: this.#source,
        name: cut(name, nameLimit),
        engine: 'xstate',
        startedAt: time,
      })
    }
    this.#t = Math.max(this.#t, time - this.#startedAt)
  }

  #enter(message: StatelyaiMessage): void {
    if (message.type === '@xstate.actor') return this.#register(message)
    const actor = this.#actors.get(message.sessionId)
    if (actor === undefined) {
      const isNews = message.type === '@xstate.snapshot' && !this.#ended.has(message.sessionId)
      return isNews ? this.#find(message) : undefined
    }
    const outermost = heldAbove(actor)
    if (outermost !== undefined) {
      const isFirst = message.type === '@xstate.snapshot' && message.event.type === 'xstate.init'
      if (outermost === actor && isFirst) return this.#start(actor, message.snapshot)
      outermost.held?.push(message)
      if ((outermost.held?.length ?? 0) > heldLimit) this.#start(outermost, outermost.message.snapshot)
    } else if (message.type === '@xstate.snapshot') this.#proceed(message.sessionId, actor, message)
    else if (message.event.type !== 'xstate.init') {
      actor.pending.push(message)
      if (actor.pending.length > pendingLimit) actor.pending.shift()
    }
  }

  /** An actor says its first state only once it runs, and those that it invokes say theirs before. */
  #register(message: ActorMessage): void {
    const { sessionId, parentId, rootId, snapshot } = message
    this.#forget(sessionId)
    this.#ended.delete(sessionId)
    const actor = this.#add(sessionId, message, parentId)
    if (rootId === undefined) this.#start(actor, snapshot)
  }

  /** Somebody who was there before we were told. */
  #find(message: SnapshotMessage): void {
    this.#start(this.#add(message.sessionId, message, undefined), message.snapshot)
  }

  #add(sessionId: string, message: ActorMessage | SnapshotMessage, parentId: string | undefined): Actor {
    const above = parentId === undefined ? undefined : this.#actors.get(parentId)
    const parent = (above?.depth ?? 0) < actorDepthLimit ? above : above?.parent
    const path = this.#pathFor(message, parent)
    this.#paths.add(path)
    const state = { graph: undefined, value: undefined, context: undefined, held: [], pending: [] }
    const actor: Actor = { path, parent, depth: (parent?.depth ?? 0) + 1, message, ...state }
    this.#actors.set(sessionId, actor)
    return actor
  }

  /** Names instead of session ids, which are others in every run. */
  #pathFor(message: ActorMessage | SnapshotMessage, parent: Actor | undefined): string {
    const told = message.type === '@xstate.actor' ? message.name : message.sessionId
    const isName = told !== undefined && (told !== message.sessionId || message.rootId === undefined)
    const name = isName ? cut(told.replaceAll('/', '∕'), nameLimit) : parent === undefined ? 'app' : 'actor'
    const path = parent === undefined ? name : `${parent.path}/${name}`
    let free = path
    for (let count = 2; this.#paths.has(free); count += 1) free = `${path} (${count})`
    return free
  }

  #start(actor: Actor, snapshot: Snapshot): void {
    const { message, held = [] } = actor
    actor.held = undefined
    actor.value = toValue(snapshot.value, 0)
    actor.context = toFacts(snapshot.context)
    const chart = actor.value === undefined ? undefined : this.#chartOf(message)
    actor.graph = chart?.graph
    this.#lines.push({
      ...this.#happening(actor),
      kind: 'start',
      type: 'xstate.init',
      ...(chart === undefined ? {} : { chart: chart.name }),
      ...(actor.value === undefined ? {} : { value: actor.value }),
      ...(snapshot.status === undefined ? {} : { status: snapshot.status }),
      ...(actor.context === undefined ? {} : { context: actor.context }),
      ...(message.type === '@xstate.actor' ? {} : { found: true }),
    })
    if (snapshot.status !== undefined) this.#forget(message.sessionId)
    for (const each of held) this.#enter(each)
  }

  #proceed(sessionId: string, actor: Actor, { event, snapshot }: SnapshotMessage): void {
    const isStopped = event.type === 'xstate.stop' || snapshot.status === 'stopped'
    const status = isStopped ? 'stopped' : snapshot.status
    const value = toValue(snapshot.value, 0)
    const context = toFacts(snapshot.context)
    if (isStopped || (value === undefined && status !== undefined)) {
      const data = snapshot.status === 'error' ? toFacts(snapshot.error) : toFacts(snapshot.output)
      this.#lines.push({
        ...this.#happening(actor),
        kind: 'end',
        status: status ?? 'stopped',
        ...(data === undefined ? {} : { data }),
      })
    } else if (value !== undefined || context !== undefined) {
      this.#take(actor, event, { value, context, status })
    }
    if (status !== undefined) this.#forget(sessionId)
  }

  #take(actor: Actor, event: Event, now: Pick<Actor, 'context' | 'value'> & Pick<Snapshot, 'status'>): void {
    const sent = this.#sentAs(actor, event)
    const { type, ...rest } = event.type === '' && sent !== undefined ? sent.event : event
    const changed = changesOf(actor.context, now.context)
    const from = sent?.sourceId === undefined ? undefined : this.#actors.get(sent.sourceId)?.path
    const data = toFacts(rest)
    this.#lines.push({
      ...this.#happening(actor),
      kind: 'event',
      type,
      ...(from === undefined ? {} : { from }),
      value: now.value ?? {},
      ...(now.status === undefined ? {} : { status: now.status }),
      ...(data === undefined || Object.keys(data).length === 0 ? {} : { data }),
      edges: this.#edgesOf(actor, type, now.value, changed !== undefined),
      ...(changed === undefined ? {} : { context: changed }),
    })
    actor.value = now.value
    actor.context = now.context
  }

  #edgesOf(
    { graph, value }: Actor,
    type: string,
    after: StateValue | undefined,
    hasNewContext: boolean,
  ): readonly string[] {
    if (graph === undefined || value === undefined || after === undefined) return []
    const hasChanged = hasNewContext || JSON.stringify(value) !== JSON.stringify(after)
    return inferEdges(graph, { type, before: value, after, hasChanged })
  }

  /** Who has sent it is told beforehand, in the order in which an actor deals with events. */
  #sentAs({ pending }: Actor, { type }: Event): EventMessage | undefined {
    const place = pending.findIndex((each) => type === '' || each.event.type === type)
    return place < 0 ? undefined : pending.splice(0, place + 1).at(-1)
  }

  #chartOf(message: ActorMessage | SnapshotMessage): NamedChart | undefined {
    if (message.type !== '@xstate.actor' || message.definition === undefined) return undefined
    const isKnown = this.#charts.has(message.definition)
    const chart = this.#charts.read(message.definition)
    if (chart !== undefined && !isKnown) {
      this.#lines.push({ kind: 'chart', source: this.#source, chart: chart.name, graph: chart.graph })
    }
    return chart
  }

  /** Whoever has ended makes room for who begins under the same name. */
  #forget(sessionId: string): void {
    const actor = this.#actors.get(sessionId)
    if (actor === undefined) return
    this.#actors.delete(sessionId)
    this.#paths.delete(actor.path)
    this.#ended.add(sessionId)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= endedLimit) break
      this.#ended.delete(oldest)
    }
    for (const [id, { parent }] of this.#actors) if (parent === actor) this.#forget(id)
  }

  #happening({ path }: Actor): {
    readonly source: string
    readonly seq: number
    readonly t: number
    readonly actorPath: string
  } {
    const seq = this.#seq
    this.#seq += 1
    return { source: this.#source, seq, t: this.#t, actorPath: path }
  }
}

/** The outermost that has not begun, the actor itself included. */
function heldAbove(actor: Actor): Actor | undefined {
  const outer = actor.parent === undefined ? undefined : heldAbove(actor.parent)
  return outer ?? (actor.held === undefined ? undefined : actor)
}

/** `null` takes away a fact that is no more. */
function changesOf(before: Facts | undefined, after: Facts | undefined): Facts | undefined {
  if (after === undefined || JSON.stringify(before) === JSON.stringify(after)) return undefined
  const gone = Object.keys(before ?? {}).filter((name) => !Object.hasOwn(after, name))
  return { ...after, ...Object.fromEntries(gone.map((name) => [name, null])) }
}

function toValue(found: unknown, depth: number): StateValue | undefined {
  if (typeof found === 'string') return found
  if (!isObject(found) || depth > valueDepthLimit) return undefined
  const entries = Object.entries(found).flatMap(([key, each]) => {
    const value = toValue(each, depth + 1)
    return value === undefined || isTrickName(key) ? [] : [[key, value] as const]
  })
  return Object.fromEntries(entries)
}
