const slots = 512

/**
 * Remembers what was made of a piece of text, so that names and namespaces that occur in every stanza are neither cut
 * out nor judged again. Bounded: what exceeds `capacity` entries replaces all of them. Most pieces are found
 * without hashing all of them, by a small direct-mapped table in front of the map.
 */
export class Interner<Entry extends { readonly raw: string }> {
  /** Entries of one generation are identical exactly if their text is. */
  generation = 0
  private readonly recent: (Entry | undefined)[] = Array.from({ length: slots }, () => undefined)
  private readonly entries = new Map<string, Entry>()
  private readonly make: (raw: string) => Entry | undefined
  private readonly capacity: number

  /** @param make judges a piece; what it refuses (`undefined`) is not remembered */
  constructor(make: (raw: string) => Entry | undefined, capacity = 1024) {
    this.make = make
    this.capacity = capacity
  }

  /** The entry of `text.slice(start, end)`, which is not empty. */
  read(text: string, start: number, end: number): Entry | undefined {
    const length = end - start
    const slot =
      (length * 61 +
        text.charCodeAt(start) * 7 +
        text.charCodeAt(start + (length >> 1)) * 31 +
        text.charCodeAt(end - 1) * 17) &
      (slots - 1)
    const entry = this.recent[slot]
    const raw = text.slice(start, end)
    return entry !== undefined && entry.raw === raw ? entry : this.find(raw, slot)
  }

  private find(raw: string, slot: number): Entry | undefined {
    let entry = this.entries.get(raw)
    if (entry === undefined) {
      const own = detach(raw)
      entry = this.make(own)
      if (entry === undefined) return undefined
      if (this.entries.size === this.capacity) {
        this.entries.clear()
        this.recent.fill(undefined)
        this.generation++
      }
      this.entries.set(own, entry)
    }
    this.recent[slot] = entry
    return entry
  }
}

/**
 * A copy of a string that shares no memory with the text it was cut from. What is kept longer than its stanza needs
 * one: an engine may let a short piece hold the whole chunk it came in.
 */
export function detach(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join('')
}
