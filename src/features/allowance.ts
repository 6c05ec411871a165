/** How much may be stored of what strangers say, in UTF-16 units: what a store holds is for one's own things first. */
export class Allowance {
  readonly #limit: number
  readonly #taken = new Map<string, number>()
  #units = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether there is room for a text by this name, in place of the one before, which goes in any case. */
  take(name: string, text: string): boolean {
    this.give(name)
    const units = name.length + text.length
    if (this.#units + units > this.#limit) return false
    this.#taken.set(name, units)
    this.#units += units
    return true
  }

  give(name: string): void {
    this.#units -= this.#taken.get(name) ?? 0
    this.#taken.delete(name)
  }

  giveAll(): void {
    this.#taken.clear()
    this.#units = 0
  }
}
