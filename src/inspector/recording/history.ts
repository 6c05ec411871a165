import type { BatchPart } from './line-batch.js'
import { KeyFrame } from './key-frame.js'
import type { RecordingLine } from './record.js'
import type { StanzaRows } from './stanza-rows.js'
import { toTenths } from './tenths.js'

/** About what a line takes of memory, in bytes. */
const lineBytes = 500

/** What was written down and is still kept: the latest stanzas as rows, everything else as lines. */
export class History {
  readonly #source: string
  readonly #stanzas: StanzaRows
  /** Everything as it was when the oldest happened that is still kept. */
  readonly #horizon = new KeyFrame()
  readonly #lines: RecordingLine[] = []

  constructor(source: string, stanzas: StanzaRows) {
    this.#source = source
    this.#stanzas = stanzas
  }

  /** How many lines, stanzas aside. */
  get length(): number {
    return this.#lines.length
  }

  /** About what those take of memory. */
  get bytes(): number {
    return lineBytes * this.#lines.length
  }

  keep(line: RecordingLine): void {
    this.#lines.push(line)
  }

  /** Everything, behind how things were when it began. */
  all(): readonly BatchPart[] {
    const { seq } = this.#horizon
    return [...this.#horizon.toLines(seq + 1), ...this.#merge(this.#lines, this.#stanzas.first, seq)]
  }

  /** What has come behind so many lines, a row and a `seq`. */
  since(length: number, row: number, seq: number): readonly BatchPart[] {
    return this.#merge(this.#lines.slice(length), row, seq)
  }

  /** A tenth at once, so that it seldom has to be done. All stanzas must be counted. */
  dropOldest(): void {
    const rows = this.#stanzas
    let lines = 0
    for (let left = Math.ceil((this.length + rows.length) / 10); left > 0; left--) {
      const line = this.#lines[lines]
      const { first } = rows
      if (rows.length > 0 && (line === undefined || isBefore(rows.seqOf(first), line))) {
        this.#horizon.pass(rows.seqOf(first), toTenths(rows.timeOf(first)))
        rows.dropOldest()
      } else if (line !== undefined) {
        this.#horizon.take(line)
        lines += 1
      }
    }
    this.#lines.splice(0, lines)
  }

  /** In the order in which it happened, and where stanzas are missing, how many. */
  #merge(lines: readonly RecordingLine[], row: number, seq: number): readonly BatchPart[] {
    const rows = this.#stanzas
    const parts: BatchPart[] = []
    let next = row
    let last = seq
    const miss = (before: number, t: number) => {
      const count = before - 1 - last
      if (count > 0) parts.push({ kind: 'dropped', count, source: this.#source, seq: before - 1, t })
    }
    const addStanzas = (before: number) => {
      const end = rows.rowAt(next, before)
      if (end === next) return
      miss(rows.seqOf(next), toTenths(rows.timeOf(next)))
      parts.push(rows.toText(next, end))
      last = rows.seqOf(end - 1)
      next = end
    }
    for (const line of lines) {
      if ('seq' in line) {
        addStanzas(line.seq)
        miss(line.seq, line.t)
        last = line.seq
      }
      parts.push(line)
    }
    addStanzas(Infinity)
    return parts
  }
}

const isBefore = (seq: number, line: RecordingLine) => 'seq' in line && seq < line.seq
