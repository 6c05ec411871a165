import { fork, type ChildProcess } from 'node:child_process'
import { benchFile } from './places.js'

/** Numbers by name. */
export type Figures = ReadonlyMap<string, number>

/** What to run: always a whole new process, and so a fresh engine. */
export interface WorkerTask {
  /** File name under `workers/`, without its ending. */
  readonly script: string
  readonly input: object
  /** PEM file of an authority that the worker is to trust. */
  readonly caFile?: string
  /** When it is given up, in milliseconds. Default 180,000. */
  readonly timeoutMs?: number
  /** Lets the worker collect garbage by its own will. */
  readonly exposeGc?: boolean
  /** Whether V8 collects garbage because the worker rests. Default true. */
  readonly collectsAtRest?: boolean
  /** Hears what the worker says; `answer` says a word back. */
  readonly hear?: (word: string, figures: Figures, answer: (word: string) => void) => void
}

const defaultTimeoutMs = 180_000
const lastWordsLimit = 2000

/** Runs one worker and resolves with what it measured; rejects with its last words when it fails. */
export async function runWorker({
  caFile,
  collectsAtRest = true,
  exposeGc,
  hear,
  input,
  script,
  timeoutMs = defaultTimeoutMs,
}: WorkerTask): Promise<Figures> {
  const child = fork(benchFile('workers', `${script}.mjs`), [JSON.stringify(input)], {
    execArgv: [
      ...(exposeGc === true ? ['--expose-gc'] : []),
      ...(collectsAtRest ? [] : ['--no-memory-reducer']),
    ],
    env: { ...process.env, ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lastWords = collectLastWords(child)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    let measured: Figures | undefined
    child.on('message', (message) => {
      const { figures, word } = readMessage(message)
      if (word === 'measured') measured = figures
      else hear?.(word, figures, (answer) => child.send({ word: answer }))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (measured === undefined) {
        reject(new Error(`${script} ended with ${signal ?? code}: ${lastWords()}`))
      } else resolve(measured)
    })
  })
}

function collectLastWords(child: ChildProcess): () => string {
  let words = ''
  const note = (chunk: unknown) => {
    words = (words + String(chunk)).slice(-lastWordsLimit)
  }
  child.stdout?.on('data', note)
  child.stderr?.on('data', note)
  return () => words.match(/^\w*Error\b.*$/m)?.[0] ?? words.trim().split('\n').at(-1) ?? ''
}

function readMessage(message: unknown): { readonly word: string; readonly figures: Figures } {
  if (typeof message !== 'object' || message === null || !('word' in message)) {
    throw new TypeError('a worker said something without a word')
  }
  const entries: readonly (readonly [string, unknown])[] = Object.entries(
    'figures' in message ? (message.figures ?? {}) : {},
  )
  const figures = new Map<string, number>()
  for (const [name, value] of entries) if (typeof value === 'number') figures.set(name, value)
  return { word: String(message.word), figures }
}
