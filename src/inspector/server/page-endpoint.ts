import type { WebSocket } from 'ws'
import { isCommand, type Command } from '../link/command.js'
import { isObject, text } from '../recording/shape.js'
import type { Endpoint } from './endpoint.js'
import { beginning, type Place, type SourceHistory } from './source-history.js'
import type { Sources } from './sources.js'

/** Where the page listens and commands. */
export const pageEndpoint: Endpoint = {
  origins: 'own',
  frameLimitBytes: 1_048_576,
  accept: (socket, sources) => {
    const page = new Page(socket, sources)
    const unwatch = sources.watch(() => page.schedule())
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) void page.take(data.toString())
    })
    socket.on('close', unwatch)
    page.schedule()
  },
}

/** A frame is begun anew when it is longer, in UTF-16 code units. */
const frameLength = 262_144
/** Answers that nobody reads, in bytes; whoever lets more of them wait is cut off. */
const unreadLimit = 4_194_304

/**
 * One page that looks. The next frame is made when the last one has left: a slow page is told later, in larger pieces, and at
 * last that it has missed something, but never makes anything wait for it in memory.
 */
class Page {
  readonly #socket: WebSocket
  readonly #sources: Sources
  readonly #places = new WeakMap<SourceHistory, Place>()
  #isSending = false
  #isScheduled = false
  #isLive = false

  constructor(socket: WebSocket, sources: Sources) {
    this.#socket = socket
    this.#sources = sources
  }

  /** There may be something to tell. */
  schedule(): void {
    if (this.#isScheduled || this.#isSending) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#sendNext()
    })
  }

  /** Carries out what the page asks for, and answers. */
  async take(text: string): Promise<void> {
    const asked = toRequest(text)
    if (asked === undefined) return this.#socket.close(1007, 'no command')
    const { command, id, source } = asked
    const outcome = await this.#sources.command(source, command)
    if (this.#socket.bufferedAmount > unreadLimit) return this.#socket.terminate()
    this.#socket.send(JSON.stringify({ source, ...(id === undefined ? {} : { id }), ...outcome }))
  }

  #sendNext(): void {
    const frame = this.#nextFrame()
    if (frame === undefined) return
    this.#isSending = true
    this.#socket.send(frame, (error) => {
      this.#isSending = false
      if (error === undefined || error === null) this.schedule()
    })
  }

  #nextFrame(): string | undefined {
    const lines: string[] = []
    let left = frameLength
    for (const history of this.#sources.histories()) {
      if (left <= 0) break
      const portion = history.next(this.#places.get(history) ?? beginning, left)
      this.#places.set(history, portion.place)
      for (const line of portion.lines) {
        left -= line.length
        lines.push(line)
      }
    }
    if (lines.length > 0) return `[${lines.join(',')}]`
    if (this.#isLive) return undefined
    this.#isLive = true
    return JSON.stringify({ live: true })
  }
}

/** What is said back must not be what nobody could write. */
const isId = (id: unknown): id is Request['id'] => id === undefined || typeof id === 'number' || text(id)

interface Request {
  readonly id: number | string | undefined
  readonly source: string
  readonly command: Command
}

function toRequest(text: string): Request | undefined {
  try {
    const asked: unknown = JSON.parse(text)
    if (!isObject(asked)) return undefined
    const { command, id, source } = asked
    return isId(id) && typeof source === 'string' && isCommand(command) ? { id, source, command } : undefined
  } catch {
    return undefined
  }
}
