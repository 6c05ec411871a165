// A script of its own, which lays charts out: a worker beside the page, or a part of a page that is opened from a file.
import { isLayoutRequest } from './layout-link.js'
import { layOutGraph } from './lay-out-graph.js'

if (typeof document === 'undefined') {
  addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isLayoutRequest(data)) return
    const { id, graph } = data
    void layOutGraph(graph, (state) => postMessage({ id, state }))
  })
} else Object.assign(globalThis, { layOutGraph })
