import type { Ledger } from './ledger.js'
import type { Resource } from './resource.js'

/** A session that another connection of the same account may go on with. */
export interface Resumable {
  readonly ledger: Ledger
  readonly resource: Resource
  readonly patienceMs: number
  /** Ends without a word to anybody: another connection has it now. */
  supersede(): void
  /** Ends, so that others may wait. */
  expire(): void
}

/** The sessions of one account that can be resumed, by their ids (XEP-0198 §5). */
export class Resumptions {
  readonly #limit: number
  readonly #sessions = new Map<string, Resumable>()
  /** Those without a transport, the one that has waited longest first. */
  readonly #waiting = new Set<string>()
  /** What was taken of those that are gone; the oldest is forgotten first. */
  readonly #gone = new Map<string, number>()

  /** @param limit how many may wait, and how many that are gone are remembered */
  constructor(limit: number) {
    this.#limit = limit
  }

  find(id: string): Resumable | undefined {
    return this.#sessions.get(id)
  }

  /** How much was taken of a session that is gone, where it is remembered. */
  handledOf(id: string): number | undefined {
    return this.#gone.get(id)
  }

  /** From now on it can be resumed; whoever was known by this id before is no longer. */
  open(id: string, session: Resumable): void {
    this.#waiting.delete(id)
    this.#sessions.set(id, session)
  }

  /** Its transport is gone; one too many lets the oldest go. */
  wait(id: string): void {
    this.#waiting.add(id)
    if (this.#waiting.size <= this.#limit) return
    const [oldest] = this.#waiting
    if (oldest !== undefined) this.#sessions.get(oldest)?.expire()
  }

  close(id: string, handled: number): void {
    this.#sessions.delete(id)
    this.#waiting.delete(id)
    this.#gone.set(id, handled)
    if (this.#gone.size <= this.#limit) return
    const [oldest] = this.#gone.keys()
    if (oldest !== undefined) this.#gone.delete(oldest)
  }
}
