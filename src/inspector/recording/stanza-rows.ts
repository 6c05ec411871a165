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
  /** In tenths of milliseconds. */
  readonly #times: number[] = []
  readonly #openings: Opening[] = []
  /** Of all lines in their order, and where each ends; the last two of a line are made when it is read. */
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
    pieces.push('', '')
    this.#ends.push(pieces.length)
    this.#numbers.push(number)
    this.#times.push(Math.round(t * 10))
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
    return { count: this.#first - from, seq: this.#numbers[last] ?? 0, t: (this.#times[last] ?? 0) / 10 }
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
      this.#numbers[row] = toSeq(number, isIn, (this.#times[row] ?? 0) / 10)
    }
    return true
  }

  /** Adds their records to others, from so manieth on. */
  addRecords(records: StanzaCrossed[], source: string, from = 0): void {
    const pieces = this.#pieces
    const first = this.#first + from
    this.#number(first)
    const begin = this.#ends[first - 1] ?? 0
    const text = (begin === 0 ? pieces : pieces.slice(begin)).join('')
    const isEscaped = text.includes('\\')
    let at = 0
    for (let row = first; row < this.#numbers.length; row++) {
      const opening = this.#openings[row]
      if (opening === undefined) continue
      const last = (this.#ends[row] ?? 0) - 1
      const tail = opening.tail.text.length + (pieces[last - 1] ?? '').length + (pieces[last] ?? '').length
      const end = text.indexOf('\n', at)
      const told = text.slice(at + opening.head.length, end + 1 - tail)
      const xml = isEscaped ? String(JSON.parse(`"${told}"`)) : told
      const seq = this.#numbers[row] ?? 0
      const t = (this.#times[row] ?? 0) / 10
      records.push(new ToldStanza(opening, { seq, source, t, xml }, text, at, end))
      pieces[last - 1] = ''
      pieces[last] = ''
      at = end + 1
    }
  }

  /** Makes the last two pieces of lines. */
  #number(first: number): void {
    const pieces = this.#pieces
    let tenths = -1
    let end = ''
    for (let row = first; row < this.#numbers.length; row++) {
      const last = (this.#ends[row] ?? 0) - 1
      const time = this.#times[row] ?? 0
      if (time !== tenths) end = lineEnd(time)
      tenths = time
      pieces[last - 1] = String(this.#numbers[row] ?? 0)
      pieces[last] = end
    }
  }
}

/** Milliseconds as a recording has them. */
export const toTenths = (ms: number) => Math.round(ms * 10) / 10
