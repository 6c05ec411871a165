import type { AnyActor, EventObject } from 'xstate'

/** A delayed event as XState keeps it; the same object as long as it is awaited. */
export interface Scheduled {
  readonly event: EventObject
  /** In milliseconds. */
  readonly delay: number
  /** In milliseconds since 1970. */
  readonly startedAt: number
}

export const nothingScheduled: readonly Scheduled[] = []

/** The time-outs of an actor that run. */
export function scheduledOf(actor: AnyActor): readonly Scheduled[] {
  const { _scheduledEvents: all } = actor.system.getSnapshot()
  let own: Scheduled[] | undefined
  for (const scheduled of Object.values(all)) if (scheduled.source === actor) (own ??= []).push(scheduled)
  return own ?? nothingScheduled
}

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
