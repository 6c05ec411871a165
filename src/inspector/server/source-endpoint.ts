import type { WebSocket } from 'ws'
import type { Command, Outcome } from '../link/command.js'
import type { RecordingLine } from '../recording/record.js'
import { count, isObject, oneOf, shape, text } from '../recording/shape.js'
import { isRecordingLine } from '../recording/recording-shape.js'
import type { Endpoint } from './endpoint.js'
import type { Feed, Sources } from './sources.js'

/** Where apps attach, from another process or from a browser. */
export const sourceEndpoint: Endpoint = {
  origins: 'loopback',
  frameLimitBytes: 4_194_304,
  accept: (socket, sources) => {
    const app = new RemoteApp(socket, sources)
    socket.on('message', (data: Buffer, isBinary) => app.take(data, isBinary))
    socket.on('close', () => app.end())
  },
}

/** Sources of one connection. */
const feedsLimit = 8
/** Commands of one connection that are not yet answered. */
const askedLimit = 32
const answerTimeoutMs = 60_000
/** So much of a name fits into the 123 bytes that may say why (RFC 6455 §5.5), whatever it is made of. */
const toldUnits = 37

/** WebSocket close codes (RFC 6455 §7.4.1). */
const closeCodes = { malformed: 1007, refused: 1008, tooMuch: 1009 } as const

/** An app at the other end of a connection: what it tells is doubted, what it is asked may never be answered. */
class RemoteApp {
  readonly #socket: WebSocket
  readonly #sources: Sources
  readonly #feeds = new Map<string, Feed>()
  readonly #asked = new Map<number, (outcome: Outcome) => void>()
  #askedCount = 0
  /** It was told to go, or has gone: what it still says is not heard. */
  #isOver = false

  constructor(socket: WebSocket, sources: Sources) {
    this.#socket = socket
    this.#sources = sources
  }

  take(data: Buffer, isBinary: boolean): void {
    if (this.#isOver) return
    const frame = isBinary ? undefined : parse(data.toString())
    if (isAnswer(frame)) return this.#asked.get(frame.id)?.(toOutcome(frame))
    if (!Array.isArray(frame)) return this.#cutOff(closeCodes.malformed, 'no list of lines')
    for (const line of frame) {
      if (!isRecordingLine(line)) return this.#cutOff(closeCodes.malformed, 'no line of a recording')
      const problem = this.#append(line)
      if (problem !== undefined) return this.#cutOff(problem, `the source ${line.source.slice(0, toldUnits)}`)
    }
  }

  end(): void {
    this.#isOver = true
    for (const feed of this.#feeds.values()) feed.end()
    this.#feeds.clear()
    for (const answer of this.#asked.values()) answer({ outcome: 'refused', reason: 'it has gone' })
  }

  #cutOff(code: number, reason: string): void {
    this.#isOver = true
    this.#socket.close(code, reason)
  }

  /** The reason to cut it off, if there is one. */
  #append(line: RecordingLine): number | undefined {
    const feed = this.#feeds.get(line.source)
    if (feed !== undefined) return feed.append(line) ? undefined : closeCodes.tooMuch
    if (line.kind !== 'source' || this.#feeds.size >= feedsLimit) return closeCodes.refused
    const opened = this.#sources.open(line, (command) => this.#ask(command))
    if (opened === undefined) return closeCodes.refused
    this.#feeds.set(line.source, opened)
    return undefined
  }

  #ask(command: Command): Promise<Outcome> {
    if (this.#asked.size >= askedLimit) {
      return Promise.resolve({ outcome: 'refused', reason: 'it has not answered what it was asked before' })
    }
    const id = this.#askedCount
    this.#askedCount += 1
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer)
        this.#asked.delete(id)
        resolve(outcome)
      }
      const timer = setTimeout(
        () => settle({ outcome: 'refused', reason: 'the app has not answered' }),
        answerTimeoutMs,
      )
      this.#asked.set(id, settle)
      this.#socket.send(JSON.stringify({ id, command }))
    })
  }
}

const answer = shape({ id: count, outcome: oneOf('ok', 'refused'), 'reason?': text })

interface Answer {
  readonly id: number
  readonly outcome: Outcome['outcome']
  readonly reason?: string
}

const isAnswer = (frame: unknown): frame is Answer => isObject(frame) && answer(frame)

function toOutcome({ outcome, reason = 'it does not say why' }: Answer): Outcome {
  return outcome === 'ok' ? { outcome } : { outcome, reason }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
