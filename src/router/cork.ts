import type { TransportError } from '../errors.js'
import type { Transport } from '../transport/transport.js'

/** Who is told what becomes of a text; an object, since a function for each text is memory for each text. */
export interface Sender {
  /** The operating system has it, or, with an error, never will. */
  written(error: TransportError | null): void
}

/** Collected text, in UTF-16 units, that is written at once, so that a burst needs no more memory than this. */
const corkLimit = 64 * 1024

/** Texts within `lingerMs` that leave at the end of their turns; no ping-pong over a network comes to as many. */
const promptTexts = 16

/** How long the text of a flood waits for more, in milliseconds; longer only where the event loop is busy for longer. */
const lingerMs = 1

/** What is done when a turn ends, with its microtasks, waits for this: Node’s `queueMicrotask` costs several times as much. */
export const settled = Promise.resolve()

/**
 * Collects what is written in one turn, and writes it when the turn ends. What comes behind `promptTexts` texts
 * that have left within `lingerMs` is a flood: it is collected over turns and leaves every `lingerMs`, since writes are what
 * costs, not bytes.
 */
export class Cork {
  readonly #transport: Transport
  #texts: string[] = []
  #senders: Sender[] = []
  #length = 0
  #isDue = false
  #linger: ReturnType<typeof setTimeout> | undefined
  #countedSinceMs = Number.NEGATIVE_INFINITY
  #counted = 0

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** UTF-16 units that the transport has not been given yet. */
  get length(): number {
    return this.#length
  }

  /** @param text one frame, where the transport has frames */
  write(text: string, sender?: Sender): void {
    this.#texts.push(text)
    this.#length += text.length
    if (sender !== undefined) this.#senders.push(sender)
    if (this.#isDue && this.#length <= corkLimit) return
    // Asked in every turn: what engines have never seen done makes them compile the way of a message anew.
    this.#flushBeyond(corkLimit)
    if (this.#length === 0) return
    this.#isDue = true
    void settled.then(this.#endTurn)
  }

  /** Gives the transport everything, now. */
  flush(): void {
    this.#flushBeyond(0)
  }

  /** Gives the transport everything, where that is more than so many UTF-16 units. */
  #flushBeyond(units: number): void {
    if (this.#length <= units) return
    const texts = this.#texts
    const senders = this.#take()
    this.#transport.write(texts, senders.length === 0 ? undefined : (error) => tell(senders, error))
  }

  /** Nothing of it will be written. */
  drop(reason: TransportError): void {
    tell(this.#take(), reason)
  }

  #take(): readonly Sender[] {
    const senders = this.#senders
    if (this.#linger !== undefined) {
      clearTimeout(this.#linger)
      this.#linger = undefined
    }
    this.#isDue = false
    this.#texts = []
    this.#senders = []
    this.#length = 0
    return senders
  }

  readonly #endTurn = (): void => {
    if (!this.#isDue || this.#linger !== undefined) return
    const now = performance.now()
    if (now - this.#countedSinceMs >= lingerMs) {
      this.#countedSinceMs = now
      this.#counted = 0
    }
    const isFlood = this.#counted >= promptTexts
    this.#counted += this.#texts.length
    if (isFlood) this.#linger = setTimeout(() => this.#endLinger(), lingerMs)
    else this.flush()
  }

  /** A flood that goes on is collected from its first turn. */
  #endLinger(): void {
    this.#countedSinceMs = performance.now()
    this.flush()
  }
}

function tell(senders: readonly Sender[], error: TransportError | null): void {
  for (const sender of senders) sender.written(error)
}
