import { Observable, Subject } from 'rxjs'
import type { XmppError } from '../errors.js'

/** How far a sent message has come. */
export type DeliveryStatus =
  /** It waits: for the turn to end, for the network, or for a session. */
  | { readonly status: 'queued' }
  /** With a `store`: it waits, and is sent by this process or the next one, whatever happens to this one. */
  | { readonly status: 'stored' }
  /** The operating system has taken it; whether it arrived nobody has said, and nobody will without stream management. */
  | { readonly status: 'written' }
  /** The server has it, and sees to the rest (XEP-0198). */
  | { readonly status: 'acknowledged' }
  /** The other side has said that it has it (XEP-0184). */
  | { readonly status: 'received' }
  /** It never left, or the other side sent it back (`reason` is then a `StanzaError`). */
  | { readonly status: 'failed'; readonly reason: XmppError }

const queued: DeliveryStatus = { status: 'queued' }
const stored: DeliveryStatus = { status: 'stored' }
const written: DeliveryStatus = { status: 'written' }
const acknowledged: DeliveryStatus = { status: 'acknowledged' }
const received: DeliveryStatus = { status: 'received' }

/** One sent message as a value that can be watched or awaited; costs next to nothing where it is neither. */
export class Delivery {
  /** The id the message was sent with. */
  readonly id: string
  #status: DeliveryStatus = queued
  #isLeft = false
  #changes: Subject<DeliveryStatus> | undefined
  #waiting: ((status: DeliveryStatus) => void)[] | undefined

  constructor(id: string) {
    this.id = id
  }

  get status(): DeliveryStatus {
    return this.#status
  }

  /** Replays the present status; completes on failure, which is final. */
  get status$(): Observable<DeliveryStatus> {
    return new Observable((watcher) => {
      const status = this.#status
      const ends =
        status.status === 'failed' ? undefined : (this.#changes ??= new Subject()).subscribe(watcher)
      watcher.next(status)
      if (ends === undefined) watcher.complete()
      return ends
    })
  }

  /** Resolves once it no longer merely waits, or is left to the next process; never rejects. */
  get settled(): Promise<DeliveryStatus> {
    if (this.#isLeft || (this.#status !== queued && this.#status !== stored)) {
      return Promise.resolve(this.#status)
    }
    return new Promise((resolve) => (this.#waiting ??= []).push(resolve))
  }

  /** For whoever sends: the store has it. */
  store(): void {
    if (this.#status !== queued) return
    this.#status = stored
    this.#changes?.next(stored)
  }

  /**
   * For whoever sends: this client has stopped.
   * @returns whether it is left to whoever reads the store next
   */
  leave(): boolean {
    if (this.#status === stored) {
      this.#isLeft = true
      this.#advance(stored)
    }
    return this.#status === stored || this.#status === written
  }

  /** For whoever sends: the operating system has it. */
  write(): void {
    if (this.#status === queued || this.#status === stored) this.#advance(written)
  }

  /** For whoever sends: the server has it. */
  acknowledge(): void {
    if (this.#status !== received && this.#status.status !== 'failed') this.#advance(acknowledged)
  }

  /** For whoever hears of it: the other side has it. */
  receive(): void {
    if (this.#status !== received && this.#status.status !== 'failed') this.#advance(received)
  }

  /** For whoever sends: it did not arrive. */
  fail(reason: XmppError): void {
    if (this.#status.status === 'failed') return
    this.#advance({ status: 'failed', reason })
    this.#changes?.complete()
  }

  #advance(status: DeliveryStatus): void {
    this.#status = status
    this.#changes?.next(status)
    if (this.#waiting !== undefined) this.#settle(this.#waiting)
  }

  #settle(waiting: readonly ((status: DeliveryStatus) => void)[]): void {
    this.#waiting = undefined
    for (const resolve of waiting) resolve(this.#status)
  }
}
