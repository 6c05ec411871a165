import type { ElkNode } from '../../drawing/elk.js'
import type { LayOut } from '../../drawing/layout.js'

/** As much of a worker as ELK needs: a real one, or the one that it brings for where there are none. */
interface LayoutWorker {
  onmessage: ((message: MessageEvent<unknown>) => void) | null
  postMessage(message: object): void
}

interface Answer {
  readonly id: number
  readonly data?: ElkNode
  readonly error?: { readonly text?: string }
}

let started: Promise<LayoutWorker> | undefined
const waiting = new Map<number, { resolve(laid: ElkNode): void; reject(error: Error): void }>()
let count = 0

/** Lays a graph out in the worker; rejects where the worker cannot be had. The first call starts it. */
export const layOutInWorker: LayOut = async (graph) => {
  started ??= startWorker()
  const worker = await started
  count += 1
  const id = count
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    worker.postMessage({ id, cmd: 'layout', graph, layoutOptions: {}, options: {} })
  })
}

/** Starts the worker before anything is to be laid out. */
export function warmUp(): void {
  started ??= startWorker()
  started.catch(() => undefined)
}

async function startWorker(): Promise<LayoutWorker> {
  const worker: LayoutWorker =
    location.protocol === 'file:' ? await loadInPage() : new Worker('layout-worker.js')
  worker.onmessage = ({ data }) => {
    if (!isAnswer(data)) return
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.data !== undefined) asked?.resolve(data.data)
    else asked?.reject(new Error(data.error?.text ?? 'The chart could not be laid out.'))
  }
  worker.postMessage({ id: 0, cmd: 'register', algorithms: ['layered'] })
  return worker
}

/** A page that is opened from a file may start no worker: the same script then runs in the page, which stands still meanwhile. */
function loadInPage(): Promise<LayoutWorker> {
  const module: { exports: { Worker?: new () => LayoutWorker } } = { exports: {} }
  Object.assign(globalThis, { module, exports: module.exports })
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = 'layout-worker.js'
    script.addEventListener('error', () => reject(new Error('layout-worker.js is missing.')))
    script.addEventListener('load', () => {
      const { Worker: InPage } = module.exports
      if (InPage === undefined) reject(new Error('layout-worker.js is not what it should be.'))
      else resolve(new InPage())
    })
    document.head.append(script)
  })
}

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
