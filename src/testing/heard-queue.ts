import type { Heard, Reaction } from './scripted-peer.js'

/** Keeps what a peer hears, all of it, until somebody takes it, one thing after the other. */
export class HeardQueue {
  readonly #heard: Heard[] = []
  #awaiting: (() => void) | undefined

  /** For the peer. */
  readonly reaction: Reaction = (heard) => {
    this.#heard.push(heard)
    this.#awaiting?.()
    return true
  }

  /** The next thing that is heard; `undefined`: nothing in that time. */
  async next(patienceMs: number): Promise<Heard | undefined> {
    if (this.#heard.length === 0) {
      await new Promise<void>((resolve) => {
        // Whoever was kept from running reads first what has come in time.
        const timer = setTimeout(() => setImmediate(resolve), patienceMs)
        this.#awaiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#awaiting = undefined
    }
    return this.#heard.shift()
  }
}
