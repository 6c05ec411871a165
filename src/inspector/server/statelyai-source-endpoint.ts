import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Endpoint } from './endpoint.js'
import type { Feed, Sources } from './sources.js'
import { StatelyaiSource } from '../wires/statelyai-source.js'

/** Where apps attach with `createWebSocketInspector` of `@statelyai/inspect`: each connection is a source. */
export const statelyaiSourceEndpoint: Endpoint = {
  origins: 'loopback',
  frameLimitBytes: 4_194_304,
  accept: (socket, sources) => {
    const app = new ForeignApp(socket, sources)
    socket.on('message', (data: Buffer, isBinary) => app.take(isBinary ? '' : data.toString()))
    socket.on('close', () => app.end())
  },
}

/** WebSocket close codes (RFC 6455 §7.4.1). */
const closeCodes = { malformed: 1007, refused: 1008, tooMuch: 1009 } as const

/** What it says is doubted, and it is asked for nothing: its inspector would not listen. */
class ForeignApp {
  readonly #socket: WebSocket
  readonly #sources: Sources
  readonly #app = new StatelyaiSource(randomUUID(), () => Date.now())
  #feed: Feed | undefined
  #isOver = false

  constructor(socket: WebSocket, sources: Sources) {
    this.#socket = socket
    this.#sources = sources
  }

  take(text: string): void {
    if (this.#isOver) return
    const lines = this.#app.read(text)
    if (typeof lines === 'string') {
      return this.#cutOff(lines === 'too many actors' ? closeCodes.tooMuch : closeCodes.malformed, lines)
    }
    for (const line of lines) {
      if (this.#feed === undefined && line.kind === 'source') {
        this.#feed = this.#sources.open(line, async () => ({
          outcome: 'refused',
          reason: 'its wire leads one way',
        }))
        if (this.#feed === undefined) return this.#cutOff(closeCodes.refused, 'too many sources')
      } else if (this.#feed?.append(line) === false)
        return this.#cutOff(closeCodes.tooMuch, 'too many charts')
    }
  }

  end(): void {
    this.#isOver = true
    this.#feed?.end()
  }

  #cutOff(code: number, reason: string): void {
    this.#isOver = true
    this.#socket.close(code, reason)
  }
}
