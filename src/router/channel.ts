import { Subject, type Observable } from 'rxjs'

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
