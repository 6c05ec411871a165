import { Observable, Subject } from 'rxjs'
import type { XmppError } from '../errors.js'

/** How far a sent message has come. */
export type DeliveryStatus =
  /** It waits: for the turn to end, for the network, or for a session. */
  | { readonly status: 'queued' }
  /** The operating system has taken it; whether it arrived nobody has said, and nobody will without stream management. */
  | { readonly status: 'written' }
  /** The server has it, and sees to the rest (XEP-0198). */
  | { readonly status: 'acknowledged' }
  /** The other side has said that it has it (XEP-0184). */
  | { readonly status: 'received' }
  /** It never left, or the other side sent it back (`reason` is then a `StanzaError`). */
  | { readonly status: 'failed'; readonly reason: XmppError }

const queued: DeliveryStatus = { status: 'queued' }
const written: DeliveryStatus = { status: 'written' }
const acknowledged: DeliveryStatus = { status: 'acknowledged' }
const received: DeliveryStatus = { status: 'received' }

/** One sent message as a value that can be watched or awaited; costs next to nothing where it is neither. */
export class Delivery {
  /** The id the message was sent with. */
  readonly id: string
  #status: DeliveryStatus = queued
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

  /** Resolves once it is no longer merely queued; never rejects. */
  get settled(): Promise<DeliveryStatus> {
    if (this.#status !== queued) return Promise.resolve(this.#status)
    return new Promise((resolve) => (this.#waiting ??= []).push(resolve))
  }

  /** For whoever sends: the operating system has it. */
  write(): void {
    if (this.#status === queued) this.#advance(written)
  }

  /** For whoever sends: the server has it. */
  acknowledge(): void {
    if (this.#status === queued || this.#status === written) this.#advance(acknowledged)
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
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.forEach((resolve) => resolve(status))
  }
}
