import { BehaviorSubject, Subject, type Observable } from 'rxjs'

/** A hot stream that costs next to nothing before somebody asks for it. */
export class Channel<T> {
  #subject: Subject<T> | undefined
  #stream: Observable<T> | undefined
  #isComplete = false

  /** The same one each time. */
  get stream$(): Observable<T> {
    return (this.#stream ??= this.#open().asObservable())
  }

  /** Somebody listens. */
  get observed(): boolean {
    return this.#subject?.observed === true
  }

  next(value: T): void {
    this.#subject?.next(value)
  }

  complete(): void {
    this.#isComplete = true
    this.#subject?.complete()
  }

  #open(): Subject<T> {
    const subject = (this.#subject = new Subject<T>())
    if (this.#isComplete) subject.complete()
    return subject
  }
}

/** A state that is replayed, then every other that follows; it costs next to nothing before somebody asks for them. */
export class StateChannel<T> {
  #value: T
  #subject: BehaviorSubject<T> | undefined
  #stream: Observable<T> | undefined
  #isComplete = false

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  /** The same one each time. */
  get stream$(): Observable<T> {
    return (this.#stream ??= this.#open().asObservable())
  }

  next(value: T): void {
    if (this.#isComplete) return
    this.#value = value
    this.#subject?.next(value)
  }

  complete(): void {
    this.#isComplete = true
    this.#subject?.complete()
  }

  #open(): BehaviorSubject<T> {
    const subject = (this.#subject = new BehaviorSubject(this.#value))
    if (this.#isComplete) subject.complete()
    return subject
  }
}
