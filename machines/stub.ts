import {
  fromCallback,
  fromPromise,
  type AnyActorRef,
  type AnyEventObject,
  type NonReducibleUnknown,
} from 'xstate'

/** A deed that a chart names and `src/actors/` does; until it is provided it rejects, naming itself. */
export function deed<TOutput, TInput = NonReducibleUnknown>() {
  return fromPromise<TOutput, TInput>(({ self }) => Promise.reject(unprovided(self)))
}

/** A stream that a chart names and `src/actors/` runs while the state lasts. */
export function stream<TInput = NonReducibleUnknown>() {
  return fromCallback<AnyEventObject, TInput>(({ self }) => {
    throw unprovided(self)
  })
}

const unprovided = ({ id, src }: AnyActorRef) =>
  new Error(`actor "${typeof src === 'string' ? src : id}" must be provided`)
