import { Observable, type Subscription } from 'rxjs'
import { Channel } from '../router/channel.js'

/**
 * One stream cut into many by key: a value costs one look-up, however many streams are watched, and nothing at all while
 * none is.
 */
export class KeyedStreams<Value> {
  readonly #source: Observable<Value>
  readonly #keyOf: (value: Value) => string | undefined
  readonly #watched = new Map<string, Channel<Value>>()
  #subscription: Subscription | undefined

  constructor(source: Observable<Value>, keyOf: (value: Value) => string | undefined) {
    this.#source = source
    this.#keyOf = keyOf
  }

  of(key: string): Observable<Value> {
    return new Observable((subscriber) => {
      const watched = this.#watched.get(key) ?? new Channel<Value>()
      this.#watched.set(key, watched)
      const subscription = watched.stream$.subscribe(subscriber)
      this.#subscription ??= this.#connect()
      return () => {
        subscription.unsubscribe()
        if (!watched.observed && this.#watched.get(key) === watched) this.#watched.delete(key)
        if (this.#watched.size > 0) return
        this.#subscription?.unsubscribe()
        this.#subscription = undefined
      }
    })
  }

  #connect(): Subscription {
    return this.#source.subscribe({
      next: (value) => this.#watched.get(this.#keyOf(value) ?? '')?.next(value),
      complete: () => {
        this.#watched.forEach((watched) => watched.complete())
      },
    })
  }
}
