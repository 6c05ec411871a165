import type { ReadCrossing } from '../../router/crossing.js'
import type { Happening } from './happening.js'
import { StanzaRows } from './stanza-rows.js'
import type { Segments, StanzaSegment } from './stanza-segment.js'

/** What was seen and not yet written down. */
export class Unread {
  readonly #stanzas: StanzaRows
  #seen: Happening[] = []
  #missed = 0
  #seenBytes = 0

  constructor(segments: Segments) {
    this.#stanzas = new StanzaRows(segments)
  }

  get length(): number {
    return this.#seen.length + this.#stanzas.length
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#seenBytes + this.#stanzas.bytes
  }

  get stanzas(): number {
    return this.#stanzas.length
  }

  see(happening: Happening): void {
    this.#seen.push(happening)
    this.#seenBytes += seenBytes
  }

  /** Takes a stanza in, and tells whether that fills a segment. */
  cross(order: number, t: number, crossing: ReadCrossing): boolean {
    return this.#stanzas.add(order, t, crossing)
  }

  /** Keeps only the latest stanzas. */
  keepStanzas(count: number): void {
    this.#missed += this.#stanzas.keep(count)
  }

  /** All of it, which is here no more; and how many stanzas are missing before the first. */
  take(): TakenUnread {
    const taken = { happenings: this.#seen, stanzas: this.#stanzas.take(), missed: this.#missed }
    this.#seen = []
    this.#missed = 0
    this.#seenBytes = 0
    return taken
  }
}

export interface TakenUnread {
  readonly happenings: readonly Happening[]
  readonly stanzas: readonly StanzaSegment[]
  readonly missed: number
}

/** What an object of XState's and what it holds on to may take, in bytes. */
const seenBytes = 1000
