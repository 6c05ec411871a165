import type { EndStatus } from '../recording/record.js'
import { isObject } from '../recording/shape.js'

/** The version of `@statelyai/inspect` whose wire this is. */
export const statelyaiVersion = '0.7.2'

/** What a client of `@statelyai/inspect` sends, as far as it is read here. */
export type StatelyaiMessage = ActorMessage | EventMessage | SnapshotMessage

interface Message {
  readonly sessionId: string
  /** Absent where the app has no system: it was told by hand, not by XState. */
  readonly rootId: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number | undefined
}

export interface ActorMessage extends Message {
  readonly type: '@xstate.actor'
  readonly name: string | undefined
  readonly parentId: string | undefined
  readonly definition: string | undefined
  readonly snapshot: Snapshot
}

export interface EventMessage extends Message {
  readonly type: '@xstate.event'
  readonly event: Event
  readonly sourceId: string | undefined
}

export interface SnapshotMessage extends Message {
  readonly type: '@xstate.snapshot'
  readonly event: Event
  readonly snapshot: Snapshot
}

export interface Event {
  readonly type: string
  readonly [name: string]: unknown
}

export interface Snapshot {
  readonly status: EndStatus | undefined
  readonly value: unknown
  readonly context: unknown
  readonly output: unknown
  readonly error: unknown
}

/** Why a message was not taken. */
export type Refusal = 'no JSON' | 'no message of @statelyai/inspect' | 'too many actors'

/** In UTF-16 code units: ids that XState makes are short. */
const idLimit = 1_000

/** Reads one message strictly in what it must have, and leaves out whatever else it has. */
export function readStatelyaiMessage(text: string): StatelyaiMessage | Refusal {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return 'no JSON'
  }
  return (isObject(found) ? toMessage(found) : undefined) ?? 'no message of @statelyai/inspect'
}

function toMessage(found: Readonly<Record<string, unknown>>): StatelyaiMessage | undefined {
  const { type, sessionId } = found
  if (!isId(sessionId)) return undefined
  const message = { sessionId, rootId: toId(found['rootId']), createdAt: toTime(found['createdAt']) }
  if (type === '@xstate.actor') {
    return {
      ...message,
      type,
      name: toId(found['name']),
      parentId: toId(found['parentId']),
      definition: typeof found['definition'] === 'string' ? found['definition'] : undefined,
      snapshot: toSnapshot(found['snapshot']),
    }
  }
  const { event } = found
  if (!isEvent(event)) return undefined
  if (type === '@xstate.event') return { ...message, type, event, sourceId: toId(found['sourceId']) }
  if (type === '@xstate.snapshot') return { ...message, type, event, snapshot: toSnapshot(found['snapshot']) }
  return undefined
}

function toSnapshot(found: unknown): Snapshot {
  const { status, value, context, output, error }: Readonly<Record<string, unknown>> = isObject(found)
    ? found
    : {}
  return { status: isEndStatus(status) ? status : undefined, value, context, output, error }
}

function isEndStatus(status: unknown): status is EndStatus {
  return status === 'done' || status === 'error' || status === 'stopped'
}

function isEvent(event: unknown): event is Event {
  return isObject(event) && typeof event['type'] === 'string' && event['type'].length <= idLimit
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= idLimit
}

function toId(value: unknown): string | undefined {
  return isId(value) ? value : undefined
}

function toTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Number(value) : value
  return typeof time === 'number' && Number.isFinite(time) && time > 0 ? time : undefined
}
