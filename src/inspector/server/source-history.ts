import type { InspectorRecord, RecordingLine, RecordsDropped, SourceLine } from '../recording/record.js'
import { toLineText } from '../recording/line-text.js'
import { KeyFrame } from '../recording/key-frame.js'
import { isRecordingLine } from '../recording/recording-shape.js'

/** What is kept of one source. */
export interface HistoryLimits {
  /** Records. */
  readonly records: number
  /**
   * Their text and that of the charts, in UTF-16 code units; charts may take half of it. Those who live since before the oldest
   * record may take half as much beside it.
   */
  readonly length: number
}

/** How far somebody has been told. */
export interface Place {
  /** The version of the source’s own line. */
  readonly version: number
  readonly charts: number
  readonly records: number
}

/** Nothing told yet. */
export const beginning: Place = { version: 0, charts: 0, records: 0 }

/** What is next, as text of JSON, and how far that is. */
export interface Portion {
  readonly lines: readonly string[]
  readonly place: Place
}

/** The lines of one source, the latest of them, for whoever comes late or is slow. */
export class SourceHistory {
  readonly #limits: HistoryLimits
  /** What was, as it was when the oldest began that is still held. */
  readonly #horizon = new KeyFrame()
  /** What those who lived then take, when that was measured last, and what was forgotten since, as text. */
  #livingLength = 0
  #unmeasured = 0
  /** Records that the source itself has given up, among those that are forgotten. */
  #unheard = 0
  readonly #charts = new Map<string, string>()
  /** The oldest stands at `#start`. */
  #records: string[] = []
  #start = 0
  /** Records before `#start` that are no more in the list. */
  #forgotten = 0
  #length = 0
  #chartsLength = 0
  #version = 1
  #line: SourceLine
  #lastSeq = -1

  constructor(line: SourceLine, limits: HistoryLimits) {
    this.#line = line
    this.#limits = limits
    this.#horizon.take(line)
  }

  get line(): SourceLine {
    return this.#line
  }

  /** The source says something else of itself. */
  describe(line: SourceLine): void {
    this.#line = line
    this.#version += 1
  }

  /** Takes the next line; what is known already is not kept twice. Tells whether the charts, and those who live, still fit. */
  append(line: RecordingLine): boolean {
    if (line.kind === 'source') {
      this.describe(line)
      return true
    }
    if (line.kind === 'chart') return this.#addChart(line.chart, JSON.stringify(line))
    if (line.seq <= this.#lastSeq) return true
    const text = toLineText(line.kind === 'dropped' ? this.#unheardOf(line) : line)
    if (!isStandIn(line)) this.#lastSeq = line.seq
    this.#records.push(text)
    this.#length += text.length
    this.#trim()
    return this.#hasRoomForLiving()
  }

  /** What comes after a place, until it is about so long; at least one line where there is one. */
  next(place: Place, length: number): Portion {
    const lines: string[] = []
    let left = length
    const add = (text: string) => {
      lines.push(text)
      left -= text.length
    }
    if (place.version < this.#version) add(JSON.stringify(this.#line))
    const charts = [...this.#charts.values()].slice(place.charts)
    charts.forEach(add)
    if (place.records < this.#first) {
      const missed = this.#first - place.records + (place.records === 0 ? this.#unheard : 0)
      for (const line of this.#horizon.toLines(missed)) if ('seq' in line) add(JSON.stringify(line))
    }
    let records = Math.max(place.records, this.#first)
    for (; records < this.#end && left > 0; records += 1) add(this.#records[records - this.#forgotten] ?? '')
    return { lines, place: { version: this.#version, charts: place.charts + charts.length, records } }
  }

  /** A recorder counts from its own beginning, also what was heard of it before. */
  #unheardOf(line: RecordsDropped): RecordsDropped {
    return { ...line, count: Math.min(line.count, line.seq - this.#lastSeq) }
  }

  #addChart(chart: string, text: string): boolean {
    if (this.#charts.has(chart)) return true
    this.#charts.set(chart, text)
    this.#length += text.length
    this.#chartsLength += text.length
    this.#trim()
    return this.#chartsLength <= this.#limits.length / 2
  }

  #trim(): void {
    const { length, records } = this.#limits
    while (this.#held > records || (this.#length > length && this.#held > 1)) this.#forgetOldest()
  }

  #hasRoomForLiving(): boolean {
    const { length } = this.#limits
    if (this.#unmeasured > length / 8) {
      this.#unmeasured = 0
      this.#livingLength = JSON.stringify(this.#horizon.toLines(1)).length
    }
    return this.#livingLength <= length / 2
  }

  #forgetOldest(): void {
    const text = this.#records[this.#start] ?? ''
    const record: unknown = JSON.parse(text)
    if (isRecordingLine(record)) {
      this.#horizon.take(record)
      if (record.kind === 'dropped') this.#unheard += record.count - 1
    }
    this.#length -= text.length
    this.#unmeasured += text.length
    this.#start += 1
    if (this.#start < this.#records.length / 2) return
    this.#records = this.#records.slice(this.#start)
    this.#forgotten += this.#start
    this.#start = 0
  }

  get #held(): number {
    return this.#records.length - this.#start
  }

  get #first(): number {
    return this.#forgotten + this.#start
  }

  get #end(): number {
    return this.#forgotten + this.#records.length
  }
}

/** Stands for records that its source has given up, and has the number of the last of them. */
const isStandIn = (record: InspectorRecord) =>
  record.kind === 'dropped' || (record.kind === 'start' && record.found === true)
