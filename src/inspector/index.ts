import type { AnyStateMachine } from 'xstate'
import { layOut } from './drawing/elk.js'
import { toGraph, withCoverage, type ChartGraph } from './drawing/graph.js'
import { toMermaid } from './drawing/mermaid.js'
import { toSvg } from './drawing/svg.js'

export { toGraph }
export type { ChartGraph, ChartInvoke, ChartState, ChartTransition } from './drawing/graph.js'
export type { ChartTrigger } from './drawing/trigger.js'
export { connectInspector, type InspectorConnectionOptions } from './link/connect-inspector.js'
export type { Fault } from './link/command.js'
export type { Commandable, FaultHandler } from './link/obey.js'
export type { Observation, ObservationOptions } from './link/observation.js'
export { createRecorder, type Recorder, type RecorderOptions } from './recording/recorder.js'
export { parseRecording, RecordingError, toRecordingText } from './recording/recording-text.js'
export { toStory } from './recording/story.js'
export type {
  ActorEnded,
  ActorStarted,
  ChartLine,
  EndStatus,
  EventTaken,
  Fact,
  Facts,
  InspectorRecord,
  RecordingLine,
  RecordsDropped,
  Refusal,
  SecurityFound,
  SourceLine,
  StanzaCrossed,
  Timer,
} from './recording/record.js'

/**
 * Mermaid `stateDiagram-v2` text of any XState 5 machine, or of a graph that `toGraph` made elsewhere.
 * @example
 * const text = drawMermaid(sessionMachine)
 */
export function drawMermaid(chart: AnyStateMachine | ChartGraph): string {
  return toMermaid('transitions' in chart ? chart : toGraph(chart))
}

/** What a drawing shows beside the chart. */
export interface DrawingOptions {
  /** Ids of the transitions that tests have taken (`walk().taken`): those are drawn in one colour, the others in another. */
  readonly covered?: ReadonlySet<string> | undefined
}

/**
 * One self-contained SVG of any XState 5 machine, for light and dark. Needs the optional package `elkjs`; rejects with
 * an `Error` that says so where it is missing. The same chart gives the same bytes.
 * @example
 * const svg = await drawChart(sessionMachine)
 */
export function drawChart(
  chart: AnyStateMachine | ChartGraph,
  { covered }: DrawingOptions = {},
): Promise<string> {
  const graph = 'transitions' in chart ? chart : toGraph(chart)
  return toSvg(covered === undefined ? graph : withCoverage(graph, covered), layOut)
}
