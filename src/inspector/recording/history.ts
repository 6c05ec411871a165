import type { BatchPart } from './line-batch.js'
import { KeyFrame } from './key-frame.js'
import type { RecordingLine } from './record.js'
import { Row, type Telling } from './row.js'
import type { StanzaRows } from './stanza-rows.js'
import { toTenths } from './tenths.js'

/** About what is kept of something that happened takes of memory, in bytes. */
export const keptBytes = 600

type Kept = RecordingLine | Telling

/** What has happened and is still kept: the latest stanzas as rows of their own, and everything else. */
export class History {
  readonly #source: string
  readonly #stanzas: StanzaRows
  /** Everything as it was when the oldest happened that is still kept. */
  readonly #horizon = new KeyFrame()
  readonly #kept: Kept[] = []
  /** How many of them, and up to which stanza and `seq`, were read as news. */
  #toldCount = 0
  #toldRow = 0
  #toldSeq = -1

  constructor(source: string, stanzas: StanzaRows) {
    this.#source = source
    this.#stanzas = stanzas
  }

  /** How many there are, stanzas aside. */
  get length(): number {
    return this.#kept.length
  }

  /** How many have not been read as news, stanzas and all. */
  get untold(): number {
    return this.#kept.length - this.#toldCount + this.#stanzas.end - this.#toldRow
  }

  /** About what they take of memory. */
  get bytes(): number {
    return keptBytes * this.#kept.length
  }

  keep(line: Kept): void {
    this.#kept.push(line)
  }

  /** Everything, behind how things were when it began. */
  all(): readonly BatchPart[] {
    const { seq } = this.#horizon
    return [...this.#horizon.toLines(seq + 1), ...this.#merge(this.#kept, this.#stanzas.first, seq)]
  }

  /** What has come since this was last asked. */
  takeNews(): readonly BatchPart[] {
    const kept = this.#kept.slice(this.#toldCount)
    const news = this.#merge(kept, Math.max(this.#toldRow, this.#stanzas.first), this.#toldSeq)
    this.skipNews()
    return news
  }

  /** Nobody asks for what has come. */
  skipNews(): void {
    const rows = this.#stanzas
    const last = this.#kept.at(-1)
    this.#toldCount = this.#kept.length
    this.#toldRow = rows.end
    this.#toldSeq = Math.max(
      this.#toldSeq,
      last !== undefined && 'seq' in last ? last.seq : -1,
      rows.length > 0 ? rows.seqOf(rows.end - 1) : -1,
    )
  }

  /** A tenth at once, so that it seldom has to be done. There must be no news. */
  dropOldest(): void {
    const rows = this.#stanzas
    let dropped = 0
    for (let left = Math.ceil((this.length + rows.length) / 10); left > 0; left--) {
      const line = this.#kept[dropped]
      const { first } = rows
      if (rows.length > 0 && (line === undefined || isBefore(rows.seqOf(first), line))) {
        this.#horizon.pass(rows.seqOf(first), toTenths(rows.timeOf(first)))
        rows.dropOldest()
      } else if (line !== undefined) {
        this.#horizon.take(line)
        dropped += 1
      }
    }
    this.#kept.splice(0, dropped)
    this.#toldCount -= dropped
  }

  /** In the order in which it happened, and where stanzas are missing, how many. */
  #merge(kept: readonly Kept[], row: number, seq: number): readonly BatchPart[] {
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
    for (const line of kept) {
      if ('seq' in line || line instanceof Row) {
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

const isBefore = (seq: number, line: Kept) => 'seq' in line && typeof line.seq === 'number' && seq < line.seq
