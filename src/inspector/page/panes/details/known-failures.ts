import { late } from '../../late.js'

/** Reasons and advices, and where they stand by the code of an error. */
export interface Failures {
  readonly sentences: readonly string[]
  readonly table: Readonly<Record<string, readonly [because: number, advice: number]>>
}

/** What failures mean. */
export const failures = late('failures.js', (place) => (isLoaded(place) ? place.failureWords : undefined))

const isLoaded = (place: object): place is { readonly failureWords: Failures } => 'failureWords' in place
