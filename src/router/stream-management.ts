import { ProtocolError, TransportError } from '../errors.js'
import {
  parseServerManagement,
  toClientManagement,
  toHandledCountTooHigh,
  type ClientManagementElement,
  type Enabled,
  type StreamManagementFailure,
} from '../stanza/stream-management.js'
import type { XmlElement } from '../xml/element.js'
import { settled } from './cork.js'
import { StanzaLedger } from './stanza-ledger.js'
import type { XmlStream } from './xml-stream.js'

/** The least time between two answers, in milliseconds: a server that asks behind every stanza would be answered as often. */
const answerPaceMs = 250

/**
 * Stanzas after which a server that has asked is answered ahead of that: half of the least that servers are known to
 * keep (Prosody 500, ejabberd 5000), since as many may be on their way meanwhile.
 */
const answerCount = 250

/** Stanzas that are kept before the server is asked out of turn: an answer costs as much as some hundred stanzas. */
const floodCount = 2_000

/** What whoever decides is told. */
export interface StreamManagementEvents {
  /** Something waits to be acknowledged, and has before it was watched for, or not; once for each `watch()`. */
  readonly sent: (hasWaited: boolean) => void
  /** The server has told its count; once for each `requestAck()`. */
  readonly acknowledged: () => void
}

/** The answer to a request to enable or to resume. */
export type StreamManagementAnswer = Enabled | StreamManagementFailure

/** The server goes on; `heard`: it has something more than it had told. */
export interface ResumedAnswer {
  readonly kind: 'resumed'
  readonly heard: boolean
}

/** The commands of stream management on the stream at hand, and the ledger they are about. @see XEP-0198 */
export class StreamManagement {
  readonly ledger: StanzaLedger
  readonly #promptMs: number
  #stream: XmlStream | undefined
  #events: StreamManagementEvents | undefined
  #answered: ((answer: StreamManagementAnswer) => void) | undefined
  /** Whoever decides waits for an answer. */
  #isAwaited = false
  /** The server was asked, and has not answered. */
  #isAsked = false
  #askedMs = 0
  /** When that has left; `undefined`: it waits behind what was sent before. When that was last looked at. */
  #goneMs: number | undefined
  #lookedMs = 0
  /** The server was asked because of a flood that is watched. */
  #isFloodAsked = false
  /** An answer to the server is due. */
  #isAnswering = false
  /** Handled since the answer became due. */
  #unanswered = 0
  #answeredMs = Number.NEGATIVE_INFINITY
  #linger: ReturnType<typeof setTimeout> | undefined

  /** @param promptMs how soon a server answers that may be given twice as much at a time, in milliseconds */
  constructor(ledger = new StanzaLedger(), promptMs = 5_000) {
    this.ledger = ledger
    this.#promptMs = promptMs
  }

  /** A new session on this stream: untracked, until `enable()`. */
  begin(stream: XmlStream): void {
    this.#stream = stream
    this.ledger.begin(stream)
  }

  /** Asks the server to acknowledge, and counts from here on. */
  enable(signal: AbortSignal): Promise<StreamManagementAnswer> {
    // Before it is said: a server in the same process may answer at once.
    const answer = new Promise<StreamManagementAnswer>((resolve) => {
      this.#answered = resolve
      signal.addEventListener('abort', () => (this.#answered = undefined), { once: true })
    })
    this.ledger.track()
    this.#say({ kind: 'enable', resume: true, max: undefined })
    return answer
  }

  /** Asks the server to go on with a session, on a stream that is not live yet. */
  askToResume(stream: XmlStream, previd: string): void {
    stream.send(toClientManagement({ kind: 'resume', previd, h: this.ledger.handled }))
  }

  /**
   * Waits for the answer to that.
   * @returns that the server goes on, or what it said instead; rejects with `ProtocolError` for anything else
   */
  async hearResumed(
    stream: XmlStream,
    previd: string,
    signal: AbortSignal,
  ): Promise<ResumedAnswer | StreamManagementFailure> {
    const { ledger } = this
    const element = await stream.next(signal)
    const answer = parseServerManagement(element)
    if (answer?.kind === 'failed') {
      // What it acknowledges is acknowledged; a count that cannot be is no news of a session that is gone.
      if (answer.h !== undefined) ledger.acknowledge(answer.h)
      return answer
    }
    if (answer?.kind !== 'resumed' || answer.previd !== previd) {
      throw stream.abort(new ProtocolError('bad-format', `<${element.name}/> came instead of <resumed/>`))
    }
    const count = ledger.resume(stream, answer.h)
    if (count === undefined) throw this.#tooHigh(stream, answer.h)
    this.#stream = stream
    return { kind: 'resumed', heard: count > 0 }
  }

  /** The stream is gone, the session is not. */
  suspend(): void {
    this.#stopAnswering()
    this.#isAwaited = false
    this.#isAsked = false
    this.#isFloodAsked = false
    this.#stream = undefined
    this.ledger.detach()
  }

  /** Tells these from here on; the returned function ends that. */
  listen(events: StreamManagementEvents): () => void {
    this.#events = events
    return () => {
      if (this.#events === events) this.#events = undefined
    }
  }

  /** Tells once when something waits to be acknowledged. */
  watch(): void {
    this.#isFloodAsked = false
    const hasWaited = this.ledger.unacknowledged > 0
    this.ledger.watch(1, () => this.#events?.sent(hasWaited))
  }

  /** Until the next `watch()` the server is asked whenever so many wait that keeping them costs more than asking. */
  watchFlood(): void {
    this.#isFloodAsked = false
    this.ledger.watch(floodCount, () => this.#askInFlood())
  }

  #askInFlood(): void {
    this.#isFloodAsked = true
    this.#ask()
  }

  /** Asks, unless a flood has asked already; once more where it was asked for before. */
  requestAck(): void {
    const isAwaited = this.#isAwaited
    this.#isAwaited = true
    if (isAwaited || !this.#isAsked) this.#ask()
  }

  /**
   * How long nothing has come since the question has left, in milliseconds, at least 1; while it waits behind what was sent before
   * it, how long nothing has left of that, and 0 where something has.
   */
  get silentMs(): number {
    const stream = this.#stream
    if (stream === undefined) return Infinity
    const before = this.#lookedMs
    const since = this.#goneMs ?? this.#look(stream)
    if (this.#goneMs === undefined && since > before) return 0
    return Math.max(1, performance.now() - Math.max(since, stream.lastReceivedMs))
  }

  #look(stream: XmlStream): number {
    this.#lookedMs = performance.now()
    return stream.lookWhetherLeaving()
  }

  #ask(): void {
    const stream = this.#stream
    if (stream === undefined) return
    if (!this.#isAsked) {
      this.#goneMs = undefined
      this.#askedMs = performance.now()
      this.#look(stream)
    }
    this.#isAsked = true
    this.#sayAsked(stream)
  }

  /** What finds no room is said when there is some. */
  #sayAsked(stream: XmlStream): void {
    const again = () => {
      if (stream === this.#stream && this.#isAsked) this.#sayAsked(stream)
    }
    try {
      stream.send(toClientManagement({ kind: 'r' }), {
        written: (error) => {
          if (error === null && stream === this.#stream) this.#goneMs ??= performance.now()
        },
      })
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      stream.whenRoom(again)
    }
  }

  /** Tells the server what was handled, asked or not; nothing where nothing is counted. */
  acknowledge(): void {
    this.#isAnswering = false
    if (!this.ledger.isTracking) return
    const { handled: h } = this.ledger
    const stream = this.#stream
    this.ledger.whenStored(() => {
      if (stream === this.#stream) this.#say({ kind: 'a', h })
    })
  }

  /** Counts an element that was handled; a server that waits for the answer need not keep a flood for it. */
  count(element: XmlElement): void {
    this.ledger.count(element)
    if (this.#isAnswering && ++this.#unanswered >= answerCount) this.#answer()
  }

  /** Takes one element in the namespace of stream management; what means nothing here is passed over. */
  take(element: XmlElement): void {
    const command = parseServerManagement(element)
    if (command === undefined) return
    if (command.kind === 'enabled' || command.kind === 'failed') this.#settle(command)
    else if (!this.ledger.isTracking) return
    else if (command.kind === 'r') this.#answerSoon()
    else if (command.kind === 'a') this.#takeAck(command.h)
  }

  /** Only what was asked for is an answer: anybody else's would set the counts back. */
  #settle(answer: StreamManagementAnswer): void {
    const answered = this.#answered
    if (answered === undefined) return
    this.#answered = undefined
    if (answer.kind === 'enabled') this.ledger.startHandling()
    else this.ledger.stopTracking()
    answered(answer)
  }

  #takeAck(h: number): void {
    const stream = this.#stream
    const isPrompt = this.#isAsked && performance.now() - this.#askedMs <= this.#promptMs
    if (!this.ledger.acknowledge(h, isPrompt)) {
      if (stream !== undefined) this.#tooHigh(stream, h)
      return
    }
    this.#isAsked = false
    if (this.#isFloodAsked) this.watchFlood()
    if (!this.#isAwaited) return
    this.#isAwaited = false
    this.#events?.acknowledged()
  }

  /** @see XEP-0198 §6 */
  #tooHigh(stream: XmlStream, h: number): ProtocolError {
    const { sent } = this.ledger
    const message = `the server acknowledges ${h} stanzas and was sent ${sent}`
    return stream.abort(new ProtocolError('undefined-condition', message), toHandledCountTooHigh(h, sent))
  }

  /** At the end of the turn; a server that asks on and on is told at a pace. */
  #answerSoon(): void {
    if (this.#isAnswering) return
    this.#isAnswering = true
    this.#unanswered = 0
    if (this.#linger === undefined) this.#answerInTime()
  }

  #answerInTime(): void {
    const waitMs = this.#answeredMs + answerPaceMs - performance.now()
    if (waitMs > 0) this.#linger = setTimeout(() => this.#endLinger(), waitMs)
    else void settled.then(() => this.#answer())
  }

  /** It may have been answered by count meanwhile, and have asked again: a timer for each question would cost as much as it. */
  #endLinger(): void {
    this.#linger = undefined
    if (this.#isAnswering) this.#answerInTime()
  }

  #answer(): void {
    if (!this.#isAnswering) return
    this.#answeredMs = performance.now()
    this.acknowledge()
  }

  #stopAnswering(): void {
    clearTimeout(this.#linger)
    this.#linger = undefined
    this.#isAnswering = false
    this.#answeredMs = Number.NEGATIVE_INFINITY
  }

  /** What finds no room is said again when it is due: acknowledgements add up. */
  #say(command: ClientManagementElement): void {
    try {
      this.#stream?.send(toClientManagement(command))
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
}
