import type { StateValue } from 'xstate'
import type { ChartGraph } from '../../drawing/graph.js'
import type { ActorEnded, ActorStarted, EndStatus, EventTaken, Facts, Timer } from '../../recording/record.js'

/** Found: it was there before the recording began. Restored: it goes on from a snapshot. Both are alive. */
export type Life = 'living' | 'ended' | 'found' | 'restored'

/** A time-out that runs. */
export interface RunningTimer extends Timer {
  /** When it began, in milliseconds since 1970. */
  readonly since: number
}

/** Why something went wrong: the record that tells of it, and the transition taken, where a chart took one. */
export interface Failure {
  readonly record: ActorStarted | ActorEnded | EventTaken
  readonly edge?: string
}

/** One actor as it is at one moment; never changes. */
export interface ActorView {
  /** Names it among the actors of all sources. */
  readonly key: string
  readonly source: string
  /** E.g. `session/connection`. */
  readonly path: string
  /** The key of who started it. */
  readonly parent: string | undefined
  /** Keys, in the order in which they first began. */
  readonly children: readonly string[]
  /** The id of its chart; absent where it is a deed. */
  readonly chart: string | undefined
  readonly graph: ChartGraph | undefined
  readonly life: Life
  readonly status: EndStatus | undefined
  readonly value: StateValue | undefined
  /** Ids of the states that it is in, outer ones included. */
  readonly active: ReadonlySet<string>
  /** How often it began under this path. */
  readonly lives: number
  /** When it last began, in milliseconds since 1970. */
  readonly beganAt: number
  /** What the last event took that took any transition. */
  readonly lastEdges: readonly string[]
  readonly lastEvent: EventTaken | undefined
  readonly timers: readonly RunningTimer[]
  readonly context: Facts | undefined
  readonly lastFailure: Failure | undefined
}

/** Names one actor among those of all sources. */
export function actorKey(source: string, path: string): string {
  return `${source} ${path}`
}
