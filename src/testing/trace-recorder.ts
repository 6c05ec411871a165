import {
  StateMachine,
  Actor,
  type AnyActor,
  type AnyEventObject,
  type InspectionEvent,
  type StateValue,
} from 'xstate'
import type { TraceRecord } from './trace.js'
import { toFacts, toResult, type Facts } from './trace-facts.js'

/** Writes down what every chart of one client does. */
export interface TraceRecorder {
  /** For the `inspect` option of the client, from the start. */
  readonly inspect: (event: InspectionEvent) => void
  /** So far. */
  readonly records: readonly TraceRecord[]
}

/**
 * Records a run: every chart by its path, each event that it dealt with and the state that this led to. Payloads are left
 * out but for plain facts.
 * @param now a clock in milliseconds; default `performance.now`
 * @example
 * const recorder = createTraceRecorder()
 * const client = createClient({ jid: 'alice@example.test', password: 'secret', inspect: recorder.inspect })
 */
export function createTraceRecorder(now: () => number = () => performance.now()): TraceRecorder {
  const begin = now()
  const records: TraceRecord[] = []
  return {
    records,
    inspect: (inspected) => {
      if (inspected.type !== '@xstate.snapshot' || !isOfChart(inspected.snapshot)) return
      const { event, snapshot } = inspected
      const { context, machine, status, value } = snapshot
      const isStart = event.type === 'xstate.init'
      const data = toData(event)
      const { silentMs } = { silentMs: undefined, ...context }
      records.push({
        seq: records.length,
        t: Math.round((now() - begin) * 10) / 10,
        kind: isStart ? 'start' : 'event',
        actorPath: pathOf(inspected.actorRef),
        ...(isStart && { chart: machine.id }),
        type: event.type,
        value: structuredClone(value),
        ...(status !== 'active' && { status }),
        ...(Object.keys(data).length > 0 && { data }),
        ...(typeof silentMs === 'number' && silentMs > 0 && { measured: { silentMs } }),
      })
    },
  }
}

/** What XState keeps of a chart, as far as it is needed here. */
interface ChartSnapshot {
  readonly machine: { readonly id: string }
  readonly value: StateValue
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly context: object
}

const isOfChart = (snapshot: object): snapshot is ChartSnapshot =>
  'machine' in snapshot && snapshot.machine instanceof StateMachine

/** Ids of actors where they were given one: the numbers that XState gives differ from run to run. */
function pathOf(actor: unknown): string {
  if (!(actor instanceof Actor)) return 'root'
  const { _parent: parent, id, sessionId } = actor
  const name = id === sessionId ? chartOf(actor) : id
  return parent === undefined ? name : `${pathOf(parent)}/${name}`
}

function chartOf(actor: AnyActor): string {
  const snapshot: unknown = actor.getSnapshot()
  return typeof snapshot === 'object' && snapshot !== null && isOfChart(snapshot)
    ? snapshot.machine.id
    : 'root'
}

function toData(event: AnyEventObject): Facts {
  const { error, input, output, ...rest } = {
    error: undefined,
    input: undefined,
    output: undefined,
    ...event,
  }
  if (event.type === 'xstate.init') return typeof input === 'object' && input !== null ? toFacts(input) : {}
  const [given, failed] = [toResult(output), toResult(error)]
  return {
    ...toFacts(rest),
    ...(given !== undefined && { output: given }),
    ...(failed !== undefined && { error: failed }),
  }
}
