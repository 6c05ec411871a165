import { TransportError } from '../errors.js'
import type { TransportSink } from './transport.js'

type Flushed = (error: TransportError | null) => void

/**
 * What every transport owes its owner: nothing before `start`, nothing while paused, everything in order, `closed`
 * exactly once, nothing after it, and no flush callback left unanswered.
 */
export class SinkFeed {
  #sink: TransportSink | undefined
  #phase: 'open' | 'ending' | 'ended' = 'open'
  #outcome: TransportError | null = null
  #paused = false
  #ready = false
  #delivering = false
  #heldBytes = 0
  readonly #held: (Uint8Array | string)[] = []
  #unflushed: Set<Flushed> | undefined

  /** The end has been reported, or will be as soon as there is a sink. */
  get ended(): boolean {
    return this.#phase === 'ended'
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Arrived and not yet delivered; for text, in UTF-16 units. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** @throws TypeError when called twice */
  start(sink: TransportSink): void {
    if (this.#sink !== undefined) throw new TypeError('a transport is started once')
    this.#sink = sink
    queueMicrotask(() => {
      this.#ready = true
      if (this.#phase === 'ended') sink.closed(this.#outcome)
      else this.#drain()
    })
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#drain()
  }

  data(chunk: Uint8Array | string): void {
    if (this.#phase !== 'open') return
    if (this.#held.length === 0 && this.#ready && !this.#paused && !this.#delivering) {
      this.#deliver(chunk)
      return
    }
    this.#held.push(typeof chunk === 'string' ? chunk : Uint8Array.from(chunk))
    this.#heldBytes += chunk.length
    this.#drain()
  }

  /** The other side ended cleanly: reported once everything held has been delivered. */
  end(): void {
    if (this.#phase !== 'open') return
    this.#phase = 'ending'
    this.#drain()
  }

  /** Ends at once and drops what is held; the first outcome wins. */
  finish(outcome: TransportError | null): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.#outcome = outcome
    this.#held.length = 0
    this.#heldBytes = 0
    const unsent = outcome ?? new TransportError('closed', 'the connection ended before this was sent')
    for (const flushed of this.#unflushed ?? []) flushed(unsent)
    this.#unflushed?.clear()
    if (this.#ready) this.#sink?.closed(outcome)
  }

  /** The callback to give to the writer below; `flushed` runs once, by it or by the end. */
  track(flushed: Flushed): Flushed {
    if (this.#phase === 'ended') {
      queueMicrotask(() => flushed(new TransportError('closed', 'the connection has ended')))
      return () => {}
    }
    // A wrapper, since the same function may be given twice.
    const entry: Flushed = (error) => flushed(error)
    const unflushed = (this.#unflushed ??= new Set())
    unflushed.add(entry)
    return (error) => {
      if (unflushed.delete(entry)) entry(error)
    }
  }

  #drain(): void {
    if (!this.#ready || this.#delivering) return
    const chunk = this.#takeHeld()
    if (chunk !== undefined) this.#deliver(chunk)
    else this.#endIfOver()
  }

  /** The chunk, and then what came to be held. */
  #deliver(first: Uint8Array | string): void {
    this.#delivering = true
    try {
      let chunk: Uint8Array | string | undefined = first
      for (; chunk !== undefined; chunk = this.#takeHeld()) this.#sink?.data(chunk)
    } finally {
      this.#delivering = false
    }
    this.#endIfOver()
  }

  #takeHeld(): Uint8Array | string | undefined {
    if (this.#paused || this.#phase === 'ended') return undefined
    const chunk = this.#held.shift()
    this.#heldBytes -= chunk?.length ?? 0
    return chunk
  }

  #endIfOver(): void {
    if (this.#phase === 'ending' && this.#held.length === 0) this.finish(null)
  }
}
