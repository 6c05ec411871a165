import type { TransportError } from '../errors.js'
import { XmlElement } from '../xml/element.js'
import type { Sender } from './cork.js'
import type { Sendable } from './outbound.js'

/** What a fate holds of which no stanza is kept. */
const nothing: Sendable = new XmlElement('nothing', '')

/**
 * What becomes of one stanza that is sent, told in the order in which it was sent. As long as a ledger keeps the stanza, this is
 * its entry there as well: what is kept outlives collections of garbage, which is most of what keeping it costs.
 */
export abstract class StanzaFate implements Sender {
  /** What is kept, and whether the server counts it: the ledger's. */
  stanza = nothing
  isCounted = false

  /** The operating system has it, or, with an error, never will. */
  abstract left(error: TransportError | null): void
  /** Which stanza of the session it is, modulo 2³²; `undefined` where nothing is counted, or the session is yet to go on. */
  counted?(seq: number | undefined): void
  /** The server has it. */
  acknowledged?(): void
  /** It goes once more in the session that goes on, and the server may have it all the same: what is sent instead. */
  again?(stanza: Sendable): Sendable
  /** The session is over, and nobody knows whether the server has it. */
  lost?(stanza: Sendable): void

  /** What is counted and was not written is sent again, so that only success is news. */
  written(error: TransportError | null): void {
    if (error === null || !this.isCounted) this.left(error)
  }

  /** For the ledger: the server has what was kept. */
  settle(): void {
    this.stanza = nothing
    this.acknowledged?.()
  }

  /** For the ledger: what was kept is handed back. */
  handBack(): void {
    const { stanza } = this
    this.stanza = nothing
    this.lost?.(stanza)
  }
}

/** Of a stanza that nobody asks after. */
class Unwatched extends StanzaFate {
  left(): void {}
}

/** Told once a stanza has left that a ledger keeps so long; that it has not is no news, since the ledger hands it back. */
export class Leaving implements Sender {
  readonly #fate: StanzaFate
  readonly #gone: () => boolean

  /** @param gone gives false where it is, or was, handed back: it is sent again */
  constructor(fate: StanzaFate, gone: () => boolean) {
    this.#fate = fate
    this.#gone = gone
  }

  written(error: TransportError | null): void {
    if (error === null && this.#gone()) this.#fate.left(null)
  }
}

/** What a ledger keeps of a stanza. */
export function toKept(stanza: Sendable, fate: StanzaFate | undefined, isCounted: boolean): StanzaFate {
  const kept = fate ?? new Unwatched()
  kept.stanza = stanza
  kept.isCounted = isCounted
  return kept
}

/** What an earlier process has left of a session. */
export interface LeftStanza {
  readonly stanza: Sendable
  readonly fate: StanzaFate
  /** Which stanza of the session it was; `undefined`: it had not left. */
  readonly seq: number | undefined
}

/** A server may have taken what it does not count, so that the other side has to know it again. */
export function sayAgain(kept: StanzaFate): StanzaFate {
  return kept.again === undefined ? kept : toKept(kept.again(kept.stanza), kept, true)
}
