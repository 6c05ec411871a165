import { Observable } from 'rxjs'

/** What is so now, then what comes: for state that is kept elsewhere. */
export function replayed<Value>(now: () => Iterable<Value>, coming: Observable<Value>): Observable<Value> {
  return new Observable((subscriber) => {
    for (const value of now()) subscriber.next(value)
    return coming.subscribe(subscriber)
  })
}
