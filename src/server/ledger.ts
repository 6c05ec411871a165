import type { Unsent } from './backlog.js'
import type { ServerLimits } from './limits.js'
import { weigh } from './weigh.js'

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
  /** What they weigh, and how much of both is of no burst. */
  #units = 0
  #spoken = 0
  #spokenUnits = 0

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
    this.#weigh(owed, 1)
  }

  /** Whether the client owes more than it may, those of bursts counted. */
  isOver({ unacknowledgedStanzas, unacknowledgedUnits }: ServerLimits): boolean {
    return this.#owed.length > unacknowledgedStanzas || this.#units > unacknowledgedUnits
  }

  /** The same, those of bursts not counted. */
  exceeds({ unacknowledgedStanzas, unacknowledgedUnits }: ServerLimits): boolean {
    return this.#spoken > unacknowledgedStanzas || this.#spokenUnits > unacknowledgedUnits
  }

  /** Whether the client can have taken so many: neither more than it was sent, nor fewer than it has said before. */
  mayHave(handled: number): boolean {
    return this.#news(handled) <= this.#owed.length
  }

  /** The client has so many; to be asked of what `mayHave` alone. */
  acknowledge(handled: number): void {
    for (const owed of this.#owed.splice(0, this.#news(handled))) this.#weigh(owed, -1)
    this.#acknowledged = handled
  }

  /** Nobody will acknowledge anything any more. */
  takeOwed(): readonly Owed[] {
    this.#units = 0
    this.#spoken = 0
    this.#spokenUnits = 0
    return this.#owed.splice(0)
  }

  #weigh({ element, isOfBurst }: Owed, sign: 1 | -1): void {
    const units = sign * weigh(element)
    this.#units += units
    if (isOfBurst) return
    this.#spoken += sign
    this.#spokenUnits += units
  }

  #news(handled: number): number {
    return (handled - this.#acknowledged + modulus) % modulus
  }
}
