import type { TransportError } from '../errors.js'
import type { Sender } from './cork.js'
import type { Sendable } from './outbound.js'

/** What becomes of one stanza that is sent, told in the order in which it was sent. */
export interface StanzaFate extends Sender {
  /** Which stanza of the session it is, modulo 2³²; `undefined` where nothing is counted, or the session is yet to go on. */
  counted?(seq: number | undefined): void
  /** The server has it. */
  acknowledged?(): void
  /** It goes once more in the session that goes on, and the server may have it all the same: what is sent instead. */
  again?(stanza: Sendable): Sendable
  /** The session is over, and nobody knows whether the server has it. */
  lost?(stanza: Sendable): void
}

/** What an earlier process has left of a session. */
export interface LeftStanza {
  readonly stanza: Sendable
  readonly fate: StanzaFate
  /** Which stanza of the session it was; `undefined`: it had not left. */
  readonly seq: number | undefined
}

/** A stanza that waits: to leave, or to be acknowledged. */
export class Kept implements Sender {
  readonly stanza: Sendable
  readonly fate: StanzaFate | undefined
  isCounted: boolean

  constructor(stanza: Sendable, fate: StanzaFate | undefined, isCounted: boolean) {
    this.stanza = stanza
    this.fate = fate
    this.isCounted = isCounted
  }

  /** What is counted and was not written is sent again, so that only success is news. */
  written(error: TransportError | null): void {
    if (error === null || !this.isCounted) this.fate?.written(error)
  }
}

/** A server may have taken what it does not count, so that the other side has to know it again. */
export function sayAgain(kept: Kept): Kept {
  const { fate, stanza } = kept
  return fate?.again === undefined ? kept : new Kept(fate.again(stanza), fate, true)
}
