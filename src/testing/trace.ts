import type { StateValue } from 'xstate'
import type { Facts } from './trace-facts.js'

/** One step of one chart: it began, or it has dealt with an event. */
export interface TraceRecord {
  /** Counts the records of one trace from 0, over all its charts. */
  readonly seq: number
  /** Milliseconds since the trace began. */
  readonly t: number
  readonly kind: 'start' | 'event'
  /** The same in every run, e.g. `session/connection`; who is invoked again begins again under the same path. */
  readonly actorPath: string
  /** The id of the chart, where it begins. */
  readonly chart?: string
  /** The event. */
  readonly type: string
  /** The state afterwards. */
  readonly value: StateValue
  /** How it ended, with the last record of each life. */
  readonly status?: 'done' | 'error' | 'stopped'
  /** The plain facts of the event, or the input of what begins. */
  readonly data?: Facts
  /** What an action has measured, since no chart could say it again. */
  readonly measured?: Facts
}

/** A trace as JSON, one record a line. */
export function toTraceText(records: readonly TraceRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

/** Reads what `toTraceText` has written. @throws SyntaxError that names the line which is no record */
export function parseTrace(text: string): readonly TraceRecord[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return []
    const record: unknown = JSON.parse(line)
    if (!isRecord(record)) throw new SyntaxError(`line ${index + 1} is no record of a trace`)
    return [record]
  })
}

function isRecord(value: unknown): value is TraceRecord {
  if (typeof value !== 'object' || value === null) return false
  const { actorPath, kind, seq, type, value: state } = { ...noRecord, ...value }
  return (
    typeof seq === 'number' &&
    (kind === 'start' || kind === 'event') &&
    typeof actorPath === 'string' &&
    typeof type === 'string' &&
    (typeof state === 'string' || (typeof state === 'object' && state !== null))
  )
}

const noRecord: Readonly<Record<keyof TraceRecord, unknown>> = {
  seq: undefined,
  t: undefined,
  kind: undefined,
  actorPath: undefined,
  chart: undefined,
  type: undefined,
  value: undefined,
  status: undefined,
  data: undefined,
  measured: undefined,
}
