import { assign, type AnyMachineSnapshot, type AnyStateMachine, type StateValue } from 'xstate'
import * as charts from '../../machines/index.js'
import { Stepper } from './stepper.js'
import { toResult } from '../inspector/recording/facts.js'
import type { ActorStarted, EventTaken, Fact, Facts, RecordingLine } from '../inspector/index.js'
import { fromErrorFacts } from './replay-errors.js'

/** Where a run did what the chart does not say. */
export interface Divergence {
  /** Of the record. */
  readonly seq: number
  readonly actorPath: string
  /** Of the event. */
  readonly type: string
  /** The state before the event; `undefined` where there was none. */
  readonly from: StateValue | undefined
  /** What was recorded. */
  readonly recorded: unknown
  /** What the chart says instead, or why it says nothing. */
  readonly reached: unknown
}

/** What a chart did, out of a recording. */
type Step = (ActorStarted | EventTaken) & { readonly value: StateValue }

/** The charts that a recording may be of, by their id. */
export type ChartTable = ReadonlyMap<string, AnyStateMachine>

/** Every chart of the client. */
export const clientCharts: ChartTable = new Map(
  [
    charts.archiveMachine,
    charts.authenticationMachine,
    charts.befriendingMachine,
    charts.bindingMachine,
    charts.blockingMachine,
    charts.bookmarksMachine,
    charts.carbonsMachine,
    charts.connectionMachine,
    charts.conversationMachine,
    charts.photoHashMachine,
    charts.presenceMachine,
    charts.registrationMachine,
    charts.roomMachine,
    charts.rosterMachine,
    charts.sessionMachine,
    charts.streamManagementMachine,
  ].map((chart: AnyStateMachine) => [chart.id, chart]),
)

interface Life {
  readonly stepper: Stepper
  /** What its actions have measured, since that is in no event. */
  readonly readings: Facts[]
  readonly snapshot: AnyMachineSnapshot
}

/**
 * Runs a recording through the pure charts, one after the other: no deed is done, outcomes are events. A chart that has left
 * the recording is followed no further until it begins anew, and one whose beginning is not in it, not at all.
 * @returns where charts and recording part; nothing where they agree
 */
export function replayRecording(
  lines: readonly RecordingLine[],
  table: ChartTable = clientCharts,
): readonly Divergence[] {
  const lives = new Map<string, Life>()
  const ends = new Map<string, Ending>()
  const divergences: Divergence[] = []
  const unfollowed = new Set<string>()
  for (const record of lines) {
    if (record.kind === 'end') lives.delete(keyOf(record))
    if (!isStep(record)) continue
    const { actorPath, seq, type } = record
    const key = keyOf(record)
    if (record.kind === 'start' && record.found === undefined && record.restored === undefined)
      unfollowed.delete(key)
    else if (record.kind === 'start') unfollowed.add(key)
    if (unfollowed.has(key)) continue
    const before = record.kind === 'start' ? undefined : lives.get(key)
    const diverge = (recorded: unknown, reached: unknown) => {
      lives.delete(key)
      const from = before === undefined ? undefined : stateOf(before.snapshot).value
      divergences.push({ seq, actorPath, type, from, recorded, reached })
    }
    if (record.kind === 'event' && before === undefined) {
      if (!divergences.some((one) => one.actorPath === actorPath)) diverge(record.value, 'it never began')
      continue
    }
    const life = follow(before, record, table)
    if (typeof life === 'string') {
      diverge(record.value, life)
      continue
    }
    lives.set(key, life)
    const [recorded, reached] = [stateOf(record), stateOf(life.snapshot)]
    if (!isSame(recorded, reached)) diverge(recorded, reached)
    const end = meet(record, life, ends)
    if (end !== undefined && !isSame(end.told, end.given)) diverge(end.told, end.given)
  }
  return divergences
}

/** Actors of one path may be of several sources. */
const keyOf = ({ actorPath, source }: { readonly actorPath: string; readonly source: string }) =>
  `${source} ${actorPath}`

const isStep = (line: RecordingLine): line is Step =>
  (line.kind === 'event' || line.kind === 'start') && line.value !== undefined

/** The life after this record, or why the chart has none: facts that it cannot have been given make it fail. */
function follow(before: Life | undefined, record: Step, table: ChartTable): Life | string {
  try {
    if (record.kind === 'event') return before === undefined ? 'it never began' : step(before, record)
    return begin(record, table) ?? `there is no chart ${record.chart}`
  } catch (error) {
    return String(error)
  }
}

function begin({ chart: id = '', data }: ActorStarted, table: ChartTable): Life | undefined {
  const known = table.get(id)
  if (known === undefined) return undefined
  const readings: Facts[] = []
  const chart = known.provide({ actions: { measureSilence: assign(() => readings.at(-1) ?? {}) } })
  const stepper = new Stepper(chart)
  return { stepper, readings, snapshot: stepper.begin(revive(data ?? {})).snapshot }
}

function step(life: Life, { data, measured, type }: EventTaken): Life {
  if (measured !== undefined) life.readings.push(measured)
  const { snapshot } = life.stepper.step(life.snapshot, { type, ...revive(data ?? {}) })
  return { ...life, snapshot }
}

/** The end of a child chart: what it gave by its own chart, and what its parent was told. */
interface Ending {
  readonly given?: unknown
  readonly told?: unknown
}

/** Brings both sides of the end of a child together, whichever is recorded first. */
function meet(record: Step, { snapshot }: Life, ends: Map<string, Ending>): Ending | undefined {
  const { data, kind, type } = record
  const key = keyOf(record)
  if (kind === 'start') ends.delete(key)
  const child = /^xstate\.done\.actor\.(.+)$/.exec(type)?.[1]
  const sides: readonly (readonly [path: string, side: Ending])[] = [
    ...(child === undefined ? [] : [[`${key}/${child}`, { told: data?.['output'] }] as const]),
    ...(snapshot.status === 'done' ? [[key, { given: toResult(snapshot.output) }] as const] : []),
  ]
  for (const [path, side] of sides) {
    const both = { ...ends.get(path), ...side }
    ends.set(path, both)
    if ('given' in both && 'told' in both) return both
  }
  return undefined
}

const stateOf = ({ status = 'active', value }: Pick<Step, 'value'> & { readonly status?: string }) => ({
  value,
  status,
})

/** Facts as the charts take them. */
function revive(facts: Facts): object {
  return (
    fromErrorFacts(facts) ??
    Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, reviveFact(fact)]))
  )
}

const isFacts = (fact: Fact): fact is Facts =>
  typeof fact === 'object' && fact !== null && !Array.isArray(fact)

function reviveFact(fact: Fact): unknown {
  if (Array.isArray(fact)) return fact.map((each: Fact) => reviveFact(each))
  return isFacts(fact) ? revive(fact) : fact
}

/** Whether two plain values are the same; the order of names does not count. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other
  const entries = Object.entries(one)
  const others = new Map<string, unknown>(Object.entries(other))
  return entries.length === others.size && entries.every(([name, value]) => isSame(value, others.get(name)))
}
