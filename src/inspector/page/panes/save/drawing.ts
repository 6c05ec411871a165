// A script of its own, which the page loads when a chart is saved for the first time.
import { toMermaid } from '../../../drawing/mermaid.js'
import { toSvg } from '../../../drawing/svg.js'

/** How charts are written to files. */
export interface Drawing {
  readonly toMermaid: typeof toMermaid
  readonly toSvg: typeof toSvg
}

const chartDrawing: Drawing = { toMermaid, toSvg }
Object.assign(globalThis, { chartDrawing })
