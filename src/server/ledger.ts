import type { Unsent } from './backlog.js'

/** A stanza that the client has not said it has. */
export interface Owed extends Unsent {
  /** One of many that were sent in one go: the client has asked for them, or they were kept for it. */
  readonly isOfBurst: boolean
}

/** Counts go from 2³² − 1 back to zero (XEP-0198 §4). */
const modulus = 2 ** 32

/** What went both ways through one managed session, over all of its connections. */
export class Ledger {
  #handled = 0
  #acknowledged = 0
  readonly #owed: Owed[] = []

  /** Stanzas taken from the client. */
  get handled(): number {
    return this.#handled
  }

  /** Stanzas sent to it. */
  get sent(): number {
    return (this.#acknowledged + this.#owed.length) % modulus
  }

  /** What it may not have, oldest first. */
  get owed(): readonly Owed[] {
    return this.#owed
  }

  /** Whether it may not have more than so many, those of bursts not counted. */
  hasMoreThan(limit: number): boolean {
    return this.#owed.length > limit && this.#owed.filter(({ isOfBurst }) => !isOfBurst).length > limit
  }

  handle(): void {
    this.#handled = (this.#handled + 1) % modulus
  }

  send(owed: Owed): void {
    this.#owed.push(owed)
  }

  /** Whether the client can have taken so many: neither more than it was sent, nor fewer than it has said before. */
  mayHave(handled: number): boolean {
    return this.#news(handled) <= this.#owed.length
  }

  /** The client has so many; to be asked of what `mayHave` alone. */
  acknowledge(handled: number): void {
    this.#owed.splice(0, this.#news(handled))
    this.#acknowledged = handled
  }

  /** Nobody will acknowledge anything any more. */
  takeOwed(): readonly Owed[] {
    return this.#owed.splice(0)
  }

  #news(handled: number): number {
    return (handled - this.#acknowledged + modulus) % modulus
  }
}
