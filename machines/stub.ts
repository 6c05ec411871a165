import { fromCallback, fromPromise, type AnyEventObject, type NonReducibleUnknown } from 'xstate'

/** A deed that a chart names and `src/actors/` does; until it is provided it rejects, naming itself. */
export function deed<TOutput, TInput = NonReducibleUnknown>(name: string) {
  return fromPromise<TOutput, TInput>(() => Promise.reject(new Error(`actor "${name}" must be provided`)))
}

/** A stream that a chart names and `src/actors/` runs while the state lasts. */
export function stream<TInput = NonReducibleUnknown>(name: string) {
  return fromCallback<AnyEventObject, TInput>(() => {
    throw new Error(`actor "${name}" must be provided`)
  })
}
