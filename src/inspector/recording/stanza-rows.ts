import type { ReadCrossing } from '../../router/crossing.js'
import type { Sendable } from '../../router/outbound.js'
import type { StanzaCrossed } from './record.js'

/** What a segment takes: rows, and UTF-16 units unless a single row has more. */
const rowsLimit = 128
const unitsLimit = 32_768

/** What a row and a segment take beside their text, in bytes. */
const rowBytes = 32
const segmentBytes = 500

/** What crossed, as text that may be told, or to be told when somebody reads it. */
export type Passed = Sendable | string

/** Tells what passed, as far as it may be told. */
export type Tell = (passed: Sendable) => string

/**
 * Stanzas that have crossed and that nobody has read, in columns: a row is no object, and makes none, so that what passes costs
 * next to nothing.
 */
export class StanzaRows {
  #full: StanzaSegment[] = []
  #open = new StanzaSegment()
  #length = 0
  #bytes = 0

  get length(): number {
    return this.#length
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes one more in, and tells whether that fills a segment.
   * @param number of it among all that is seen
   */
  add(number: number, t: number, crossing: ReadCrossing, passed: Passed, units: number): boolean {
    this.#length += 1
    this.#bytes += rowBytes + 2 * units
    const isFull = this.#open.add(number, t, crossing, passed, units)
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
    this.#bytes += segmentBytes
    this.#open = new StanzaSegment()
  }
}

/** Some of them, in their order. */
export class StanzaSegment {
  /** Of each its number, and its `seq` once it is counted. */
  readonly #numbers: number[] = []
  readonly #times: number[] = []
  readonly #kinds: Kind[] = []
  #passed: Passed[] = []
  #units = 0
  /** What it is once it is written down: one text, and where each ends. */
  #text = ''
  readonly #ends: number[] = []
  /** Rows that are given up. */
  #first = 0
  #counted = 0

  get length(): number {
    return this.#numbers.length - this.#first
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return segmentBytes + rowBytes * this.#numbers.length + 2 * this.#units
  }

  /** The `seq` of the oldest that it still has. */
  get firstSeq(): number {
    return this.#numbers[this.#first] ?? Infinity
  }

  /** When that was. */
  get firstT(): number {
    return this.#times[this.#first] ?? Infinity
  }

  /** Takes one more in, and tells whether that was the last. */
  add(number: number, t: number, { direction, what }: ReadCrossing, passed: Passed, units: number): boolean {
    this.#numbers.push(number)
    this.#times.push(t)
    this.#kinds.push(kinds[direction][what])
    this.#passed.push(passed)
    this.#units += units
    return this.#numbers.length === rowsLimit || this.#units >= unitsLimit
  }

  /** Makes one text of all: pieces would burden the garbage collector, and hold on to what they were cut from. */
  writeDown(tell: Tell): void {
    this.#units = 0
    const texts = this.#passed.map((passed) => {
      const text = typeof passed === 'string' ? passed : tell(passed)
      this.#units += text.length
      this.#ends.push(this.#units)
      return text
    })
    this.#text = texts.join('')
    this.#passed = []
  }

  /** Gives so many of the oldest up, as far as there are any, and tells how many. */
  giveUp(count: number): number {
    const given = Math.min(count, this.length)
    this.#first += given
    this.#counted = Math.max(this.#counted, this.#first)
    return given
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
      const isIn = this.#kinds[row]?.direction === 'in'
      this.#numbers[row] = toSeq(number, isIn, this.#times[row] ?? 0)
    }
    return true
  }

  /** Their records, from so manieth on. */
  toRecords(source: string, from = 0): readonly StanzaCrossed[] {
    const records: StanzaCrossed[] = []
    for (let row = this.#first + from; row < this.#numbers.length; row++) {
      const { direction, what } = this.#kinds[row] ?? kinds.in.element
      const xml = this.#text.slice(this.#ends[row - 1] ?? 0, this.#ends[row])
      const [seq, t] = [this.#numbers[row] ?? 0, toTenths(this.#times[row] ?? 0)]
      records.push({ kind: 'wire', direction, what, name: nameIn(xml), xml, source, seq, t })
    }
    return records
  }
}

type Kind = Pick<StanzaCrossed, 'direction' | 'what'>

const kindsOf = (direction: ReadCrossing['direction']) => ({
  open: { direction, what: 'open' } satisfies Kind,
  element: { direction, what: 'element' } satisfies Kind,
  close: { direction, what: 'close' } satisfies Kind,
})

/** Each of them once. */
const kinds = { in: kindsOf('in'), out: kindsOf('out') }

/** Milliseconds as a recording has them. */
export const toTenths = (ms: number) => Math.round(ms * 10) / 10

/** The name in the first tag. */
function nameIn(xml: string): string {
  const begin = xml.startsWith('</') ? 2 : 1
  let end = begin
  while (end < xml.length && !nameEnds.has(xml.charCodeAt(end))) end++
  return xml.slice(begin, end)
}

const nameEnds = new Set([' ', '/', '>'].map((each) => each.charCodeAt(0)))
