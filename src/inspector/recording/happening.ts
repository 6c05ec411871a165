import type { AnyActor, EventObject, InspectionEvent } from 'xstate'
import type { SessionSecurity } from '../../features/security.js'

/** What was seen, as it was: kept until somebody wants to read it. Stanzas have rows of their own. */
export type Happening = Seen | Secured | Found

interface AtTime {
  /** Counts what was seen. */
  readonly order: number
  readonly t: number
}

/** XState told of it. */
export interface Seen extends AtTime {
  readonly kind: 'seen'
  readonly event: InspectionEvent
  /** Time-outs of the actor that ran when it was over. */
  readonly scheduled: readonly Scheduled[]
  /** The order of the stanza that is being dealt with. */
  readonly cause: number | undefined
  /** It is in a record already. */
  isTaken: boolean
}

/** Something else protects the stream. */
export interface Secured extends AtTime {
  readonly kind: 'security'
  readonly security: SessionSecurity
}

/** An actor ran already. */
export interface Found extends AtTime {
  readonly kind: 'found'
  readonly actor: AnyActor
  readonly snapshot: unknown
  readonly scheduled: readonly Scheduled[]
}

/** A delayed event as XState keeps it; the same object as long as it is awaited. */
export interface Scheduled {
  readonly event: EventObject
  readonly delay: number
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
