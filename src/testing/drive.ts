import {
  isMachineSnapshot,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type InspectionEvent,
} from 'xstate'
import { transitionId } from '../inspector/drawing/transition-id.js'
import { childrenOf } from './chart-edges.js'
import {
  beginModel,
  findDeed,
  nextDelayMs,
  stepModel,
  type Model,
  type ModelOptions,
  type ModelStep,
  type Occurrence,
} from './drive-model.js'
import { thenEnd } from './then-end.js'
import type { VirtualClock } from './virtual-clock.js'

/** Something that can be done to what runs, and what the charts are to make of it. */
export interface Stimulus<Rig> {
  /** Unique, and what a path is written with. */
  readonly name: string
  /** Default: whenever everything that it predicts can happen. */
  readonly when?: ((model: Model) => boolean) | undefined
  /** What then happens to the model, in this order. */
  readonly predicts: readonly Occurrence[] | ((model: Model) => readonly Occurrence[])
  /** Does it to what runs. */
  readonly act: (rig: Rig) => void | Promise<unknown>
}

/** What is driven: a running tree of charts with all its deeds. */
export interface Running {
  /** All its time-outs run by it. */
  readonly clock: VirtualClock
  /** The root of the charts, or what tells where a chart is that is stepped as data. */
  readonly actor: Pick<AnyActorRef, 'getSnapshot'>
  /** What was said, for whoever has to find out what went wrong. */
  readonly transcript?: () => string
  /** Ends it, and throws for what was left behind. */
  readonly end: () => Promise<void>
}

/** A chart, the thing that runs it, and everything that can be done to it. */
export interface Drivable<Rig extends Running> {
  /** The root chart. */
  readonly machine: AnyStateMachine
  readonly stimuli: readonly Stimulus<Rig>[]
  /** What its model remembers, and which deeds end by themselves. Default: nothing, and none. */
  readonly model?: ModelOptions | undefined
  /** Begins a new one, at the first place of the chart; `inspect` has to be given to every actor of it. */
  readonly start: (inspect: (event: InspectionEvent) => void) => Rig | Promise<Rig>
  /**
   * The chart is no actor but stepped as data, so that nobody sees which transitions it takes: its states are compared, and
   * by `facts` what its actions bring about. Default false.
   */
  readonly isData?: boolean | undefined
  /** The input of the root chart. Default: none. */
  readonly inputOf?: ((rig: Rig) => unknown) | undefined
  /** What the charts say beside their states, and what the app sees of it; compared as JSON. */
  readonly facts?: {
    readonly expected: (model: Model) => unknown
    readonly actual: (rig: Rig) => unknown
  }
}

/** Milliseconds that pass after each stimulus, for the model and for what runs. */
const stepMs = 1

/** Picks the name of the next stimulus out of those that are possible; `undefined` ends the path. */
export type Choose = (names: readonly string[], index: number) => string | undefined

/** How a path is driven. */
export interface DriveOptions<Rig> {
  /** Done at the end of the path. */
  readonly finish?: ((rig: Rig) => Promise<void>) | undefined
  /** Whether what runs is compared with the charts. Default true. */
  readonly compares?: boolean | undefined
}

/** What is done by time alone; in every catalogue. */
export const timePasses = 'time passes'

/** What ran was somewhere else than the chart said. */
export class DriveDifference extends Error {
  override readonly name = 'DriveDifference'
  /** Names of the stimuli, the last one made the difference. */
  readonly path: readonly string[]
  readonly expected: unknown
  readonly actual: unknown

  constructor(path: readonly string[], expected: unknown, actual: unknown, transcript: string) {
    const differences = [...leavesOf(expected, actual)].map(
      ([where, said, is]) => `  ${where}: the chart says ${said}, what runs says ${is}`,
    )
    super([`after ${path.join(' → ') || 'the start'}`, ...differences, transcript].join('\n'))
    this.path = path
    this.expected = expected
    this.actual = actual
  }
}

/** One thing that can be done at a place. */
export interface Possible<Rig> {
  readonly name: string
  /** Absent where only time passes. */
  readonly stimulus?: Stimulus<Rig>
  readonly occurrences: readonly Occurrence[]
  readonly passMs: number
}

/** What can be done at a place. */
export function stimuliAt<Rig>(model: Model, stimuli: readonly Stimulus<Rig>[]): readonly Possible<Rig>[] {
  const possible = stimuli.flatMap((stimulus) => {
    if (stimulus.when?.(model) === false) return []
    const { name, predicts } = stimulus
    const occurrences = typeof predicts === 'function' ? predicts(model) : predicts
    if (!canHappen(model, occurrences)) return []
    return [{ name, stimulus, occurrences: [...occurrences, { passMs: stepMs }], passMs: stepMs }]
  })
  const passMs = nextDelayMs(model)
  if (passMs === undefined) return possible
  return [...possible, { name: timePasses, occurrences: [{ passMs }], passMs }]
}

/** The first of several must be possible; what it leads to decides about the others. */
function canHappen(model: Model, occurrences: readonly Occurrence[]): boolean {
  const first = occurrences.find((each) => 'deed' in each || 'to' in each)
  if (first === undefined) return true
  if ('deed' in first) return findDeed(model, first.deed) !== undefined
  return 'to' in first && model.charts.get(first.to)?.snapshot.status === 'active'
}

/**
 * Drives what runs along a path, or as it is told from step to step, the pure charts beside it, and compares both after each step: the state of every chart,
 * the transitions that were taken, and the facts. Gives the ids of the transitions that were taken for real, of a chart that is data those that the
 * comparison bears out.
 * Throws DriveDifference, RangeError for a step that is not possible there, and what `end` throws; where something was wrong
 * before, that hangs on it as its `cause`.
 */
export async function drive<Rig extends Running>(
  drivable: Drivable<Rig>,
  path: readonly string[] | Choose,
  options: DriveOptions<Rig> = {},
): Promise<readonly string[]> {
  const witness = new Witness()
  const rig = await drivable.start(witness.inspect)
  return thenEnd(
    () => goAlong(drivable, rig, witness, path, options),
    () => rig.end(),
  )
}

async function goAlong<Rig extends Running>(
  { facts, inputOf, isData = false, machine, model: options, stimuli }: Drivable<Rig>,
  rig: Rig,
  witness: Witness,
  path: readonly string[] | Choose,
  { finish, compares = true }: DriveOptions<Rig>,
): Promise<readonly string[]> {
  let step: ModelStep = { ...beginModel(machine, inputOf?.(rig), options), taken: [] }
  const choose: Choose = typeof path === 'function' ? path : (_names, index) => path[index]
  const done: string[] = []
  const borneOut: string[] = []
  const look = () => ({
    charts: sorted(chartsOf(machine.id, rig.actor).map(toEntry)),
    taken: byChart(witness.taken),
    facts: facts?.actual(rig),
  })
  const predict = () => ({
    charts: sorted([...step.model.charts].map(([path, { snapshot }]) => toEntry([path, snapshot]))),
    taken: byChart(isData ? [] : step.taken),
    facts: facts?.expected(step.model),
  })
  const compare = async () => {
    if (!compares) return
    const expected = predict()
    const isThere = () => isSame(expected, look())
    // What is right at once may yet go wrong.
    if ((await rig.clock.until(isThere)) && (await rig.clock.until(isThere))) return
    throw new DriveDifference(done, expected, look(), rig.transcript?.() ?? '')
  }
  witness.forget()
  await compare()
  for (;;) {
    const possible = stimuliAt(step.model, stimuli)
    const name = choose(
      possible.map((each) => each.name),
      done.length,
    )
    if (name === undefined) break
    const next = possible.find((each) => each.name === name)
    if (next === undefined) throw new RangeError(`"${name}" is not possible after ${done.join(' → ')}`)
    done.push(name)
    witness.forget()
    await next.stimulus?.act(rig)
    await rig.clock.advance(next.passMs)
    step = stepModel(step.model, next.occurrences, options)
    await compare()
    borneOut.push(...step.taken)
  }
  await finish?.(rig)
  return isData ? borneOut : witness.all
}

/** Looks at what runs. */
class Witness {
  readonly all: string[] = []
  taken: string[] = []

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return
    const { _transitions: transitions } = event
    const seen = transitions.map(transitionId)
    this.taken.push(...seen)
    this.all.push(...seen)
  }

  forget(): void {
    this.taken = []
  }
}

/** Every chart that is at work, by path. */
function chartsOf(path: string, actor: Running['actor']): readonly (readonly [string, AnyMachineSnapshot])[] {
  const snapshot: unknown = actor.getSnapshot()
  if (!isMachineSnapshot(snapshot)) return []
  if (snapshot.status === 'stopped') return []
  const children = [...childrenOf(snapshot)]
  return [[path, snapshot], ...children.flatMap(([id, child]) => chartsOf(`${path}/${id}`, child))]
}

function toEntry([path, snapshot]: readonly [string, AnyMachineSnapshot]) {
  const state: unknown = snapshot.value
  return [path, { state, status: snapshot.status, context: toPlain(snapshot.context) }] as const
}

/** Errors by their code: what they say in words is for people. */
function toPlain(value: unknown): unknown {
  if (value instanceof Error) return 'code' in value ? value.code : value.name
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  return sorted(Object.entries(value).map(([key, each]) => [key, toPlain(each)]))
}

/** Each chart takes its transitions in order; charts do not wait for each other. What only tells of a child is left out. */
function byChart(transitions: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const charts: Record<string, string[]> = {}
  for (const transition of transitions) {
    if (/ xstate\.(?:snapshot|init)\b/.test(transition)) continue
    const [chart = ''] = transition.split(/[. ]/)
    ;(charts[chart] ??= []).push(transition)
  }
  return sorted(Object.entries(charts))
}

/** Where two values differ, and what each is there. */
function* leavesOf(a: unknown, b: unknown, where = ''): Generator<readonly [string, string, string]> {
  if (isSame(a, b)) return
  if (!isPlainObject(a) || !isPlainObject(b)) {
    yield [where, JSON.stringify(a), JSON.stringify(b)]
    return
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    yield* leavesOf(Reflect.get(a, key), Reflect.get(b, key), where === '' ? key : `${where} ${key}`)
  }
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sorted<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
