/** Goes from one to the next, in the order in which they have asked: whoever has it works, and the others rest. */
export class Baton {
  readonly #waiting: (() => void)[] = []
  #isHeld = false

  /** @param begin is called once it is there */
  take(begin: () => void): void {
    if (this.#isHeld) this.#waiting.push(begin)
    else {
      this.#isHeld = true
      begin()
    }
  }

  pass(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next()
  }
}
