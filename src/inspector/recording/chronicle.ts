import {
  type AnyActor,
  type AnyEventObject,
  type AnyStateMachine,
  type InspectedMicrostepEvent,
  type InspectedSnapshotEvent,
} from 'xstate'
import { isChartSnapshot, type ChartSnapshot } from './chart-snapshot.js'
import { toGraph, type ChartGraph } from '../drawing/graph.js'
import { transitionId } from '../drawing/transition-id.js'
import { toChanges, toFacts, toPlain, toResult } from './facts.js'
import { isActor, type Found, type Happening, type Scheduled, type Seen } from './happening.js'
import { Lives, type Life } from './lives.js'
import type { EndStatus, Facts, InspectorRecord, RecordingLine, Timer } from './record.js'
import { refusalsIn } from './refusals.js'
import type { StanzaRows } from './stanza-rows.js'
import { toTenths } from './tenths.js'

/** Makes records of what was seen, in its order: causes before what they lead to. */
export class Chronicle {
  readonly #source: string
  readonly #tell: (line: RecordingLine) => void
  readonly #lives = new Lives()
  readonly #charts = new Set<string>()
  #seq = 0
  /** The `seq` of stanzas that something follows from, by their order; and of the last that came in. */
  readonly #causes = new Map<number, number>()
  #lastIn = -1
  #lastInSeq = -1

  /** @param tell takes each line as it is made */
  constructor(source: string, tell: (line: RecordingLine) => void) {
    this.#source = source
    this.#tell = tell
  }

  /** Of the next record. */
  get seq(): number {
    return this.#seq
  }

  /** Makes records of what was seen, and gives the stanzas among it their numbers. */
  write(happenings: readonly Happening[], stanzas: StanzaRows): void {
    const wanted = causesOf(happenings)
    this.#causes.clear()
    this.#causes.set(this.#lastIn, this.#lastInSeq)
    let missed = stanzas.takeMissed()
    const toSeq = (order: number, isIn: boolean, t: number) => {
      if (missed > 0) this.#record({ kind: 'dropped', count: missed }, t)
      missed = 0
      const seq = this.#seq++
      if (wanted?.has(order) === true) this.#causes.set(order, seq)
      if (isIn) {
        this.#lastIn = order
        this.#lastInSeq = seq
      }
      return seq
    }
    for (const [index, happening] of happenings.entries()) {
      stanzas.count(happening.order, toSeq)
      try {
        this.#write(happening, happenings, index)
      } catch {
        // A getter of somebody else's app may throw: what it belongs to cannot be told.
        this.#record({ kind: 'dropped', count: 1 }, happening.t)
      }
    }
    stanzas.count(Infinity, toSeq)
  }

  #write(happening: Happening, all: readonly Happening[], index: number): void {
    switch (happening.kind) {
      case 'security':
        return this.#record({ kind: 'security', security: toPlain(happening.security) }, happening.t)
      case 'found':
        return this.#find(happening)
      case 'seen':
        if (!happening.isTaken) this.#see(happening, all, index)
    }
  }

  #see(seen: Seen, all: readonly Happening[], index: number): void {
    const { event } = seen
    const { actorRef: actor } = event
    if (!isActor(actor)) return
    if (event.type === '@xstate.event') {
      if (event.event.type === 'xstate.init') return this.#begin(seen, actor, event.event, all, index)
      const life = this.#lives.of(actor)
      const { sourceRef: sender } = event
      if (isActor(sender) && event.event.type === `xstate.error.actor.${sender.id}`)
        this.#end(seen, this.#lives.of(sender), 'error', event.event)
      if (life.isChart) life.sent.push({ event: event.event, sender })
      else this.#endDeed(seen, snapshotOf(actor, event.event, all, index), life)
    } else if (event.type === '@xstate.microstep') {
      const life = this.#lives.of(actor)
      if (life.hasBegun && life.isChart) this.#take(life, macrostepOf(seen, event, all, index))
    } else if (event.type === '@xstate.snapshot') {
      const life = this.#lives.of(actor)
      if (!life.isChart) this.#endDeed(seen, { seen, told: event }, life)
    }
  }

  #begin(seen: Seen, actor: AnyActor, event: AnyEventObject, all: readonly Happening[], index: number): void {
    const first = firstSnapshotOf(actor, all, index)
    if (first !== undefined) first.seen.isTaken = true
    const life = this.#lives.begin(actor)
    const input: unknown = event['input']
    const snapshot: unknown = first?.told.snapshot ?? actor.getSnapshot()
    this.#start(life, snapshot, first?.seen.scheduled ?? [], seen.t, {
      ...(typeof input === 'object' && input !== null && some('data', toFacts(input))),
      ...(actor.options.snapshot !== undefined && { restored: true }),
    })
  }

  #find({ actor, scheduled, snapshot, t }: Found): void {
    this.#start(this.#lives.begin(actor), snapshot, scheduled, t, { found: true })
  }

  #start(
    life: Life,
    snapshot: unknown,
    scheduled: readonly Scheduled[],
    t: number,
    more: { readonly data?: Facts; readonly found?: true; readonly restored?: true },
  ): void {
    const start = { kind: 'start', actorPath: life.path, type: 'xstate.init' } as const
    if (!isChartSnapshot(snapshot)) return this.#record({ ...start, ...more }, t)
    const { context, machine, status, value } = snapshot
    if (!this.#charts.has(machine.id)) {
      this.#charts.add(machine.id)
      this.#tell({ kind: 'chart', source: this.#source, chart: machine.id, graph: graphOf(machine) })
    }
    const record = {
      ...start,
      chart: machine.id,
      value,
      ...(status !== 'active' && { status }),
      ...more,
      ...some('context', toFacts(context)),
      ...timersOf(life, scheduled),
    }
    this.#record(record, t)
    life.snapshot = snapshot
    if (status !== 'active') this.#lives.end(life)
  }

  #take(life: Life, { last, scheduled, seen, steps }: Macrostep): void {
    const [first] = steps
    if (first === undefined) return
    const { event } = first
    const before = life.snapshot
    life.snapshot = last
    if (event.type === 'xstate.stop') return this.#end(seen, life, 'stopped')
    const { context, status, value } = last
    const { silentMs } = { silentMs: undefined, ...context }
    const { silentMs: silentBeforeMs } = { silentMs: undefined, ...before?.context }
    const wasSilent = typeof silentBeforeMs === 'number' && silentBeforeMs > 0
    const sender = life.takeSender(event)
    const refused = refusalsIn(steps, before)
    const changes =
      before === undefined || before.context === context ? undefined : toChanges(before.context, context)
    const stanza = seen.cause === undefined ? undefined : this.#causes.get(seen.cause)
    this.#record(
      {
        kind: 'event',
        actorPath: life.path,
        type: event.type,
        ...(isActor(sender) && { from: this.#lives.of(sender).path }),
        value,
        ...(status !== 'active' && { status }),
        ...some('data', toData(event)),
        ...(typeof silentMs === 'number' && (silentMs > 0 || wasSilent) && { measured: { silentMs } }),
        edges: steps.flatMap(({ _transitions: transitions }) => transitions.map(transitionId)),
        ...(refused.length > 0 && { refused }),
        ...(changes !== undefined && { context: changes }),
        ...timersOf(life, scheduled),
        ...(stanza !== undefined && { stanza }),
      },
      seen.t,
    )
    if (status !== 'active') this.#lives.end(life)
  }

  /** The end of a deed: where it ends itself, at the event by which it does. */
  #endDeed(at: Seen, end: ToldSnapshot | undefined, life: Life): void {
    if (end === undefined) return
    const { seen, told } = end
    seen.isTaken = true
    const { status } = told.snapshot
    if (status === 'active') return
    this.#end(at, life, status, told.snapshot)
  }

  #end({ t }: Seen, life: Life, status: EndStatus, snapshot: object = {}): void {
    if (life.hasEnded) return
    this.#lives.end(life)
    this.#record({ kind: 'end', actorPath: life.path, status, ...some('data', toData(snapshot)) }, t)
  }

  #record(record: Uncounted, t: number): void {
    this.#tell({ ...record, source: this.#source, seq: this.#seq++, t: toTenths(t) })
  }
}

/** The stanzas that something follows from. */
function causesOf(happenings: readonly Happening[]): ReadonlySet<unknown> | undefined {
  if (happenings.length === 0) return undefined
  return new Set(happenings.map((happening) => happening.kind === 'seen' && happening.cause))
}

const graphs = new WeakMap<AnyStateMachine, ChartGraph>()

/** Clients share their charts. */
function graphOf(machine: AnyStateMachine): ChartGraph {
  const graph = graphs.get(machine) ?? toGraph(machine)
  graphs.set(machine, graph)
  return graph
}

type Uncounted = InspectorRecord extends infer Each
  ? Each extends InspectorRecord
    ? Omit<Each, 'seq' | 'source' | 't'>
    : never
  : never

/** How much may happen between an event and its end. */
const reach = 2000

/** What one event has led to, with all that followed of itself. */
interface Macrostep {
  readonly seen: Seen
  readonly steps: readonly InspectedMicrostepEvent[]
  readonly last: ChartSnapshot
  readonly scheduled: readonly Scheduled[]
}

/** Its later steps stand further on: its actions and its end may have led to something else between. */
function macrostepOf(
  seen: Seen,
  first: InspectedMicrostepEvent,
  all: readonly Happening[],
  index: number,
): Macrostep {
  const steps = [first]
  let scheduled: readonly Scheduled[] = []
  let last: unknown = first.snapshot
  for (let at = index + 1; at < Math.min(all.length, index + reach); at++) {
    const later = all[at]
    if (later?.kind !== 'seen' || later.isTaken || later.event.actorRef !== first.actorRef) continue
    const { event } = later
    if (event.type === '@xstate.microstep') {
      steps.push(event)
      last = event.snapshot
    } else if (event.type === '@xstate.snapshot') {
      last = event.snapshot
      scheduled = later.scheduled
      later.isTaken = true
      break
    } else continue
    later.isTaken = true
  }
  if (!isChartSnapshot(last)) throw new TypeError('a chart has the snapshot of something else')
  return { seen, steps, last, scheduled }
}

interface ToldSnapshot {
  readonly seen: Seen
  readonly told: InspectedSnapshotEvent
}

function snapshotOf(
  actor: AnyActor,
  event: AnyEventObject,
  all: readonly Happening[],
  index: number,
): ToldSnapshot | undefined {
  return findSnapshot(actor, all, index, (told) => told.event === event)
}

function firstSnapshotOf(
  actor: AnyActor,
  all: readonly Happening[],
  index: number,
): ToldSnapshot | undefined {
  return findSnapshot(actor, all, index, (told) => told.event.type === 'xstate.init')
}

function findSnapshot(
  actor: AnyActor,
  all: readonly Happening[],
  index: number,
  fits: (told: InspectedSnapshotEvent) => boolean,
): ToldSnapshot | undefined {
  for (let at = index + 1; at < Math.min(all.length, index + reach); at++) {
    const seen = all[at]
    if (seen?.kind !== 'seen' || seen.event.type !== '@xstate.snapshot') continue
    if (seen.event.actorRef === actor && fits(seen.event)) return { seen, told: seen.event }
  }
  return undefined
}

/** Those that began to run, by the first transition that each leads to. */
function timersOf(life: Life, scheduled: readonly Scheduled[]): { readonly timers?: readonly Timer[] } {
  if (scheduled === life.scheduled) return {}
  const known = life.scheduled
  life.scheduled = scheduled
  const timers = scheduled.flatMap((each) => {
    const state = /^xstate\.after\.[^.]+\.(.+)$/.exec(each.event.type)?.[1]
    if (state === undefined || known.includes(each)) return []
    return [{ edge: `${state} ${each.event.type} 0`, ms: each.delay }]
  })
  return timers.length === 0 ? {} : { timers }
}

const noResult: Readonly<Record<'error' | 'output', unknown>> = { error: undefined, output: undefined }

/** The facts of an event, or of how something has ended. */
function toData(event: object): Facts {
  const { error, output, ...rest } = { ...noResult, ...event }
  const [given, failed] = [toResult(output), toResult(error)]
  return {
    ...toFacts(rest),
    ...(given !== undefined && { output: given }),
    ...(failed !== undefined && { error: failed }),
  }
}

function some<Name extends string>(name: Name, facts: Facts): Partial<Record<Name, Facts>> {
  const named: Partial<Record<Name, Facts>> = {}
  if (Object.keys(facts).length > 0) named[name] = facts
  return named
}
