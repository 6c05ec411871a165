import type { StateValue } from 'xstate'
import { readLines } from './line-batch.js'
import type {
  ActorStarted,
  ChartLine,
  Facts,
  InspectorRecord,
  RecordingLine,
  SecurityFound,
  SourceLine,
  Timer,
} from './record.js'
import { Moment, type Telling } from './row.js'

/** Everything as it was after the records that it was given: what a recording goes on from where its beginning is lost. */
export class KeyFrame {
  #source: SourceLine | undefined
  readonly #charts: ChartLine[] = []
  readonly #actors = new Map<string, ActorStarted>()
  /** The last moment of each, as long as that is not read. */
  readonly #moments = new Map<string, Moment>()
  #security: SecurityFound | undefined
  #last: { readonly seq: number; readonly t: number } = { seq: -1, t: 0 }

  take(line: RecordingLine | Telling): void {
    if ('toText' in line) this.#takeTelling(line)
    else if (line.kind === 'source') this.#source = line
    else if (line.kind === 'chart') this.#charts.push(line)
    else this.#follow(line)
  }

  /** Takes a stanza in, which changes nobody. */
  pass(seq: number, t: number): void {
    this.#last = { seq, t }
  }

  /** Of the last that it was given; -1 where there was none. */
  get seq(): number {
    return this.#last.seq
  }

  /** @param count how many records the reader misses */
  toLines(count: number): readonly RecordingLine[] {
    const { seq, t } = this.#last
    const head = [...(this.#source === undefined ? [] : [this.#source]), ...this.#charts]
    if (count === 0 || this.#source === undefined) return head
    const { source } = this.#source
    const security = this.#security && { ...this.#security, seq, t }
    return [
      ...head,
      { kind: 'dropped', source, seq, t, count, living: [...this.#actors.keys()] },
      ...[...this.#actors].map(([path, actor]) => toFound(follow(actor, this.#moments.get(path)), seq, t)),
      ...(security === undefined ? [] : [security]),
    ]
  }

  /** Of what a chart did, the last says all: it is not read before somebody asks. */
  #takeTelling(telling: Telling): void {
    if (telling instanceof Moment && telling.status === 'active') {
      this.#moments.set(telling.life.path, telling)
      this.#last = telling
    } else for (const line of readLines(telling.toText())) this.take(line)
  }

  #follow(record: InspectorRecord): void {
    this.#last = record
    if (record.kind === 'security') this.#security = record
    if (record.kind === 'dropped' && record.living !== undefined) this.#keep(new Set(record.living))
    if (record.kind === 'end' || ('status' in record && record.status !== undefined)) {
      if ('actorPath' in record) this.#forget(record.actorPath)
    } else if (record.kind === 'start') {
      this.#actors.set(record.actorPath, record)
      this.#moments.delete(record.actorPath)
    } else if (record.kind === 'event') {
      const { actorPath, context, t, timers = [], value } = record
      const known = this.#actors.get(actorPath)
      if (known === undefined) return
      const running = (known.timers ?? []).map((timer) => ({ ...timer, ms: timer.ms - (t - known.t) }))
      const restarted = new Set(timers.map(({ edge }) => edge))
      const goOn = running.filter(({ edge }) => !restarted.has(edge) && isIn(edge, known.chart, value))
      this.#actors.set(actorPath, {
        ...known,
        t,
        value,
        context: merge(known.context, context),
        timers: [...goOn, ...timers],
      })
    }
  }

  #keep(living: ReadonlySet<string>): void {
    for (const path of this.#actors.keys()) if (!living.has(path)) this.#forget(path)
  }

  #forget(path: string): void {
    for (const known of [this.#actors, this.#moments])
      for (const each of known.keys()) if (each === path || each.startsWith(`${path}/`)) known.delete(each)
  }
}

/** An actor as it was behind the last moment that is known of it. */
function follow(actor: ActorStarted, moment: Moment | undefined): ActorStarted {
  if (moment === undefined) return actor
  const { facts, t, timers, value } = moment
  return { ...actor, t, value, context: merge(actor.context, facts), timers }
}

/** `null` takes a fact away. */
function merge(before: Facts | undefined, changed: Facts | undefined): Facts {
  return Object.fromEntries(Object.entries({ ...before, ...changed }).filter(([, fact]) => fact !== null))
}

function toFound(actor: ActorStarted, seq: number, t: number): ActorStarted {
  const { timers = [], ...rest } = actor
  const left = timers.map(({ edge, ms }): Timer => ({ edge, ms: Math.max(0, ms - (t - actor.t)) }))
  return { ...rest, seq, t, found: true, ...(left.length > 0 && { timers: left }) }
}

/** Whether the source of a transition is a state that is active. */
function isIn(edge: string, chart = '', value: StateValue): boolean {
  const [source = ''] = edge.split(' ')
  return source === chart || [...activeIn(chart, value)].includes(source)
}

function* activeIn(around: string, value: StateValue): Generator<string> {
  if (typeof value === 'string') yield `${around}.${value}`
  else
    for (const [name, inner] of Object.entries(value)) {
      yield `${around}.${name}`
      if (inner !== undefined) yield* activeIn(`${around}.${name}`, inner)
    }
}
