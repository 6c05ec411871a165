import type { ReadCrossing } from '../../router/crossing.js'
import { LinePieces } from './line-pieces.js'
import { toLineEnd } from './line-text.js'
import type { StanzaCrossed } from './record.js'
import type { Opening, Teller } from './teller.js'
import { ToldStanza } from './told-stanza.js'

/** What a segment takes: rows, and bytes unless a single row has more. */
const rowsLimit = 128
const bytesLimit = 65_536

/** What a row, a piece and a segment take beside text of their own, in bytes. */
const rowBytes = 40
const pieceBytes = 8
const segmentBytes = 500

/** Some of the stanzas that have crossed, in their order. */
export class StanzaSegment {
  readonly #teller: Teller
  readonly #lines = new LinePieces()
  /** Of each its number, and its `seq` once it is counted. */
  readonly #numbers: number[] = []
  /** In tenths of milliseconds. */
  readonly #times: number[] = []
  readonly #openings: Opening[] = []
  /** Where the pieces of each end, and its own bytes. */
  readonly #ends: number[] = []
  readonly #ownEnds: number[] = []
  /** Rows that are in use: these, but for the first. */
  #rows = 0
  #first = 0
  #counted = 0

  constructor(teller: Teller) {
    this.#teller = teller
  }

  get length(): number {
    return this.#rows - this.#first
  }

  /** About what it takes of memory. */
  get bytes(): number {
    const { length, textBytes } = this.#lines
    return segmentBytes + rowBytes * this.#rows + pieceBytes * length + textBytes
  }

  /** The `seq` of the oldest that it still has. */
  get firstSeq(): number {
    return this.length === 0 ? Infinity : (this.#numbers[this.#first] ?? Infinity)
  }

  /** Takes one more in, and tells whether that was the last. */
  add(number: number, t: number, crossing: ReadCrossing): boolean {
    const lines = this.#lines
    const row = this.#rows
    const { length, ownLength } = lines
    try {
      this.#openings[row] = this.#teller.tell(crossing, lines)
    } catch (error) {
      lines.drop(length, ownLength)
      throw error
    }
    this.#ends[row] = lines.length
    this.#ownEnds[row] = lines.ownLength
    this.#numbers[row] = number
    this.#times[row] = Math.round(t * 10)
    this.#rows = row + 1
    return this.#rows === rowsLimit || this.bytes >= bytesLimit
  }

  /** Makes it as good as new, unless too much would stay in memory for that. */
  clear(): boolean {
    if (this.#lines.length > sparePieces || this.bytes > bytesLimit) return false
    this.#lines.clear()
    this.#rows = 0
    this.#first = 0
    this.#counted = 0
    return true
  }

  /** Gives so many of the oldest up, as far as there are any, and tells how many. */
  giveUp(count: number): number {
    const given = Math.min(count, this.length)
    this.#first += given
    this.#counted = Math.max(this.#counted, this.#first)
    return given
  }

  /** Gives up those that came before a `seq`, no more than so many, and tells of the last of them. */
  giveUpBefore(
    seq: number,
    count: number,
  ): { readonly count: number; readonly seq: number; readonly t: number } {
    const from = this.#first
    const to = Math.min(from + count, this.#rows)
    while (this.#first < to && this.firstSeq < seq) this.#first += 1
    const last = this.#first - 1
    return { count: this.#first - from, seq: this.#numbers[last] ?? 0, t: this.#timeOf(last) }
  }

  /**
   * Gives a `seq` to those that were seen before something else, and tells whether those were all of them.
   * @param toSeq is handed the number of each
   */
  count(before: number, toSeq: (number: number, isIn: boolean, t: number) => number): boolean {
    for (; this.#counted < this.#rows; this.#counted++) {
      const row = this.#counted
      const number = this.#numbers[row] ?? 0
      if (number >= before) return false
      const isIn = this.#openings[row]?.direction === 'in'
      this.#numbers[row] = toSeq(number, isIn, this.#timeOf(row))
    }
    return true
  }

  /** Adds their records to others, from so manieth on. */
  addRecords(records: StanzaCrossed[], source: string, from = 0): void {
    const first = this.#first + from
    const text = this.#write(first)
    const isEscaped = text.includes('\\')
    let begin = 0
    for (let row = first; row < this.#rows; row++) {
      const opening = this.#openings[row]
      const numberAt = numbersAt[row] ?? 0
      const end = linesEnd[row] ?? 0
      if (opening === undefined) continue
      const told = text.slice(begin + opening.head.length, numberAt - opening.tail.text.length)
      const xml = isEscaped ? String(JSON.parse(`"${told}"`)) : told
      const seq = this.#numbers[row] ?? 0
      records.push(new ToldStanza(opening, { seq, source, t: this.#timeOf(row), xml }, text, begin, end - 1))
      begin = end
    }
  }

  /** Their lines; and notes where the number of each stands, and where it ends. */
  #write(first: number): string {
    let text = ''
    let begin = this.#ends[first - 1] ?? 0
    let tenths = -1
    let lineEnd = ''
    this.#lines.beginReading(this.#ownEnds[first - 1] ?? 0)
    for (let row = first; row < this.#rows; row++) {
      const end = this.#ends[row] ?? begin
      const time = this.#times[row] ?? 0
      if (time !== tenths) lineEnd = toLineEnd(time)
      tenths = time
      text = this.#lines.prolong(text, begin, end)
      numbersAt[row] = text.length
      text += this.#numbers[row] ?? 0
      text += lineEnd
      linesEnd[row] = text.length
      begin = end
    }
    this.#lines.endReading()
    return text
  }

  #timeOf(row: number): number {
    return (this.#times[row] ?? 0) / 10
  }
}

/** Of the rows that are being read. */
const numbersAt: number[] = []
const linesEnd: number[] = []

/** How many segments wait to be used again, of at most so many pieces each. */
const spareLimit = 32
const sparePieces = 4096

/** Makes segments, out of those that are needed no more where there are any: so nothing new grows old in memory. */
export class Segments {
  readonly #teller: Teller
  readonly #spare: StanzaSegment[] = []

  constructor(teller: Teller) {
    this.#teller = teller
  }

  take(): StanzaSegment {
    return this.#spare.pop() ?? new StanzaSegment(this.#teller)
  }

  giveBack(segment: StanzaSegment): void {
    if (this.#spare.length < spareLimit && segment.clear()) this.#spare.push(segment)
  }
}
