import { lineTail } from './line-text.js'

/** Of Node’s globals this is a getter, which costs as much as the time itself. */
const clock = performance

/** The numbers and times of one source. */
export class Timeline {
  readonly source: string
  /** Of each line, from behind what is its own up to the number. */
  readonly tail: string
  readonly #begin = clock.now()
  #seq = 0
  #latest = 0

  constructor(source: string) {
    this.source = source
    this.tail = lineTail(source).slice(1)
  }

  /** The number of what has just happened. */
  next(): number {
    return this.#seq++
  }

  /** When the clock was last read. */
  get latest(): number {
    return this.#latest
  }

  /** Reads the clock: milliseconds since it began. */
  now(): number {
    this.#latest = clock.now() - this.#begin
    return this.#latest
  }
}
