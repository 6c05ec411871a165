import type { ReadCrossing } from '../../router/crossing.js'
import { lineEnd } from './line-text.js'
import type { StanzaCrossed } from './record.js'
import type { Opening, Teller } from './teller.js'
import { ToldStanza } from './told-stanza.js'

/** What a segment takes: rows, and bytes unless a single row has more. */
const rowsLimit = 128
const bytesLimit = 65_536

/** What a row, a piece and a segment take beside text of their own, in bytes. */
const rowBytes = 32
const pieceBytes = 8
const segmentBytes = 500

/**
 * Stanzas that have crossed, as pieces of their lines in columns: a row is no object, and hardly makes any, so that what passes
 * costs next to nothing. The pieces become text when somebody reads them.
 */
export class StanzaRows {
  readonly #teller: Teller
  #full: StanzaSegment[] = []
  #open: StanzaSegment
  #length = 0
  #bytes = 0

  constructor(teller: Teller) {
    this.#teller = teller
    this.#open = new StanzaSegment(teller)
  }

  get length(): number {
    return this.#length
  }

  /** About what it takes of memory, but for the segment that is not full. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes one more in, and tells whether that fills a segment.
   * @param number of it among all that is seen
   */
  add(number: number, t: number, crossing: ReadCrossing): boolean {
    const isFull = this.#open.add(number, t, crossing)
    this.#length += 1
    if (isFull) this.#close()
    return isFull
  }

  /** Gives the oldest up, but for so many, and tells how many those were. Memory is freed by the segment. */
  keep(count: number): number {
    const surplus = Math.max(0, this.#length - count)
    for (let left = surplus; left > 0;) {
      const [oldest] = this.#full
      if (oldest === undefined) this.#close()
      else {
        left -= oldest.giveUp(left)
        if (oldest.length > 0) continue
        this.#full.shift()
        this.#bytes -= oldest.bytes
      }
    }
    this.#length -= surplus
    return surplus
  }

  /** All of it, which is here no more. */
  take(): readonly StanzaSegment[] {
    this.#close()
    const taken = this.#full
    this.#full = []
    this.#length = 0
    this.#bytes = 0
    return taken
  }

  #close(): void {
    if (this.#open.length === 0) return
    this.#full.push(this.#open)
    this.#bytes += this.#open.bytes
    this.#open = new StanzaSegment(this.#teller)
  }
}

/** Some of them, in their order. */
export class StanzaSegment {
  readonly #teller: Teller
  /** Of each its number, and its `seq` once it is counted. */
  readonly #numbers: number[] = []
  readonly #times: number[] = []
  readonly #openings: Opening[] = []
  /** Of all lines in their order, and where each ends; the last of a line is made when it is read. */
  readonly #pieces: string[] = []
  readonly #ends: number[] = []
  #units = 0
  /** Rows that are given up. */
  #first = 0
  #counted = 0

  constructor(teller: Teller) {
    this.#teller = teller
  }

  get length(): number {
    return this.#numbers.length - this.#first
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return segmentBytes + rowBytes * this.#numbers.length + pieceBytes * this.#pieces.length + 2 * this.#units
  }

  /** The `seq` of the oldest that it still has. */
  get firstSeq(): number {
    return this.#numbers[this.#first] ?? Infinity
  }

  /** Takes one more in, and tells whether that was the last. */
  add(number: number, t: number, crossing: ReadCrossing): boolean {
    const pieces = this.#pieces
    const begin = pieces.length
    try {
      this.#openings.push(this.#teller.tell(crossing, pieces))
    } catch (error) {
      pieces.length = begin
      throw error
    }
    pieces.push('')
    this.#ends.push(pieces.length)
    this.#numbers.push(number)
    this.#times.push(t)
    this.#units += this.#teller.units
    return this.#numbers.length === rowsLimit || this.bytes >= bytesLimit
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
    const to = Math.min(from + count, this.#numbers.length)
    while (this.#first < to && this.firstSeq < seq) this.#first += 1
    const last = this.#first - 1
    return { count: this.#first - from, seq: this.#numbers[last] ?? 0, t: toTenths(this.#times[last] ?? 0) }
  }

  /**
   * Gives a `seq` to those that were seen before something else, and tells whether those were all of them.
   * @param toSeq is handed the number of each
   */
  count(before: number, toSeq: (number: number, isIn: boolean, t: number) => number): boolean {
    for (; this.#counted < this.#numbers.length; this.#counted++) {
      const row = this.#counted
      const number = this.#numbers[row] ?? 0
      if (number >= before) return false
      const isIn = this.#openings[row]?.direction === 'in'
      this.#numbers[row] = toSeq(number, isIn, this.#times[row] ?? 0)
    }
    return true
  }

  /** Adds their records to others, from so manieth on. */
  addRecords(records: StanzaCrossed[], source: string, from = 0): void {
    const first = this.#first + from
    const begin = this.#ends[first - 1] ?? 0
    for (let row = first; row < this.#numbers.length; row++)
      this.#pieces[(this.#ends[row] ?? 0) - 1] = `${this.#endOf(row)}\n`
    const text = (begin === 0 ? this.#pieces : this.#pieces.slice(begin)).join('')
    const isEscaped = text.includes('\\')
    let at = 0
    for (let row = first; row < this.#numbers.length; row++) {
      const opening = this.#openings[row]
      if (opening === undefined) continue
      const { direction, head, name, what } = opening
      const end = text.indexOf('\n', at)
      const last = (this.#ends[row] ?? 0) - 1
      const told = text.slice(
        at + head.length,
        end + 1 - (this.#pieces[last]?.length ?? 0) - this.#teller.tail.length,
      )
      const xml = isEscaped ? String(JSON.parse(`"${told}"`)) : told
      const [seq, t] = [this.#numbers[row] ?? 0, toTenths(this.#times[row] ?? 0)]
      records.push(new ToldStanza({ direction, what, name, xml, source, seq, t }, text, at, end))
      this.#pieces[last] = ''
      at = end + 1
    }
  }

  #endOf(row: number): string {
    return lineEnd(this.#numbers[row] ?? 0, toTenths(this.#times[row] ?? 0))
  }
}

/** Milliseconds as a recording has them. */
export const toTenths = (ms: number) => Math.round(ms * 10) / 10
