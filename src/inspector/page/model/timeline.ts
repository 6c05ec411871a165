import type { ChartGraph } from '../../drawing/graph.js'
import type { ChartLine, InspectorRecord, RecordingLine, SourceLine } from '../../recording/record.js'
import { enterRecord, tellsError, type Actors, type Surroundings } from './actors-after.js'
import type { ActorView } from './actor-view.js'
import { giveUp, toHorizon, type GivenUp } from './given-up.js'

/** Everything as it was right after one record; index −1 is before all of them. */
export interface Moment {
  readonly index: number
  readonly actors: Actors
}

/** How many records the page keeps; the oldest tenth is given up beyond. */
export const recordLimit = 200_000

/** Records from one key frame to the next, at least. */
const stride = 500

/** A recording of any number of sources, by time, and what it means at every moment. */
export class Timeline {
  readonly #records: InspectorRecord[] = []
  readonly #times: number[] = []
  readonly #sources = new Map<string, SourceLine>()
  readonly #charts = new Map<string, ChartGraph>()
  /** By source: ids of transitions that mean that something went wrong. */
  readonly #failing = new Map<string, Set<string>>()
  /** By source. */
  readonly #givenUp = new Map<string, GivenUp>()
  readonly #limit: number
  /** By index, ascending; the first is always there. */
  #frames: Moment[] = [{ index: -1, actors: new Map() }]
  #latest: Moment = { index: -1, actors: new Map() }
  #revision = 0

  /** `limit`: the most records kept, `recordLimit` by default. */
  constructor(limit = recordLimit) {
    this.#limit = limit
  }

  /** All records by time. The list grows in place. */
  get records(): readonly InspectorRecord[] {
    return this.#records
  }

  /** What stands for the records that were given up, before all others. */
  get horizon(): readonly InspectorRecord[] {
    return toHorizon(this.#givenUp, this.#frames[0]?.actors ?? new Map(), (record) => this.timeOf(record))
  }

  /** Grows whenever records that were there get another index. */
  get revision(): number {
    return this.#revision
  }

  get sources(): readonly SourceLine[] {
    return [...this.#sources.values()]
  }

  /** By source and chart: `${source} ${chart}`. */
  get charts(): ReadonlyMap<string, ChartGraph> {
    return this.#charts
  }

  /** When a record happened, in milliseconds since 1970. */
  timeOf(record: InspectorRecord): number {
    return (this.#sources.get(record.source)?.startedAt ?? 0) + record.t
  }

  /**
   * Adds lines. What a slower source tells late takes its place by time. Gives by how much the index of a record that
   * was at `index` has grown; less than 0 where older ones were given up.
   */
  append(lines: readonly RecordingLine[], index = -1): number {
    const fresh: InspectorRecord[] = []
    for (const line of lines) {
      if (line.kind === 'source') this.#sources.set(line.source, line)
      else if (line.kind === 'chart') this.#enterChart(line)
      else fresh.push(line)
    }
    return this.#enter(fresh, index) - this.#giveUp()
  }

  /** The moment right after the record at an index; quick wherever it is. */
  at(index: number): Moment {
    const wanted = Math.max(-1, Math.min(index, this.#records.length - 1))
    const frame = this.#frames[this.#frameBefore(wanted)]
    const isNearer =
      this.#latest.index <= wanted && (frame === undefined || this.#latest.index >= frame.index)
    const from = isNearer ? this.#latest : (frame ?? this.#latest)
    this.#latest = this.#proceed(from, wanted)
    return this.#latest
  }

  /** Whether a record tells that something went wrong. */
  isFailure(record: InspectorRecord): boolean {
    if ('status' in record && record.status === 'error') return true
    if (record.kind !== 'event') return false
    if (tellsError(record)) return true
    const failing = this.#failing.get(record.source)
    return failing !== undefined && record.edges.some((edge) => failing.has(edge))
  }

  /** Where a record is, by its identity; −1 where it was given up. */
  indexOf(record: InspectorRecord): number {
    const time = this.timeOf(record)
    for (let index = this.indexAt(time); index >= 0 && this.#times[index] === time; index -= 1) {
      if (this.#records[index] === record) return index
    }
    return -1
  }

  /** The index of the last record that had happened by a time, in milliseconds since 1970; −1 where there was none. */
  indexAt(time: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] ?? 0) <= time) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #enterChart({ source, chart, graph }: ChartLine): void {
    this.#charts.set(`${source} ${chart}`, graph)
    const failing = this.#failing.get(source) ?? new Set()
    for (const { id, failure } of graph.transitions) if (failure) failing.add(id)
    this.#failing.set(source, failing)
  }

  /** All at once: each by itself would move whatever is later. Gives by how much the index of a record has grown. */
  #enter(fresh: readonly InspectorRecord[], index: number): number {
    const earliest = fresh.reduce((least, record) => Math.min(least, this.timeOf(record)), Infinity)
    const from = this.indexAt(earliest) + 1
    const watched = this.#times[index] ?? -Infinity
    const shift = fresh.filter((record) => this.timeOf(record) < watched).length
    const later = this.#records.splice(from)
    this.#times.splice(from)
    if (later.length > 0) {
      this.#revision += 1
      this.#frames = this.#frames.filter((frame) => frame.index < from)
      if (this.#latest.index >= from) this.#latest = this.#frames.at(-1) ?? this.#latest
    }
    const byTime = [...later, ...fresh].sort((one, other) => this.timeOf(one) - this.timeOf(other))
    for (const record of byTime) {
      this.#records.push(record)
      this.#times.push(this.timeOf(record))
    }
    return shift
  }

  #proceed(from: Moment, index: number): Moment {
    if (from.index === index) return from
    const actors = new Map<string, ActorView>(from.actors)
    const surroundings: Surroundings = {
      graphOf: (source, chart) => this.#charts.get(`${source} ${chart}`),
      timeOf: (record) => this.timeOf(record),
    }
    for (let next = from.index + 1; next <= index; next += 1) {
      const record = this.#records[next]
      if (record !== undefined) enterRecord(actors, record, surroundings)
      if (next - (this.#frames.at(-1)?.index ?? -1) >= Math.max(stride, 2 * actors.size)) {
        this.#frames.push({ index: next, actors: new Map(actors) })
      }
    }
    return { index, actors }
  }

  #frameBefore(index: number): number {
    let low = 0
    let high = this.#frames.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#frames[middle]?.index ?? 0) <= index) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Forgets the oldest where there are too many; gives how many. */
  #giveUp(): number {
    const excess = this.#records.length - this.#limit
    if (excess <= 0) return 0
    const count = Math.min(this.#records.length, excess + Math.floor(this.#limit / 10))
    const { actors } = this.at(count - 1)
    this.#revision += 1
    for (const record of this.#records.splice(0, count)) giveUp(this.#givenUp, record)
    this.#times.splice(0, count)
    const later = this.#frames.filter(({ index }) => index >= count)
    this.#frames = [
      { index: -1, actors },
      ...later.map((frame) => ({ index: frame.index - count, actors: frame.actors })),
    ]
    this.#latest = { index: -1, actors }
    return count
  }
}
