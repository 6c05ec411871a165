/** Goes from one to the next, in the order in which they have asked: whoever has it works, and the others rest. */
export class Baton {
  readonly #waiting: (() => void)[] = []
  #isHeld = false

  /** Resolves once it is there. */
  async take(): Promise<void> {
    if (this.#isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#isHeld = true
  }

  pass(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next()
  }
}
