import type { ElkNode } from '../../drawing/elk.js'
import type { LayOut } from '../../drawing/layout.js'
import { loadScript } from '../load-script.js'

/** Passes a message to ELK, wherever it runs. */
type Ask = (message: object) => void

/** What ELK brings for where there are no workers. */
interface InPageWorker {
  postMessage(message: object, transfer: readonly object[]): void
}

interface Answer {
  readonly id: number
  readonly data?: ElkNode
  readonly error?: { readonly text?: string }
}

let started: Promise<Ask> | undefined
const waiting = new Map<number, { resolve(laid: ElkNode): void; reject(error: Error): void }>()
let count = 0

/** Lays a graph out in the worker; rejects where the worker cannot be had. The first call starts it. */
export const layOutInWorker: LayOut = async (graph) => {
  started ??= startWorker()
  const ask = await started
  count += 1
  const id = count
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    ask({ id, cmd: 'layout', graph, layoutOptions: {}, options: {} })
  })
}

async function startWorker(): Promise<Ask> {
  const ask = location.protocol === 'file:' ? await loadInPage() : load()
  ask({ id: 0, cmd: 'register', algorithms: ['layered'] })
  return ask
}

function load(): Ask {
  const worker = new Worker('layout-worker.js')
  worker.addEventListener('message', hear)
  return (message) => worker.postMessage(message, [])
}

function hear({ data }: { readonly data: unknown }): void {
  if (!isAnswer(data)) return
  const asked = waiting.get(data.id)
  waiting.delete(data.id)
  if (data.data !== undefined) asked?.resolve(data.data)
  else asked?.reject(new Error(data.error?.text ?? 'The chart could not be laid out.'))
}

/** A page that is opened from a file may start no worker: the same script then runs in the page, which stands still meanwhile. */
async function loadInPage(): Promise<Ask> {
  const module: { exports: { Worker?: new () => InPageWorker } } = { exports: {} }
  Object.assign(globalThis, { module, exports: module.exports })
  await loadScript('layout-worker.js')
  const { Worker: InPage } = module.exports
  if (InPage === undefined) throw new Error('layout-worker.js is not what it should be.')
  const worker = Object.assign(new InPage(), { onmessage: hear })
  return (message) => worker.postMessage(message, [])
}

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
