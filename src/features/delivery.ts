import { Observable } from 'rxjs'
import type { XmppError } from '../errors.js'
import { Channel } from '../router/channel.js'

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

/** How far it has come; it only moves on, so that whatever is told late, or twice, is no news. */
interface Stage {
  readonly rank: number
  readonly status: DeliveryStatus
}

const queued: Stage = { rank: 0, status: { status: 'queued' } }
const stored: Stage = { rank: 1, status: { status: 'stored' } }
/** To the next process. */
const left: Stage = { rank: 2, status: stored.status }
const written: Stage = { rank: 3, status: { status: 'written' } }
const acknowledged: Stage = { rank: 4, status: { status: 'acknowledged' } }
const received: Stage = { rank: 5, status: { status: 'received' } }
const failedRank = 6

/** One sent message as a value that can be watched or awaited; costs next to nothing where it is neither. */
export class Delivery {
  /** The id the message was sent with. */
  readonly id: string
  #stage = queued
  #changes: Channel<DeliveryStatus> | undefined
  #waiting: ((status: DeliveryStatus) => void)[] | undefined
  #status$: Observable<DeliveryStatus> | undefined

  constructor(id: string) {
    this.id = id
  }

  /** How far it has come by now. */
  get status(): DeliveryStatus {
    return this.#stage.status
  }

  /** Replays the present status; completes on failure, which is final. The same one each time. */
  get status$(): Observable<DeliveryStatus> {
    return (this.#status$ ??= new Observable((watcher) => {
      const { rank, status } = this.#stage
      const ends =
        rank === failedRank ? undefined : (this.#changes ??= new Channel()).stream$.subscribe(watcher)
      watcher.next(status)
      if (ends === undefined) watcher.complete()
      return ends
    }))
  }

  /** Resolves once it no longer merely waits, or is left to the next process; never rejects. */
  get settled(): Promise<DeliveryStatus> {
    if (this.#stage.rank >= left.rank) return Promise.resolve(this.#stage.status)
    return new Promise((resolve) => (this.#waiting ??= []).push(resolve))
  }

  /** For whoever sends: the store has it. */
  store(): void {
    this.#advance(stored)
  }

  /**
   * For whoever sends: this client has stopped.
   * @returns whether it is left to whoever reads the store next
   */
  leave(): boolean {
    if (this.#stage === stored) this.#advance(left)
    return this.#stage.rank >= left.rank
  }

  /** For whoever sends: the operating system has it. */
  write(): void {
    this.#advance(written)
  }

  /** For whoever sends: the server has it. */
  acknowledge(): void {
    this.#advance(acknowledged)
  }

  /** For whoever hears of it: the other side has it. */
  receive(): void {
    this.#advance(received)
  }

  /** For whoever sends: it did not arrive. */
  fail(reason: XmppError): void {
    if (this.#stage.rank === failedRank) return
    this.#advance({ rank: failedRank, status: { status: 'failed', reason } })
    this.#changes?.complete()
  }

  #advance(stage: Stage): void {
    if (stage.rank <= this.#stage.rank) return
    this.#stage = stage
    this.#changes?.next(stage.status)
    if (stage.rank >= left.rank && this.#waiting !== undefined) this.#settle(this.#waiting)
  }

  #settle(waiting: readonly ((status: DeliveryStatus) => void)[]): void {
    this.#waiting = undefined
    for (const resolve of waiting) resolve(this.#stage.status)
  }
}
