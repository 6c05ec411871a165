import type { Sendable } from '../../router/outbound.js'
import { decimal, lineEnd } from './line-text.js'
import type { Teller } from './teller.js'

/** What a row takes beside its stanza, and an element beside its text, in bytes. */
export const rowBytes = 400

/** How many rows there is room for at first; a power of two, as every room. */
const roomAtFirst = 64

/**
 * The latest stanzas that have crossed, as they are, in columns that are used again: what passes costs a few stores. Rows are
 * counted from the first that ever was; what they say is made when somebody reads it.
 */
export class StanzaRows {
  readonly #teller: Teller
  /** What crossed, or its line up to the number. */
  #stanzas: (Sendable | string)[] = emptyRows(roomAtFirst)
  /** The `seq` of each. */
  #numbers = new Float64Array(roomAtFirst)
  /** In milliseconds. */
  #times = new Float64Array(roomAtFirst)
  /** UTF-16 units of it; negative where it came in. */
  #units = new Float64Array(roomAtFirst)
  #mask = roomAtFirst - 1
  /** The oldest row, and what comes next. */
  #first = 0
  #end = 0
  /** Of those that are here. */
  #allUnits = 0

  constructor(teller: Teller) {
    this.#teller = teller
  }

  get length(): number {
    return this.#end - this.#first
  }

  /** The oldest row, and the one behind the latest. */
  get first(): number {
    return this.#first
  }
  get end(): number {
    return this.#end
  }

  /** About what they take of memory. */
  get bytes(): number {
    return rowBytes * this.length + 2 * this.#allUnits
  }

  /**
   * Takes one more in.
   * @param number its `seq`
   * @param t in milliseconds
   * @param units how long that is, in UTF-16 units
   * @param stanza what crosses, or its line up to the number where it must not be kept as it is
   */
  add(number: number, t: number, isIn: boolean, units: number, stanza: Sendable | string): void {
    if (this.#end - this.#first > this.#mask) this.#grow()
    const slot = this.#end++ & this.#mask
    this.#stanzas[slot] = stanza
    this.#numbers[slot] = number
    this.#times[slot] = t
    this.#units[slot] = isIn ? ~units : units
    this.#allUnits += units
  }

  /** Gives the oldest up, but for so many. */
  keep(count: number): void {
    while (this.length > count) this.dropOldest()
  }

  dropOldest(): void {
    const slot = this.#first++ & this.#mask
    const units = this.#units[slot] ?? 0
    this.#allUnits -= units < 0 ? ~units : units
    this.#stanzas[slot] = ''
  }

  /** The number of a row. */
  seqOf(row: number): number {
    return this.#numbers[row & this.#mask] ?? 0
  }

  timeOf(row: number): number {
    return this.#times[row & this.#mask] ?? 0
  }

  /** The first row from one on that has not come before a `seq`. */
  rowAt(from: number, seq: number): number {
    if (seq === Infinity) return this.#end
    let row = from
    while (row < this.#end && this.seqOf(row) < seq) row++
    return row
  }

  /** The lines of rows, from one up to another. */
  toText(from: number, to: number): string {
    let text = ''
    let lastTenths = -1
    let end = ''
    for (let row = from; row < to; row++) {
      const slot = row & this.#mask
      const tenths = Math.round((this.#times[slot] ?? 0) * 10)
      if (tenths !== lastTenths) end = lineEnd(tenths)
      lastTenths = tenths
      const stanza = this.#stanzas[slot] ?? ''
      text =
        typeof stanza === 'string'
          ? text + stanza
          : this.#teller.prolong(text, stanza, this.#isIn(slot) ? 'in' : 'out')
      text = decimal.prolong(text, this.#numbers[slot] ?? 0) + end
    }
    return text
  }

  #isIn(slot: number): boolean {
    return (this.#units[slot] ?? 0) < 0
  }

  #grow(): void {
    const { length } = this
    const room = 2 * (this.#mask + 1)
    const [stanzas, numbers, times, units] = [this.#stanzas, this.#numbers, this.#times, this.#units]
    const before = this.#mask
    this.#mask = room - 1
    this.#stanzas = emptyRows(room)
    this.#numbers = new Float64Array(room)
    this.#times = new Float64Array(room)
    this.#units = new Float64Array(room)
    for (let row = this.#first; row < this.#first + length; row++) {
      const [from, to] = [row & before, row & this.#mask]
      this.#stanzas[to] = stanzas[from] ?? ''
      this.#numbers[to] = numbers[from] ?? 0
      this.#times[to] = times[from] ?? 0
      this.#units[to] = units[from] ?? 0
    }
  }
}

const emptyRows = (room: number): (Sendable | string)[] => Array.from({ length: room }, () => '')
