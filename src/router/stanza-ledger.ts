import { TransportError } from '../errors.js'
import { XmlElement } from '../xml/element.js'
import { ns } from '../xml/namespaces.js'
import { serialize } from '../xml/serializer.js'
import type { Flushed } from './cork.js'
import type { Sendable } from './outbound.js'

/** What becomes of one stanza that is sent, told in the order in which it was sent. */
export interface StanzaFate {
  /** The operating system has it, or, with an error, never will. */
  written(error: TransportError | null): void
  /** The server has it. */
  acknowledged?(): void
  /** The session is over, and nobody knows whether the server has it. */
  lost?(stanza: Sendable): void
}

/** Where a ledger hands stanzas on; an `XmlStream` is one. */
export interface Carrier {
  send(stanza: Sendable, flushed?: Flushed): void
}

interface Kept {
  readonly stanza: Sendable
  readonly fate: StanzaFate | undefined
}

/** Stanzas that may wait for their acknowledgement; one more is refused with `TransportError` (`overflow`). */
export const defaultUnacknowledgedLimit = 50_000

/** Counts are unsigned integers of 32 bits. */
const modulus = 2 ** 32

/** Dead entries at the front that are worth a copy of the rest. */
const compactionThreshold = 1_024

/**
 * What was sent in one session and is not yet acknowledged, and the two counts of stream management; outlives the streams
 * that the session runs over. Where nothing is tracked it passes everything on.
 * @see XEP-0198 §4, §5
 */
export class StanzaLedger {
  readonly #limit: number
  #carrier: Carrier | undefined
  #isTracking = false
  #handled = 0
  /** The last count that the server has told. */
  #acknowledged = 0
  /** The unacknowledged, from `#first` on; those from `#unsent` on were not given to this carrier yet. */
  #kept: Kept[] = []
  #first = 0
  #unsent = 0
  /** Told once when so many are kept. */
  #notify: (() => void) | undefined
  #notifyAt = 1

  /** @param limit how many stanzas may wait for their acknowledgement */
  constructor(limit = defaultUnacknowledgedLimit) {
    this.#limit = limit
  }

  get isTracking(): boolean {
    return this.#isTracking
  }

  /** How many stanzas of the server were handled, modulo 2³². */
  get handled(): number {
    return this.#handled
  }

  /** How many stanzas were sent, modulo 2³². */
  get sent(): number {
    return (this.#acknowledged + this.unacknowledged) % modulus
  }

  get unacknowledged(): number {
    return this.#kept.length - this.#first
  }

  /** A new session begins on this stream, untracked so far. */
  begin(carrier: Carrier): void {
    this.#carrier = carrier
    this.#isTracking = false
    this.#forget()
  }

  /** Counts what is sent from here on. */
  track(count = 0): void {
    this.#isTracking = true
    this.#acknowledged = count
  }

  /** Counts what is handled from here on. */
  startHandling(count = 0): void {
    this.#handled = count
  }

  /** The server will acknowledge nothing: what was written is all that is ever known. */
  stopTracking(): void {
    this.#isTracking = false
    this.#forget()
  }

  /** The stream is gone, the session is not: what is sent waits for the next one. */
  detach(): void {
    this.#carrier = undefined
  }

  /**
   * The session goes on over this stream; what the server does not have is sent again, in order.
   * @returns false, and nothing is done, where the server claims more than it was sent
   */
  resume(carrier: Carrier, h: number): boolean {
    if (!this.acknowledge(h)) return false
    this.#carrier = carrier
    this.#unsent = this.#first
    this.#carryOn()
    return true
  }

  /** The session is over: whatever is unacknowledged is handed back. */
  end(): void {
    const kept = this.#kept
    const first = this.#first
    this.#carrier = undefined
    this.#isTracking = false
    this.#forget()
    for (const { stanza, fate } of kept.slice(first)) fate?.lost?.(stanza)
  }

  /**
   * The server says how many stanzas it has handled.
   * @returns false, and nothing is done, where that is more than it was sent: a count that goes back is one, modulo 2³²
   */
  acknowledge(h: number): boolean {
    const count = (h - this.#acknowledged + modulus) % modulus
    if (count > this.unacknowledged) return false
    this.#acknowledged = h
    const end = this.#first + count
    while (this.#first < end) {
      const { fate } = this.#kept[this.#first++] ?? {}
      fate?.acknowledged?.()
    }
    if (this.#unsent < this.#first) this.#unsent = this.#first
    this.#compact()
    return true
  }

  /** An element of the server was handled; stanzas count. */
  count(element: XmlElement): void {
    if (!isStanza(element)) return
    this.#handled = this.#handled === modulus - 1 ? 0 : this.#handled + 1
  }

  /**
   * Tells, once and before what is sent in the same turn leaves, that so much waits to be acknowledged. The last watcher
   * counts.
   */
  watch(count: number, tell: () => void): void {
    this.#notify = tell
    this.#notifyAt = count
    if (this.unacknowledged >= count) this.#tell()
  }

  /**
   * Sends a stanza, or keeps it for the stream to come; other elements are only passed on.
   * @throws RangeError for what XML cannot carry; TransportError `overflow` beyond the limit, `not-connected` where there is neither a stream nor a session
   */
  send(stanza: Sendable, fate?: StanzaFate): void {
    if (!this.#isTracking || !isStanza(stanza)) {
      if (this.#carrier === undefined) throw new TransportError('not-connected', 'the session is not online')
      this.#carrier.send(stanza, fate && ((error) => fate.written(error)))
      return
    }
    if (this.unacknowledged >= this.#limit) {
      throw new TransportError('overflow', `more than ${this.#limit} stanzas are not acknowledged`)
    }
    if (this.#notify !== undefined && this.unacknowledged + 1 >= this.#notifyAt) this.#tell()
    const kept = { stanza, fate }
    // What XML cannot carry is the caller's mistake, now and not when it leaves.
    if (this.#carrier === undefined) serialize(stanza instanceof XmlElement ? stanza : stanza.toElement())
    const isWaiting = this.#carrier === undefined || this.#unsent < this.#kept.length
    if (!isWaiting) this.#carry(this.#carrier, kept)
    this.#kept.push(kept)
    if (!isWaiting) this.#unsent = this.#kept.length
  }

  #tell(): void {
    const tell = this.#notify
    this.#notify = undefined
    if (tell !== undefined) queueMicrotask(tell)
  }

  /** A stanza that was not written is sent again, so that only success is news. */
  #carry(carrier: Carrier | undefined, { stanza, fate }: Kept): void {
    carrier?.send(
      stanza,
      fate &&
        ((error) => {
          if (error === null) fate.written(null)
        }),
    )
  }

  /** Sends again what is kept; where too much waits already, the rest follows what is being written. */
  #carryOn(): void {
    const carrier = this.#carrier
    for (let kept = this.#kept[this.#unsent]; kept !== undefined; kept = this.#kept[this.#unsent]) {
      try {
        const { stanza, fate } = kept
        const isLast = this.#unsent === this.#kept.length - 1
        carrier?.send(stanza, (error) => {
          if (error !== null) return
          fate?.written(null)
          if (!isLast && carrier === this.#carrier) this.#carryOn()
        })
      } catch (error) {
        if (error instanceof TransportError) return
        throw error
      }
      this.#unsent++
    }
  }

  #compact(): void {
    if (this.#first === this.#kept.length) this.#forget()
    else if (this.#first > compactionThreshold && this.#first * 2 > this.#kept.length) {
      this.#kept.splice(0, this.#first)
      this.#unsent -= this.#first
      this.#first = 0
    }
  }

  #forget(): void {
    this.#kept = []
    this.#first = 0
    this.#unsent = 0
  }
}

/** What is counted; anything else on a stream manages it. @see XEP-0198 §1 */
function isStanza(stanza: Sendable): boolean {
  if (!(stanza instanceof XmlElement)) return true
  return stanza.namespace === ns.client && ['message', 'presence', 'iq'].includes(stanza.name)
}
