import type { ReadCrossing } from '../../router/crossing.js'
import type { Segments, StanzaSegment } from './stanza-segment.js'

/**
 * Stanzas that have crossed, as pieces of their lines in columns: a row is no object, and hardly makes any, so that what passes
 * costs next to nothing. The pieces become text when somebody reads them.
 */
export class StanzaRows {
  readonly #segments: Segments
  #full: StanzaSegment[] = []
  #open: StanzaSegment
  #length = 0
  #bytes = 0

  constructor(segments: Segments) {
    this.#segments = segments
    this.#open = segments.take()
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
        this.#segments.giveBack(oldest)
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
    this.#open = this.#segments.take()
  }
}

/** Milliseconds as a recording has them. */
export const toTenths = (ms: number) => Math.round(ms * 10) / 10
