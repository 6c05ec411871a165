import { Observable, type Unsubscribable } from 'rxjs'

/** A chart that runs, or has run. */
interface Shown<Snapshot> {
  getSnapshot(): Snapshot
  subscribe(observer: {
    readonly next: () => void
    readonly error: () => void
    readonly complete: () => void
  }): Unsubscribable
}

/** What a chart shows, now and whenever it has moved; completes once it runs no more, at once where that is so already. */
export function shownBy<Snapshot extends { readonly status: string }, Value>(
  chart: Shown<Snapshot>,
  read: (snapshot: Snapshot) => Value,
): Observable<Value> {
  return new Observable((subscriber) => {
    const tell = () => subscriber.next(read(chart.getSnapshot()))
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
