import type { XmlElement } from '../xml/element.js'
import type { Resource } from './resource.js'

/** A stanza that the client has not said it has. */
export interface Owed {
  readonly element: XmlElement
  readonly sentAt: Date
  /** Other resources that were sent the same. */
  readonly others: readonly Resource[]
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
