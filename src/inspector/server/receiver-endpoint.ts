import type { WebSocket } from 'ws'
import type { RecordingLine } from '../recording/record.js'
import { isRecordingLine } from '../recording/recording-shape.js'
import type { Endpoint } from './endpoint.js'
import { beginning, type Place, type SourceHistory } from './source-history.js'
import type { Sources } from './sources.js'
import { createStatelyaiReceiver } from '../wires/statelyai-receiver.js'
import { createXStateReceiver } from '../wires/xstate-receiver.js'

/** Makes of a line what another inspector reads. */
type Translate = (line: RecordingLine) => readonly string[]

/** Where `createWebSocketReceiver` of `@statelyai/inspect` looks. */
export const statelyaiReceiverEndpoint = receiverEndpoint(createStatelyaiReceiver)

/** Where `createWebSocketReceiver` of `@xstate/inspect` looks. */
export const xstateReceiverEndpoint = receiverEndpoint(createXStateReceiver)

/** What receivers say is only that they are there, and what they would send: they look, and no more. */
function receiverEndpoint(createTranslator: () => Translate): Endpoint {
  return {
    origins: 'loopback',
    frameLimitBytes: 65_536,
    accept: (socket, sources) => {
      const receiver = new Receiver(socket, sources, createTranslator())
      socket.on(
        'close',
        sources.watch(() => receiver.schedule()),
      )
      receiver.schedule()
    },
  }
}

/** Lines are read on when those before have left, about so much of them at once, in UTF-16 code units. */
const portionLength = 262_144

/** One viewer of others. It is told everything from the beginning, one message a frame, as quickly as it reads. */
class Receiver {
  readonly #socket: WebSocket
  readonly #sources: Sources
  readonly #translate: Translate
  readonly #places = new WeakMap<SourceHistory, Place>()
  #isSending = false

  constructor(socket: WebSocket, sources: Sources, translate: Translate) {
    this.#socket = socket
    this.#sources = sources
    this.#translate = translate
  }

  /** There may be something to tell. */
  schedule(): void {
    if (this.#isSending) return
    this.#isSending = true
    setImmediate(() => this.#sendNext())
  }

  #sendNext(): void {
    const lines = this.#nextLines()
    this.#isSending = lines.length > 0
    const frames = lines.flatMap((line) => this.#translate(line))
    if (frames.length === 0) return this.#isSending ? void setImmediate(() => this.#sendNext()) : undefined
    frames.forEach((frame, index) => {
      this.#socket.send(frame, (error) => {
        const isLast = index === frames.length - 1
        if (isLast && (error === undefined || error === null)) this.#sendNext()
      })
    })
  }

  #nextLines(): readonly RecordingLine[] {
    for (const history of this.#sources.histories()) {
      const { lines, place } = history.next(this.#places.get(history) ?? beginning, portionLength)
      this.#places.set(history, place)
      if (lines.length > 0) {
        return lines.flatMap((text) => {
          const line: unknown = JSON.parse(text)
          return isRecordingLine(line) ? [line] : []
        })
      }
    }
    return []
  }
}
