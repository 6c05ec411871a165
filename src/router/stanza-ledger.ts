import { TransportError } from '../errors.js'
import type { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import { settled, type Sender } from './cork.js'
import { Leaving, sayAgain, toKept, type LeftStanza, type StanzaFate } from './kept-stanza.js'
import { isStanza, toElement, type Sendable } from './outbound.js'
import type { WriteAhead } from './write-ahead.js'

/** Where a ledger hands stanzas on; an `XmlStream` is one. */
export interface Carrier {
  send(stanza: Sendable, sender?: Sender): void
  /** Where it may refuse for want of room: tells, once, when what was sent so far has left. */
  whenRoom?(tell: () => void): void
}

/** Stanzas that may wait for their acknowledgement; one more is refused with `TransportError` (`overflow`). */
export const defaultUnacknowledgedLimit = 50_000

/** Stanzas that may be on their way on a new stream, and where the server does not keep up with more. */
const firstWindow = 50
const leastWindow = 10

/** Counts are unsigned integers of 32 bits. */
const modulus = 2 ** 32

/** Dead entries at the front that are worth a copy of the rest. */
const compactionThreshold = 128

/**
 * What was sent in one session and is not yet acknowledged, and the two counts of stream management; outlives the streams
 * that the session runs over. Where nothing is tracked it passes everything on.
 * @see XEP-0198 §4, §5
 */
export class StanzaLedger {
  readonly #limit: number
  readonly #ahead: WriteAhead | undefined
  #carrier: Carrier | undefined
  #isTracking = false
  #handled = 0
  /** The last count that the server has told. */
  #acknowledged = 0
  /** The unacknowledged, from `#first` on; those from `#unsent` on were not given to this carrier yet. */
  readonly #kept: StanzaFate[] = []
  #first = 0
  #unsent = 0
  /**
   * How many may be on their way, unacknowledged, and with how many the next stream begins; the rest waits. A server that is
   * given all at once what has waited, and gives up or is given up over it, would be given it again.
   */
  #window: number
  #start = firstWindow
  /** How many were kept before the first of `#kept`, ever; and how many, counted so, are stored and may leave. */
  #before = 0
  #stored = 0
  /** Which stanzas those were that an earlier process has left, until the server has told its count. */
  #left: readonly (number | undefined)[] | undefined
  /** Told once when so many are kept. */
  #notify: (() => void) | undefined
  #notifyAt = 1
  /** The carrier that tells when it has room again. */
  #crowded: Carrier | undefined
  /** Who was refused since too much waits to be acknowledged. */
  #refused: (() => void)[] = []

  /**
   * @param limit how many stanzas may wait for their acknowledgement
   * @param ahead what has to be stored before a stanza leaves, or before the server is told that one was handled
   */
  constructor(limit = defaultUnacknowledgedLimit, ahead?: WriteAhead) {
    this.#limit = limit
    this.#window = limit
    this.#ahead = ahead
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
    return (this.#acknowledged + this.#unsent - this.#first) % modulus
  }

  get unacknowledged(): number {
    return this.#kept.length - this.#first
  }

  /** A new session begins on this stream, untracked so far. */
  begin(carrier: Carrier): void {
    this.#carrier = carrier
    this.#isTracking = false
    this.#window = this.#limit
    this.#forget()
  }

  /** Counts what is sent from here on. */
  track(count = 0): void {
    this.#isTracking = true
    this.#acknowledged = count
    this.#first = this.#unsent
    this.#narrow()
  }

  /** Counts what is handled from here on. */
  startHandling(count = 0): void {
    this.#handled = count
    this.#ahead?.noteHandled(count)
  }

  /** Tells once what was handled so far is stored, where that matters: then the server may hear of it. */
  whenStored(tell: () => void): void {
    if (this.#ahead === undefined) tell()
    else this.#ahead.whenSettled(tell)
  }

  /** A session that an earlier process has left: what waits in it, in order, and how many stanzas it had handled. */
  restore(handled: number, left: readonly LeftStanza[]): void {
    this.#forget()
    this.#isTracking = true
    this.#handled = handled
    for (const { stanza, fate } of left) this.#kept.push(toKept(stanza, fate, true))
    this.#left = left.map(({ seq }) => seq)
  }

  /** The server will acknowledge nothing: what was written is all that is ever known. */
  stopTracking(): void {
    this.#isTracking = false
    for (const kept of this.#kept) {
      kept.isCounted = false
      kept.counted?.(undefined)
    }
    this.#first = this.#unsent
    this.#compact()
    this.sendRest()
  }

  /** What waits for an acknowledgement of what was sent before it does so no longer. */
  sendRest(): void {
    this.#window = this.#limit
    this.#carryOn()
  }

  /** The stream is gone, the session is not: what is sent waits for the next one. */
  detach(): void {
    if (this.#carrier !== undefined && this.#unsent > this.#first) this.#start = half(this.#start)
    this.#carrier = undefined
  }

  /**
   * The session goes on over this stream; what the server does not have is sent again, in order.
   * @returns how many the server has of which it had not told; `undefined`, and nothing is done, where it claims more than it was sent
   */
  resume(carrier: Carrier, h: number): number | undefined {
    const told = this.#acknowledged
    const given = this.#before + this.#unsent
    if (!this.acknowledge(h)) return undefined
    this.#carrier = carrier
    this.#narrow()
    this.#unsent = this.#first
    const end = given - this.#before
    for (const kept of this.#kept.slice(this.#first, Math.max(this.#first, end))) sayAgain(kept)
    this.#carryOn()
    return (this.#acknowledged - told + modulus) % modulus
  }

  /** The session is over: whatever is unacknowledged is handed back. */
  end(): void {
    const kept = this.#kept.slice(this.#first)
    this.#carrier = undefined
    this.#isTracking = false
    this.#left = undefined
    this.#forget()
    for (const each of kept) each.handBack()
  }

  /**
   * The server says how many stanzas it has handled; what waited for that is sent.
   * @param isPrompt the server has kept up, and may be given more at a time
   * @returns false, and nothing is done, where that is more than it was sent: a count that goes back is one, modulo 2³²
   */
  acknowledge(h: number, isPrompt = false): boolean {
    if (this.#left !== undefined) this.#settleLeft(h, this.#left)
    const count = (h - this.#acknowledged + modulus) % modulus
    if (count > this.#unsent - this.#first) return false
    const end = this.#first + count
    while (this.#first < end) {
      const kept = this.#kept[this.#first++]
      // One by one, since whoever is told may send, and what is sent then has a number.
      this.#acknowledged = next(this.#acknowledged)
      kept?.settle()
    }
    this.#compact()
    if (this.#window < this.#limit) this.#goOn(count, isPrompt)
    for (const tell of this.#refused.splice(0)) tell()
    return true
  }

  /** On a stream that has acknowledged nothing. */
  #narrow(): void {
    this.#window = Math.min(this.#start, this.#limit)
  }

  /** Doubled by each window that is acknowledged soon, halved by any other; where nothing waits any more, there is none. */
  #goOn(count: number, isPrompt: boolean): void {
    if (isPrompt) this.#start = firstWindow
    if (this.#unsent === this.#kept.length) this.#window = this.#limit
    else this.#window = Math.min(isPrompt ? this.#window + count : half(this.#window), this.#limit)
    this.#carryOn()
  }

  /** An element of the server was handled; stanzas count. */
  count(element: XmlElement): void {
    if (!isStanza(element)) return
    this.#handled = next(this.#handled)
    this.#ahead?.noteHandled(this.#handled)
  }

  /**
   * Tells, once and before what is sent in the same turn leaves, that so much waits to be acknowledged, or that no more may be on
   * its way until it is. The last watcher counts.
   */
  watch(count: number, tell: () => void): void {
    this.#notify = tell
    this.#notifyAt = Math.min(count, this.#window)
    this.#tellOf(this.#ahead === undefined ? this.unacknowledged : this.#unsent - this.#first)
  }

  /**
   * Sends a stanza, or keeps it for the stream to come; other elements are only passed on.
   * @throws RangeError for what XML cannot carry; TransportError `overflow` beyond the limit, `not-connected` where there is neither a stream nor a session
   */
  send(stanza: Sendable, fate?: StanzaFate): void {
    const carrier = this.#carrier
    const isKept = this.#isTracking || (this.#ahead !== undefined && carrier !== undefined)
    if (isKept && isStanza(stanza)) return this.#sendKept(stanza, fate, carrier)
    if (carrier === undefined) throw new TransportError('not-connected', 'the session is not online')
    if (fate !== undefined) fate.isCounted = false
    carrier.send(stanza, fate)
  }

  /** Tells, once, when something that was refused for want of room may find some; never where the stream ends before. */
  whenRoom(tell: () => void): void {
    if (this.unacknowledged < this.#limit) this.#carrier?.whenRoom?.(tell)
    else this.#refused.push(tell)
  }

  /** Apart from what is only passed on, which engines compile the sooner the smaller it is. */
  #sendKept(stanza: Sendable, fate: StanzaFate | undefined, carrier: Carrier | undefined): void {
    const count = this.unacknowledged + 1
    if (count > this.#window) return this.#sendBeyond(stanza, fate)
    const kept = toKept(stanza, fate, this.#isTracking)
    if (carrier === undefined || this.#unsent < this.#kept.length || !this.#isStored(fate))
      return this.#wait(kept)
    this.#tellOf(count)
    carrier.send(stanza, this.#isTracking ? fate : this.#toSender(kept, carrier))
    this.#unsent++
    this.#keep(kept)
    if (this.#ahead !== undefined) this.#stored = this.#before + this.#kept.length
  }

  #sendBeyond(stanza: Sendable, fate: StanzaFate | undefined): void {
    if (this.unacknowledged >= this.#limit) {
      throw new TransportError('overflow', `more than ${this.#limit} stanzas are not acknowledged`)
    }
    this.#wait(toKept(stanza, fate, this.#isTracking))
  }

  /** It leaves once it is stored, and there is a stream that has room for it. */
  #wait(kept: StanzaFate): void {
    // What XML cannot carry is the caller's mistake, now and not when it leaves: nothing behind it would leave.
    serialize(toElement(kept.stanza))
    if (this.#ahead === undefined) this.#tellOf(this.unacknowledged + 1)
    this.#keep(kept)
    if (this.#ahead !== undefined) this.#leaveWhenStored(this.#ahead)
  }

  #keep(kept: StanzaFate): void {
    this.#kept.push(kept)
    if (!this.#isTracking || kept.counted === undefined) return
    const seq = (this.#acknowledged + this.unacknowledged) % modulus
    kept.counted(this.#left === undefined ? seq : undefined)
  }

  /** Whether nothing has to be stored before a stanza leaves; its own number has, where somebody is told it. */
  #isStored(fate: StanzaFate | undefined): boolean {
    if (this.#ahead === undefined) return true
    return this.#ahead.isSettled && !(this.#isTracking && fate?.counted !== undefined)
  }

  /** What is kept so far leaves once it is stored. */
  #leaveWhenStored(ahead: WriteAhead): void {
    const stored = this.#before + this.#kept.length
    ahead.whenSettled(() => {
      this.#stored = Math.max(this.#stored, stored)
      this.#carryOn()
    })
  }

  /** Of what an earlier process has left the server has handled this many: the rest is numbered anew, and sent. */
  #settleLeft(h: number, left: readonly (number | undefined)[]): void {
    this.#left = undefined
    this.#acknowledged = h
    const isHandled = (seq: number | undefined) =>
      seq !== undefined && (h - seq + modulus) % modulus < modulus / 2
    const rest: StanzaFate[] = []
    for (const [index, kept] of this.#kept.entries()) {
      if (isHandled(left[index])) kept.settle()
      else rest.push(left[index] === undefined ? kept : sayAgain(kept))
    }
    this.#forget()
    for (const [index, kept] of rest.entries()) {
      this.#kept.push(kept)
      kept.counted?.((h + index + 1) % modulus)
    }
    if (this.#ahead !== undefined) this.#leaveWhenStored(this.#ahead)
  }

  /** So many wait to be acknowledged. */
  #tellOf(count: number): void {
    const tell = this.#notify
    if (tell === undefined || count < this.#notifyAt) return
    this.#notify = undefined
    void settled.then(tell)
  }

  /** Sends what is kept, stored and within the window; where too much waits already, the rest follows once that has left. */
  #carryOn(): void {
    const carrier = this.#carrier
    if (carrier === undefined) return
    const stored = this.#ahead === undefined ? this.#kept.length : this.#stored - this.#before
    const end = Math.min(stored, this.#first + this.#window)
    if (this.#ahead !== undefined && this.#unsent < end) this.#tellOf(end - this.#first)
    for (let kept = this.#kept[this.#unsent]; kept !== undefined; kept = this.#kept[this.#unsent]) {
      if (this.#unsent >= end) break
      try {
        kept.isCounted = this.#isTracking
        carrier.send(kept.stanza, this.#toSender(kept, carrier))
      } catch (error) {
        if (!(error instanceof TransportError)) throw error
        this.#awaitRoom(carrier)
        break
      }
      this.#unsent++
    }
    if (this.#isTracking || this.#ahead !== undefined) return
    // What was sent is all that is ever known.
    this.#first = this.#unsent
    this.#compact()
  }

  #awaitRoom(carrier: Carrier): void {
    if (this.#crowded === carrier) return
    this.#crowded = carrier
    carrier.whenRoom?.(() => {
      this.#crowded = undefined
      if (carrier === this.#carrier) this.#carryOn()
    })
  }

  /** Where nothing is counted, what is stored is kept until it has left: what has not is handed back in the end, in order. */
  #toSender(kept: StanzaFate, carrier: Carrier): Sender {
    if (this.#isTracking || this.#ahead === undefined) return kept
    return new Leaving(kept, () => {
      // What was sent before a session was tracked is kept no longer.
      if (this.#isTracking) return carrier === (this.#carrier ?? carrier)
      if (carrier !== this.#carrier) return false
      this.#first++
      this.#compact()
      return true
    })
  }

  #compact(): void {
    if (this.#first === this.#kept.length) this.#forget()
    else if (this.#first > compactionThreshold && this.#first * 2 > this.#kept.length) {
      this.#kept.splice(0, this.#first)
      this.#before += this.#first
      this.#unsent -= this.#first
      this.#first = 0
    }
  }

  #forget(): void {
    this.#before += this.#kept.length
    this.#kept.length = 0
    this.#first = 0
    this.#unsent = 0
  }
}

const half = (window: number) => Math.max(leastWindow, window >> 1)

/** The count behind this one, without the price of a remainder. */
const next = (count: number) => (count === modulus - 1 ? 0 : count + 1)
