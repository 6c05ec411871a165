import type { AnyActor } from 'xstate'

/** Whether it is an actor, whichever copy of XState has made it. */
export function isActor(value: unknown): value is AnyActor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'logic' in value &&
    'system' in value &&
    'sessionId' in value
  )
}
