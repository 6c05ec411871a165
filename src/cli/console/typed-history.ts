/** Entries that can be had again. */
const limit = 500

/** What was typed, newest first: whole entries, bounded, and none with a secret. Readline shows this and keeps no list of its own. */
export class TypedHistory {
  #entries: readonly string[] = []
  #shown: string[] | undefined

  /** @param shown the list that readline moves in; it is made to be this one */
  show(shown: string[]): void {
    this.#shown = shown
    this.#refresh()
  }

  /** An entry is whole. */
  add(entry: string): void {
    this.#entries = [entry, ...this.#entries.filter((known) => known !== entry)].slice(0, limit)
    this.#refresh()
  }

  get entries(): readonly string[] {
    return this.#entries
  }

  #refresh(): void {
    this.#shown?.splice(0, this.#shown.length, ...this.#entries)
  }
}
