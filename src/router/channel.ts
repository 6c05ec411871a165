import { Observable, type Subscriber } from 'rxjs'

const nobody: readonly never[] = []

/**
 * A hot stream, as of a `Subject`, that costs next to nothing before somebody asks for it, and makes no copies and closures
 * for each value: what they cost is small beside one value of a flood, and much beside one of a trickle, whose code the
 * engine still compiles.
 */
export class Channel<T> {
  /** Another list for every change, so that a value goes to those who were there when it came. */
  protected subscribers: readonly Subscriber<T>[] = nobody
  #stream: Observable<T> | undefined
  protected isComplete = false

  /** The same one each time. */
  get stream$(): Observable<T> {
    return (this.#stream ??= new Observable((subscriber) => this.take(subscriber)))
  }

  /** Somebody listens. */
  get observed(): boolean {
    return this.subscribers.length > 0
  }

  next(value: T): void {
    for (const subscriber of this.subscribers) subscriber.next(value)
  }

  complete(): void {
    this.isComplete = true
    for (const subscriber of this.subscribers) subscriber.complete()
  }

  protected take(subscriber: Subscriber<T>): (() => void) | undefined {
    if (this.isComplete) {
      subscriber.complete()
      return undefined
    }
    this.subscribers = [...this.subscribers, subscriber]
    return () => {
      this.subscribers = this.subscribers.filter((other) => other !== subscriber)
    }
  }
}

/** What is told once everybody has heard of what came before. */
interface Coming<T> {
  readonly value: T
  /** Those who were there when it came. */
  readonly subscribers: readonly Subscriber<T>[]
}

/**
 * A state that is replayed, then every other that follows. One that follows from being told of another is told once everybody
 * has heard of that: the last that anybody hears of is the one that is so.
 */
export class StateChannel<T> extends Channel<T> {
  #value: T
  #isTelling = false
  #coming: Coming<T>[] | undefined

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
    if (this.#isTelling) {
      ;(this.#coming ??= []).push({ value, subscribers: this.subscribers })
      return
    }
    this.#isTelling = true
    try {
      super.next(value)
      if (this.#coming !== undefined) this.#catchUp(this.#coming)
    } finally {
      this.#isTelling = false
    }
    if (this.isComplete) super.complete()
  }

  override complete(): void {
    this.isComplete = true
    if (!this.#isTelling) super.complete()
  }

  /** Whoever is told of the present state hears of what follows from that too. */
  protected override take(subscriber: Subscriber<T>): (() => void) | undefined {
    // The last one is so still once nothing follows.
    if (this.isComplete) subscriber.next(this.#value)
    const leave = super.take(subscriber)
    subscriber.next(this.#value)
    return leave
  }

  #catchUp(coming: Coming<T>[]): void {
    for (let next = coming.shift(); next !== undefined; next = coming.shift()) {
      for (const subscriber of next.subscribers) subscriber.next(next.value)
    }
    this.#coming = undefined
  }
}
