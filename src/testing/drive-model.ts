import { StateMachine, type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { activeIn } from './chart-edges.js'
import { Stepper, type Step, type StepAction } from './stepper.js'

/** Where a chart of the tree is. */
export interface ChartPlace {
  readonly machine: AnyStateMachine
  readonly snapshot: AnyMachineSnapshot
  /** Whoever invoked it hears of each of its states. */
  readonly isWatched?: boolean | undefined
}

/** An actor that is no chart, and is at work: somebody else has to say how it ends. */
export interface OpenDeed {
  /** The name that the chart has for it. */
  readonly src: string
  readonly input: unknown
}

/** A delay that has not run out. */
interface Delay {
  readonly path: string
  readonly id: string
  readonly event: AnyEventObject
  readonly dueMs: number
}

/** Where a chart and all charts that it invokes are, by path (`session/connection`). Plain data: nothing of it runs. */
export interface Model {
  /** Milliseconds since the chart began. */
  readonly nowMs: number
  /** By path. */
  readonly charts: ReadonlyMap<string, ChartPlace>
  /** Those at work, by path. */
  readonly deeds: ReadonlyMap<string, OpenDeed>
  /** Those that run. */
  readonly delays: readonly Delay[]
  /** What the author of a catalogue has to remember. */
  readonly notes: Readonly<Record<string, unknown>>
}

/** What happens to a model. A deed is named by its path, or by the end of it (`openTransport`). */
export type Occurrence =
  /** An event comes to a chart, by its path. */
  | { readonly to: string; readonly event: AnyEventObject }
  | { readonly deed: string; readonly done: unknown }
  | { readonly deed: string; readonly error: unknown }
  | { readonly passMs: number }
  /** Whoever runs a chart stops it. */
  | { readonly stopped: string }
  | { readonly note: Readonly<Record<string, unknown>> }

/** How a deed ends, or what it tells its chart, without anybody's doing; `undefined`: it goes on in silence. */
export type ByItself = (
  deed: OpenDeed,
  model: Model,
) => DeedEnd | { readonly event: AnyEventObject } | undefined

/** How a deed ends. */
type DeedEnd = { readonly done: unknown } | { readonly error: unknown }

/** What came of it: the place, and the ids of the transitions that were taken, in order. */
export interface ModelStep {
  readonly model: Model
  readonly taken: readonly string[]
}

/** What a model remembers, and what of its deeds ends by itself. */
export interface ModelOptions {
  /** What is remembered from the start. */
  readonly notes?: Model['notes'] | undefined
  /** How deeds end that no stimulus ends. Default: none does. */
  readonly byItself?: ByItself | undefined
  /** What is to be remembered of a deed that a chart has ordered, by its name. */
  readonly notesOf?: ((name: string, model: Model) => Model['notes']) | undefined
  /** Called before each chart is stepped, for what actions of the chart read of the world outside. */
  readonly before?: ((model: Model) => void) | undefined
}

/** The first place of a chart and of all that it invokes. */
export function beginModel(machine: AnyStateMachine, input: unknown, options: ModelOptions = {}): ModelStep {
  const run = new Run(
    { nowMs: 0, charts: new Map(), deeds: new Map(), delays: [], notes: options.notes ?? {} },
    options,
  )
  run.begin(machine, input)
  return run.finish()
}

/** What comes of these, one after the other. Throws RangeError for a deed that is not open. */
export function stepModel(
  model: Model,
  occurrences: readonly Occurrence[],
  options: ModelOptions = {},
): ModelStep {
  const run = new Run(model, options)
  for (const occurrence of occurrences) run.take(occurrence)
  return run.finish()
}

/** The path of an open deed by the end of its path. */
export function findDeed({ deeds }: Pick<Model, 'deeds'>, name: string): string | undefined {
  return [...deeds.keys()].find((path) => path === name || path.endsWith(`/${name}`))
}

/** Milliseconds until a delay runs out; `undefined` where none is under way. */
export function nextDelayMs({ delays, nowMs }: Model): number | undefined {
  return delays.length === 0 ? undefined : Math.min(...delays.map(({ dueMs }) => dueMs)) - nowMs
}

/** The state of every chart, by path, and the deeds that are at work. */
export function placeOf({ charts, deeds }: Model): readonly unknown[] {
  const states = [...charts].map(([path, { snapshot }]) => [path, snapshot.value] as const)
  return [Object.fromEntries(states), [...deeds.keys()]]
}

const steppers = new WeakMap<AnyStateMachine, Stepper>()

class Run {
  readonly #charts: Map<string, ChartPlace>
  readonly #deeds: Map<string, OpenDeed>
  readonly #options: ModelOptions
  readonly #taken: string[] = []
  readonly #queue: { readonly path: string; readonly event: AnyEventObject }[] = []
  #delays: readonly Delay[]
  #nowMs: number
  #notes: Readonly<Record<string, unknown>>

  constructor({ charts, deeds, delays, nowMs, notes }: Model, options: ModelOptions) {
    this.#charts = new Map(charts)
    this.#deeds = new Map(deeds)
    this.#delays = delays
    this.#nowMs = nowMs
    this.#notes = notes
    this.#options = options
  }

  get #model(): Model {
    return {
      nowMs: this.#nowMs,
      charts: this.#charts,
      deeds: this.#deeds,
      delays: this.#delays,
      notes: this.#notes,
    }
  }

  finish(): ModelStep {
    return { model: this.#model, taken: this.#taken }
  }

  take(occurrence: Occurrence): void {
    if ('note' in occurrence) {
      this.#notes = { ...this.#notes, ...occurrence.note }
      return
    }
    if ('stopped' in occurrence) this.#stop(occurrence.stopped)
    else if ('passMs' in occurrence) this.#pass(occurrence.passMs)
    else if ('to' in occurrence) this.#queue.push({ path: occurrence.to, event: occurrence.event })
    else {
      const path = findDeed(this.#model, occurrence.deed)
      if (path === undefined) throw new RangeError(`${occurrence.deed} is not at work`)
      this.#end(path, occurrence)
    }
    this.#work()
  }

  begin(machine: AnyStateMachine, input: unknown): void {
    this.#begin(machine.id, machine, input)
    this.#work()
  }

  #begin(path: string, machine: AnyStateMachine, input: unknown, isWatched = false): void {
    const stepper = steppers.get(machine) ?? new Stepper(machine)
    steppers.set(machine, stepper)
    this.#settle(path, { machine, isWatched }, stepper.begin(input))
  }

  #pass(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = this.#delays.reduce<Delay | undefined>(
        (first, each) => (first === undefined || each.dueMs < first.dueMs ? each : first),
        undefined,
      )
      if (next === undefined || next.dueMs > endMs) break
      this.#nowMs = next.dueMs
      this.#delays = this.#delays.filter((each) => each !== next)
      this.#queue.push(next)
      this.#work()
    }
    this.#nowMs = endMs
  }

  #work(): void {
    do {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next)
      this.#goOnByItself()
    } while (this.#queue.length > 0)
  }

  #goOnByItself(): void {
    for (const [path, deed] of this.#deeds) {
      const outcome = this.#options.byItself?.(deed, this.#model)
      if (outcome === undefined) continue
      if ('event' in outcome) this.#queue.push({ path: split(path).parent, event: outcome.event })
      else this.#end(path, outcome)
      return
    }
  }

  #end(path: string, outcome: DeedEnd): void {
    const { parent, id } = split(path)
    this.#deeds.delete(path)
    const event =
      'done' in outcome
        ? { type: `xstate.done.actor.${id}`, output: outcome.done, actorId: id }
        : { type: `xstate.error.actor.${id}`, error: outcome.error, actorId: id }
    this.#queue.push({ path: parent, event })
  }

  #step({ path, event }: { readonly path: string; readonly event: AnyEventObject }): void {
    const place = this.#charts.get(path)
    if (place === undefined || place.snapshot.status !== 'active') return
    this.#options.before?.(this.#model)
    const stepper = steppers.get(place.machine)
    if (stepper !== undefined) this.#settle(path, place, stepper.step(place.snapshot, event))
  }

  #settle(
    path: string,
    { machine, isWatched }: Omit<ChartPlace, 'snapshot'>,
    { snapshot, transitions, actions }: Step,
  ): void {
    this.#charts.set(path, { machine, snapshot, isWatched })
    this.#taken.push(...transitions)
    for (const action of actions) this.#act(path, machine, action)
    const { parent, id } = split(path)
    if (snapshot.status === 'active') {
      const type = `xstate.snapshot.${id}`
      if (isWatched === true && this.#minds(parent, type)) {
        this.#queue.push({ path: parent, event: { type, snapshot } })
      }
      return
    }
    this.#delays = this.#delays.filter((each) => each.path !== path)
    if (parent === '') return
    const output: unknown = snapshot.output
    const event =
      snapshot.status === 'done'
        ? { type: `xstate.done.actor.${id}`, output, actorId: id }
        : { type: `xstate.error.actor.${id}`, error: snapshot.error, actorId: id }
    this.#queue.push({ path: parent, event })
  }

  /** Whether a chart does more about such an event than to take note of it. */
  #minds(path: string, type: string): boolean {
    const place = this.#charts.get(path)
    if (place === undefined) return false
    const candidates = activeIn(place.snapshot).flatMap(({ transitions }) => transitions.get(type) ?? [])
    return candidates.some(({ actions, target }) => actions.length > 0 || target !== undefined)
  }

  #act(path: string, machine: AnyStateMachine, { type, params }: StepAction): void {
    if (type === 'xstate.raise') {
      const delay = read(params, 'delay')
      if (typeof delay !== 'number') return
      const dueMs = this.#nowMs + Math.max(1, Math.floor(delay))
      this.#delays = [
        ...this.#delays,
        { path, id: text(params, 'id'), event: toEvent(read(params, 'event')), dueMs },
      ]
    } else if (type === 'xstate.cancel') {
      const sendId = text(params, 'sendId')
      this.#delays = this.#delays.filter((each) => each.path !== path || each.id !== sendId)
    } else if (type === 'xstate.sendTo') {
      const id = text(params, 'targetId')
      const to = id === '#_parent' ? split(path).parent : `${path}/${id}`
      this.#queue.push({ path: to, event: toEvent(read(params, 'event')) })
    } else if (type === 'xstate.spawnChild') {
      this.#spawn(`${path}/${text(params, 'id')}`, machine, params)
    } else if (type === 'xstate.stopChild') this.#stop(`${path}/${text(params, 'id')}`)
    else this.#note(type)
  }

  #spawn(path: string, machine: AnyStateMachine, params: unknown): void {
    const src = text(params, 'src')
    const input = read(params, 'input')
    const logic: unknown = machine.implementations.actors[src]
    if (logic instanceof StateMachine) {
      const options = read(read(params, 'actorRef'), 'options')
      this.#begin(path, logic, input, read(options, 'syncSnapshot') === true)
      return
    }
    this.#deeds.set(path, { src, input })
    this.#note(src)
  }

  #note(name: string): void {
    this.#notes = { ...this.#notes, ...this.#options.notesOf?.(name, this.#model) }
  }

  #stop(stopped: string): void {
    const isWithin = (path: string) => path === stopped || path.startsWith(`${stopped}/`)
    for (const path of this.#charts.keys()) if (isWithin(path)) this.#charts.delete(path)
    for (const path of this.#deeds.keys()) if (isWithin(path)) this.#deeds.delete(path)
    this.#delays = this.#delays.filter(({ path }) => !isWithin(path))
  }
}

function split(path: string): { readonly parent: string; readonly id: string } {
  const at = path.lastIndexOf('/')
  return { parent: path.slice(0, Math.max(at, 0)), id: path.slice(at + 1) }
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

const text = (value: unknown, key: string) => String(read(value, key))

function toEvent(value: unknown): AnyEventObject {
  return { ...(typeof value === 'object' && value), type: text(value, 'type') }
}
