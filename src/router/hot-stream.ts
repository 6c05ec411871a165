import { Observable, type Subscriber } from 'rxjs'

/**
 * Values for whoever subscribes, as a `Subject` gives them, without its copies and closures for each value: what they cost
 * is small beside one value of a flood, and much beside one of a trickle, whose code the engine still compiles.
 */
export class HotStream<T> {
  /** Another list for every change, so that a value goes to those who were there when it came. */
  #subscribers: readonly Subscriber<T>[] = []
  #isComplete = false

  readonly values$ = new Observable<T>((subscriber) => {
    if (this.#isComplete) return subscriber.complete()
    this.#subscribers = [...this.#subscribers, subscriber]
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber)
    }
  })

  /** Whether anybody subscribes. */
  get observed(): boolean {
    return this.#subscribers.length > 0
  }

  next(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.next(value)
  }

  complete(): void {
    this.#isComplete = true
    for (const subscriber of this.#subscribers) subscriber.complete()
  }
}
