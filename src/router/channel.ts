import { Observable, type Subscriber } from 'rxjs'

const nobody: readonly never[] = []

/**
 * A hot stream, as of a `Subject`, that costs next to nothing before somebody asks for it, and makes no copies and closures
 * for each value: what they cost is small beside one value of a flood, and much beside one of a trickle, whose code the
 * engine still compiles.
 */
export class Channel<T> {
  /** Another list for every change, so that a value goes to those who were there when it came. */
  #subscribers: readonly Subscriber<T>[] = nobody
  #stream: Observable<T> | undefined
  protected isComplete = false

  /** The same one each time. */
  get stream$(): Observable<T> {
    return (this.#stream ??= new Observable((subscriber) => this.take(subscriber)))
  }

  /** Somebody listens. */
  get observed(): boolean {
    return this.#subscribers.length > 0
  }

  next(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.next(value)
  }

  complete(): void {
    this.isComplete = true
    for (const subscriber of this.#subscribers) subscriber.complete()
  }

  protected take(subscriber: Subscriber<T>): (() => void) | undefined {
    if (this.isComplete) {
      subscriber.complete()
      return undefined
    }
    this.#subscribers = [...this.#subscribers, subscriber]
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber)
    }
  }
}

/** A state that is replayed, then every other that follows. */
export class StateChannel<T> extends Channel<T> {
  #value: T

  constructor(value: T) {
    super()
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  override next(value: T): void {
    if (this.isComplete) return
    this.#value = value
    super.next(value)
  }

  /** Whoever is told of the present state hears of what follows from that too. */
  protected override take(subscriber: Subscriber<T>): (() => void) | undefined {
    const leave = super.take(subscriber)
    subscriber.next(this.#value)
    return leave
  }
}
