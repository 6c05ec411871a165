// A script of its own, which the page loads when a chart is saved for the first time.
import type { ChartGraph } from '../../../drawing/graph.js'
import { toMermaid } from '../../../drawing/mermaid.js'
import { toSvg } from '../../../drawing/svg.js'
import { layOutInWorker } from '../../chart/elk-worker.js'

/** How charts are written to files. */
export interface Drawing {
  readonly toMermaid: typeof toMermaid
  readonly toSvg: (graph: ChartGraph) => Promise<string>
}

const chartDrawing: Drawing = { toMermaid, toSvg: (graph) => toSvg(graph, layOutInWorker) }
Object.assign(globalThis, { chartDrawing })
