import type { Crossed, Happening } from './happening.js'

/**
 * What was seen and not yet written down, in its order. Stanzas have a bound of their own: what a flood leaves here outlives
 * several rounds of the garbage collector, which costs more than to see it.
 */
export class Unread {
  #seen: Happening[] = []
  #crossed: Crossed[] = []
  #missed = 0
  #bytes = 0

  get length(): number {
    return this.#seen.length + this.#crossed.length
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#bytes
  }

  get stanzas(): number {
    return this.#crossed.length
  }

  see(happening: Exclude<Happening, Crossed>): void {
    this.#seen.push(happening)
    this.#bytes += happening.bytes
  }

  cross(crossed: Crossed): void {
    this.#crossed.push(crossed)
    this.#bytes += crossed.bytes
  }

  /** Keeps only the latest stanzas. */
  keepStanzas(count: number): void {
    const missed = this.#crossed.splice(0, Math.max(0, this.#crossed.length - count))
    for (const { bytes } of missed) this.#bytes -= bytes
    this.#missed += missed.length
  }

  /** All of it, which is here no more; and how many stanzas are missing before its first. */
  take(): { readonly happenings: readonly Happening[]; readonly missed: number } {
    const taken = { happenings: merge(this.#seen, this.#crossed), missed: this.#missed }
    this.#seen = []
    this.#crossed = []
    this.#missed = 0
    this.#bytes = 0
    return taken
  }
}

function merge(seen: readonly Happening[], crossed: readonly Crossed[]): readonly Happening[] {
  const merged: Happening[] = []
  let at = 0
  for (const happening of seen) {
    for (let next = crossed[at]; next !== undefined && next.order < happening.order; next = crossed[at]) {
      merged.push(next)
      at += 1
    }
    merged.push(happening)
  }
  return [...merged, ...crossed.slice(at)]
}
