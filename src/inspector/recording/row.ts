import type { AnyActor, AnyStateMachine, StateValue } from 'xstate'
import { toGraph, type ChartGraph } from '../drawing/graph.js'
import { isChartSnapshot, type ChartSnapshot } from './chart-snapshot.js'
import type { Configuration, Course, Step } from './course.js'
import { toChanges, toFacts, toResult } from './facts.js'
import { lineEnd } from './line-text.js'
import type { Life } from './lives.js'
import type { EndStatus, Facts, Timer } from './record.js'
import { toRefusedText } from './refusals.js'
import { noTimeouts, type Timeout } from './timeouts.js'

/** What somebody may want to read: it is told only then. */
export interface Telling {
  /** Its line, with the line feed; where that cannot be told, one that says so. */
  toText(): string
}

/** Something that happened to an actor, as it was seen. */
export abstract class Row implements Telling {
  readonly life: Life
  readonly seq: number
  /** When it was, in tenths of milliseconds: whole numbers need no memory of their own. */
  protected readonly tenths: number

  constructor(life: Life) {
    this.life = life
    this.seq = life.timeline.next()
    this.tenths = Math.round(10 * life.timeline.now())
  }

  /** When it was, in milliseconds. */
  get t(): number {
    return this.tenths / 10
  }

  toText(): string {
    return this.#tell() + this.life.timeline.tail + String(this.seq) + lineEnd(this.tenths)
  }

  /** A getter of somebody else’s app may throw: what it belongs to cannot be told. */
  #tell(): string {
    try {
      return this.tell()
    } catch {
      return '{"kind":"dropped","count":1'
    }
  }

  /** The line up to its source. */
  protected abstract tell(): string
}

/** An actor began, or was found. */
export class Birth extends Row {
  #timeouts = noTimeouts
  readonly #snapshot: unknown
  readonly #input: unknown
  readonly #how: 'begun' | 'found' | 'restored'

  constructor(life: Life, snapshot: unknown, input: unknown, how: 'begun' | 'found' | 'restored') {
    super(life)
    this.#snapshot = snapshot
    this.#input = input
    this.#how = how
  }

  /** It has begun, with time-outs that run. */
  rest(actor: AnyActor): void {
    this.#timeouts = this.life.timeouts.find(actor, this.tenths)
  }

  protected tell(): string {
    const input = this.#input
    const snapshot = isChartSnapshot(this.#snapshot) ? this.#snapshot : undefined
    const isFound = this.#how === 'found'
    return (
      `{"kind":"start",${this.life.text},"type":"xstate.init"` +
      (snapshot === undefined ? '' : toBeginningText(snapshot)) +
      (typeof input === 'object' && input !== null ? toFactsText('data', toFacts(input)) : '') +
      (this.#how === 'begun' ? '' : `,"${this.#how}":true`) +
      (snapshot === undefined ? '' : toFactsText('context', toFacts(snapshot.context))) +
      toTimersText(isFound ? timersLeft(this.#timeouts, this.tenths) : toTimers(this.#timeouts))
    )
  }
}

function toBeginningText({ machine, status, value }: ChartSnapshot): string {
  const ended = status === 'active' ? '' : `,"status":"${status}"`
  return `,"chart":${JSON.stringify(machine.id)},"value":${JSON.stringify(value)}${ended}`
}

/** A deed ended, or a chart was stopped from outside. */
export class Death extends Row {
  readonly #status: EndStatus
  readonly #result: object

  /** @param result with the `output` or the `error` of it */
  constructor(life: Life, status: EndStatus, result: object) {
    super(life)
    this.#status = status
    this.#result = result
  }

  protected tell(): string {
    return `{"kind":"end",${this.life.text},"status":"${this.#status}"${toFactsText('data', toData(this.#result))}`
  }
}

/** A chart dealt with an event, with all the steps that followed of themselves. */
export class Moment extends Row {
  status: ChartSnapshot['status'] = 'active'
  readonly #event: object
  readonly #cause: number | undefined
  readonly #sender: Life | undefined
  readonly #before: object
  readonly #timeoutsBefore: readonly Timeout[]
  #course: Course
  #context: object
  #timeouts: readonly Timeout[]
  /** What the policy had decided where that has refused something. */
  #verdict: unknown

  /** @param cause the `seq` of the stanza that it follows from */
  constructor(life: Life, from: Configuration, event: object, step: Step, cause: number | undefined) {
    super(life)
    this.#event = event
    this.#cause = cause
    this.#sender = life.takeSender(event)
    this.#before = life.context
    this.#timeoutsBefore = life.timeouts.rested
    this.#timeouts = life.timeouts.rested
    this.#context = life.context
    this.#course = from.begin(step)
    this.#go(step)
  }

  /** Another step followed of itself. */
  follow(step: Step): void {
    this.#course = this.#course.follow(step)
    this.#go(step)
  }

  #go({ snapshot }: Step): void {
    if (this.#course.endsWithVerdict) this.#verdict = { verdict: undefined, ...this.#context }.verdict
    this.#context = snapshot.context
    this.life.context = snapshot.context
    this.life.configuration = this.#course.target
  }

  /** It has dealt with it. */
  rest(status: ChartSnapshot['status']): void {
    this.status = status
    this.#timeouts = this.life.timeouts.rest(this.tenths)
  }

  get value(): StateValue {
    return this.#course.target.value
  }

  /** The facts of its context that have changed since its life began; none where a getter throws. */
  get facts(): Facts {
    try {
      return toChanges(this.life.firstContext, this.#context)
    } catch {
      return {}
    }
  }

  /** All time-outs that ran, with what was left of each. */
  get timers(): readonly Timer[] {
    return timersLeft(this.#timeouts, this.tenths)
  }

  protected tell(): string {
    const course = this.#course
    return (
      `{"kind":"event",${this.life.text}${course.head}` +
      (this.#sender === undefined ? '' : `,"from":${JSON.stringify(this.#sender.path)}`) +
      course.target.text +
      (this.status === 'active' ? '' : `,"status":"${this.status}"`) +
      toFactsText('data', toData(this.#event)) +
      toMeasuredText(this.#context, this.#before) +
      course.tail +
      (course.hasVerdict ? toRefusedText(course.refused, this.#verdict) : course.refusedText) +
      (this.#before === this.#context ? '' : toFactsText('context', toChanges(this.#before, this.#context))) +
      toTimersText(toTimers(this.#timeouts.filter((timeout) => !this.#timeoutsBefore.includes(timeout)))) +
      (this.#cause === undefined ? '' : `,"stanza":${this.#cause}`)
    )
  }
}

/** A chart of a source, before its first actor starts. */
export class ChartFound implements Telling {
  readonly #source: string
  readonly #machine: AnyStateMachine

  constructor(source: string, machine: AnyStateMachine) {
    this.#source = source
    this.#machine = machine
  }

  toText(): string {
    const line = {
      kind: 'chart',
      source: this.#source,
      chart: this.#machine.id,
      graph: graphOf(this.#machine),
    }
    return `${JSON.stringify(line)}\n`
  }
}

const graphs = new WeakMap<AnyStateMachine, ChartGraph>()

/** Clients share their charts. */
function graphOf(machine: AnyStateMachine): ChartGraph {
  const graph = graphs.get(machine) ?? toGraph(machine)
  graphs.set(machine, graph)
  return graph
}

/** The facts of an event, or of how something has ended. */
function toData(event: object): Facts {
  const { error, output }: { readonly error?: unknown; readonly output?: unknown } = event
  if (error === undefined && output === undefined) return toFacts(event)
  const [given, failed] = [toResult(output), toResult(error)]
  return {
    ...toFacts({ ...event, error: undefined }),
    ...(given !== undefined && { output: given }),
    ...(failed !== undefined && { error: failed }),
  }
}

/** `,"name":` and what they are, where there are any. */
function toFactsText(name: string, facts: Facts): string {
  const text = JSON.stringify(facts)
  return text === '{}' ? '' : `,"${name}":${text}`
}

/** For how long nothing had come, where an action has looked. */
function toMeasuredText(context: object, before: object): string {
  const now = silenceIn(context)
  return now > 0 || silenceIn(before) > 0 ? `,"measured":{"silentMs":${now}}` : ''
}

const silenceIn = (context: object): number => {
  const { silentMs }: { readonly silentMs?: unknown } = context
  return typeof silentMs === 'number' ? silentMs : 0
}

/** Time-outs as they began. */
const toTimers = (timeouts: readonly Timeout[]) => timeouts.flatMap((each) => toTimer(each, each.delay))

/** What is left of them at a time, in tenths of milliseconds. */
function timersLeft(timeouts: readonly Timeout[], tenths: number): readonly Timer[] {
  return timeouts.flatMap((each) => {
    const left = each.delay - (tenths - each.tenths) / 10
    return toTimer(each, Math.min(each.delay, Math.max(0, Math.round(left))))
  })
}

/** By the first transition that it leads to; what a chart has delayed in its own words is none. */
function toTimer({ event }: Timeout, ms: number): readonly Timer[] {
  const edge = edges.get(event) ?? toEdge(event.type)
  edges.set(event, edge)
  return edge === '' ? [] : [{ edge, ms }]
}

/** A chart has one event for each of its time-outs. */
const edges = new WeakMap<object, string>()

function toEdge(type: string): string {
  const state = /^xstate\.after\.[^.]+\.(.+)$/.exec(type)?.[1]
  return state === undefined ? '' : `${state} ${type} 0`
}

const toTimersText = (timers: readonly Timer[]) =>
  timers.length === 0 ? '' : `,"timers":${JSON.stringify(timers)}`
