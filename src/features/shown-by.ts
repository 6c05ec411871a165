import { Observable, type Unsubscribable } from 'rxjs'

/** A chart that runs, or has run. */
export interface Shown<Snapshot> {
  getSnapshot(): Snapshot
  subscribe(observer: {
    readonly next: () => void
    readonly error: () => void
    readonly complete: () => void
  }): Unsubscribable
}

/** What a chart shows, now and whenever that has changed; completes once it runs no more, at once where that is so already. */
export function shownBy<Snapshot extends { readonly status: string }, Value>(
  chart: Shown<Snapshot>,
  read: (snapshot: Snapshot) => Value,
  isSame: (before: Value, next: Value) => boolean = Object.is,
): Observable<Value> {
  return new Observable((subscriber) => {
    let last: { readonly value: Value } | undefined
    const tell = () => {
      const value = read(chart.getSnapshot())
      if (last !== undefined && isSame(last.value, value)) return
      last = { value }
      subscriber.next(value)
    }
    const end = () => {
      tell()
      subscriber.complete()
    }
    tell()
    // One that has ended tells nobody who comes later.
    if (chart.getSnapshot().status !== 'active') return end()
    return chart.subscribe({ next: tell, error: end, complete: end })
  })
}

/** What a chart shows, for views that compare by identity: the same value until another is shown, and one observable of it. */
export class Steady<Snapshot extends { readonly status: string }, Value> {
  readonly value$: Observable<Value>
  readonly #chart: Shown<Snapshot>
  readonly #read: (snapshot: Snapshot) => Value
  readonly #isSame: (before: Value, next: Value) => boolean
  #last: { readonly value: Value } | undefined

  constructor(
    chart: Shown<Snapshot>,
    read: (snapshot: Snapshot) => Value,
    isSame: (before: Value, next: Value) => boolean,
  ) {
    this.#chart = chart
    this.#read = read
    this.#isSame = isSame
    this.value$ = shownBy(chart, () => this.value)
  }

  get value(): Value {
    const value = this.#read(this.#chart.getSnapshot())
    if (this.#last === undefined || !this.#isSame(this.#last.value, value)) this.#last = { value }
    return this.#last.value
  }
}
