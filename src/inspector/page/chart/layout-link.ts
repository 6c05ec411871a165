import type { ChartGraph } from '../../drawing/graph.js'
import type { ChartLayout } from '../../drawing/layout.js'
import { loadScript } from '../load-script.js'

/** A chart on its way to the screen. Drafted: states stand in rows, without arrows. */
export type LayoutState =
  | { readonly status: 'pending' }
  | { readonly status: 'drafted' | 'laid'; readonly layout: ChartLayout }
  | { readonly status: 'failed'; readonly reason: string }

/** Lays a chart out, and tells how far it has come. */
export type LayOutGraph = (graph: ChartGraph, tell: (state: LayoutState) => void) => Promise<void>

/** What the page asks of the worker. */
interface LayoutRequest {
  readonly id: number
  readonly graph: ChartGraph
}

const script = 'layouts.js'

let started: Promise<LayOutGraph> | undefined

/** Gets ready whoever lays charts out; the first call starts a worker, or loads its script into a page that was opened from a file. */
export function startLayouts(): Promise<LayOutGraph> {
  started ??= location.protocol === 'file:' ? loadInPage() : Promise.resolve(startWorker())
  return started
}

function startWorker(): LayOutGraph {
  const worker = new Worker(script)
  const tellers = new Map<number, (state: LayoutState) => void>()
  let count = 0
  let isMissing = false
  const fail = (tell: (state: LayoutState) => void): void =>
    tell({ status: 'failed', reason: `${script} is missing.` })
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isAnswer(data)) tellers.get(data.id)?.(data.state)
  })
  worker.addEventListener('error', () => {
    isMissing = true
    for (const tell of tellers.values()) fail(tell)
  })
  return async (graph, tell) => {
    if (isMissing) return fail(tell)
    count += 1
    tellers.set(count, tell)
    worker.postMessage({ id: count, graph } satisfies LayoutRequest, [])
  }
}

async function loadInPage(): Promise<LayOutGraph> {
  await loadScript(script)
  const place: object = globalThis
  if (!isLoaded(place)) throw new Error(`${script} is not what it should be.`)
  return place.layOutGraph
}

const isLoaded = (place: object): place is { readonly layOutGraph: LayOutGraph } => 'layOutGraph' in place

const isAnswer = (data: unknown): data is { readonly id: number; readonly state: LayoutState } =>
  typeof data === 'object' && data !== null && 'state' in data

/** Whether a message asks for a layout. */
export const isLayoutRequest = (data: unknown): data is LayoutRequest =>
  typeof data === 'object' && data !== null && 'graph' in data
