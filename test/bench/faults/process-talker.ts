import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Talker, TalkerEvents } from '../../support/interrupted-conversation.js'
import type { Client } from '../clients.js'
import { benchFile } from '../places.js'

/** Who talks, as whom, and where. */
export interface TalkerTask {
  readonly client: Client
  readonly url: string
  /** The port in `url`, by which its socket is found. */
  readonly port: number
  readonly jid: string
  readonly password: string
  readonly resource: string
  readonly to: string
  /** File in which the client may save its session; without it, nothing is saved. */
  readonly saved?: string | undefined
  /** File in which ours writes down what it does, bodies included. */
  readonly recording?: string | undefined
  readonly caFile: string
}

/** A client in a process of its own. */
export interface ProcessTalker extends Talker {
  /** Ends the process without asking it (SIGKILL); resolves when it has, with all it has said. */
  kill(): Promise<void>
  /** What it has thrown where no app could have caught it. */
  readonly uncaught: readonly string[]
  /** What it wrote last, where it has ended by itself. */
  readonly defect: () => string | undefined
}

const lastWordsLimit = 2000
/** Whoever does not end by then is ended. */
const closeLimitMs = 3000

/** Starts a process, and the client in it. */
export function startProcessTalker({ caFile, ...task }: TalkerTask, events: TalkerEvents): ProcessTalker {
  const child = fork(benchFile('workers', 'converse.mjs'), [JSON.stringify(task)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let words = ''
  let isOver = false
  let defect: string | undefined
  child.stderr?.on('data', (chunk) => {
    words = (words + String(chunk)).slice(-lastWordsLimit)
  })
  const uncaught: string[] = []
  child.on('message', (message) => {
    for (const [word, body] of readMessage(message)) {
      if (word === 'online') events.online()
      else if (word === 'arrived') events.arrived(body)
      else if (word === 'recalled') events.recalled(body)
      else if (word === 'recognized') events.recognized(body)
      else if (word === 'sent') events.sent(body)
      else if (word === 'uncaught') uncaught.push(body)
      else if (word === 'confirmed') events.confirmed(body)
      else if (word === 'failed') events.failed(body)
    }
  })
  child.on('error', () => {})
  const ended = once(child, 'close')
  child.once('close', () => {
    if (!isOver) defect = words.match(/^\w*Error: .*$/m)?.[0] ?? words.trim().split('\n').at(-1) ?? ''
  })
  const told: (readonly [word: string, body?: string])[] = []
  /** What is told in one turn goes together. */
  const tell = (word: string, body?: string) => {
    if (told.push(body === undefined ? [word] : [word, body]) > 1) return
    setImmediate(() => {
      const all = told.splice(0)
      if (child.connected) child.send(all, () => {})
    })
  }
  return {
    send: (body) => tell('send', body),
    destroySocket: () => tell('destroy'),
    close: async () => {
      isOver = true
      tell('close')
      const timer = setTimeout(() => child.kill('SIGKILL'), closeLimitMs)
      await ended
      clearTimeout(timer)
    },
    kill: async () => {
      isOver = true
      child.kill('SIGKILL')
      await ended
    },
    uncaught,
    defect: () => defect,
  }
}

function readMessage(message: unknown): readonly (readonly [word: string, body: string])[] {
  if (!Array.isArray(message)) return []
  const entries: readonly unknown[] = message
  return entries.flatMap((entry) => (Array.isArray(entry) ? [[String(entry[0]), String(entry[1])]] : []))
}
