/** What is done when a turn ends, with its microtasks, waits for this: Node’s `queueMicrotask` costs several times as much. */
export const settled = Promise.resolve()

/** What the engine is dealing with, as far as that is certain. */
export class Cause {
  #current: number | undefined
  /** How many have come since the engine last had a rest. */
  #burst = 0
  #isTurnCounted = false

  /** The order of what came over the wire, and is being dealt with, or has led to the promises that go on now. */
  get current(): number | undefined {
    return this.#current
  }

  /** The app does something of its own accord. */
  interrupted(): void {
    if (this.#burst === 0) this.#current = undefined
  }

  /**
   * It is dealt with until the next one comes.
   * @param when what waits for it goes on: before the turn is over, or, as with a message, without any wait
   */
  arrived(order: number, when: 'at once' | 'within the turn'): void {
    this.#current = order
    this.#burst += 1
    if (this.#burst === 1) void settled.then(this.#endBurst)
    if (when === 'at once' || this.#isTurnCounted) return
    this.#isTurnCounted = true
    nextTurn(this.#endTurn)
  }

  /** What goes on after several have come follows from any of them; after messages, from none. */
  readonly #endBurst = (): void => {
    if (this.#burst > 1 || !this.#isTurnCounted) this.#current = undefined
    this.#burst = 0
  }

  readonly #endTurn = (): void => {
    this.#isTurnCounted = false
    this.#current = undefined
  }
}

/** Browsers have no `setImmediate`. */
const nextTurn: (end: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : (end) => setTimeout(end, 0)
