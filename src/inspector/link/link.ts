import { openSocket } from '#inspector-socket'
import type { RecordingLine } from '../recording/record.js'
import { isObject } from '../recording/shape.js'
import { isCommand, type Command, type Outcome } from './command.js'
import { takeFrame } from './frames.js'
import type { Socket } from './socket.js'

/** Tells lines as they come, those first that are still known; the function that it gives ends that. */
export type Follow = (take: (lines: readonly RecordingLine[]) => void) => () => void

export interface LinkOptions {
  /** Where the inspector is: the address of its page, token included. */
  readonly url: string
  readonly follow: Follow
  /** Has everybody who follows told at once what has happened. */
  readonly settle: () => void
  /** Carries out what the page asks for. */
  readonly obey: (command: Command) => Promise<Outcome>
  /** Told whenever the inspector is reached or lost. */
  readonly changed: (isOpen: boolean) => void
}

/** How long lines wait for others, in milliseconds. */
const batchMs = 50
/** No further frame is written while so much waits to be sent, in bytes. */
const bufferLimit = 1_048_576
/** Lines that wait for a slow inspector; it is left when there are more, and told everything later. */
const waitingLimit = 250_000
/** How long an inspector may take to let somebody in, and to take what is left at the end, in milliseconds. */
const openingMs = 10_000
const closingMs = 3_000
const firstRetryMs = 250
const lastRetryMs = 10_000

/**
 * The way to an inspector elsewhere. It comes and goes without a word: whenever the inspector is there it is told everything
 * that is still known, and nothing is kept for it meanwhile. It neither throws nor keeps a process alive.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #url: string
  #socket: Socket | undefined
  #unfollow: (() => void) | undefined
  #waiting: RecordingLine[] = []
  #timer: Timer | undefined
  #retryMs = firstRetryMs
  #openedAt = 0
  #isOver = false
  #ended: (() => void) | undefined

  /** @throws RangeError for what is no address of an inspector */
  constructor(options: LinkOptions) {
    this.#options = options
    this.#url = toSourceUrl(options.url)
    this.#dial()
  }

  /** Sends what has happened, where the inspector is there and takes it soon, and ends. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    if (this.#socket === undefined) return
    await new Promise<void>((resolve) => {
      // Nothing else keeps a process waiting for this, and nobody waits longer.
      const patience = setTimeout(() => {
        this.#socket?.end()
        this.#lost()
      }, closingMs)
      this.#ended = () => {
        clearTimeout(patience)
        resolve()
      }
      if (this.#unfollow === undefined) return
      this.#options.settle()
      this.#finish()
    })
  }

  #dial(): void {
    this.#timer = later(() => this.#socket?.end(), openingMs)
    this.#socket = openSocket(this.#url, {
      opened: () => {
        clearTimeout(this.#timer)
        this.#timer = undefined
        this.#openedAt = performance.now()
        this.#follow()
        this.#options.changed(true)
        if (this.#isOver) this.#finish()
      },
      text: (text) => void this.#take(text),
      closed: () => this.#lost(),
    })
  }

  #follow(): void {
    this.#unfollow = this.#options.follow((lines) => {
      for (const line of lines) this.#waiting.push(line)
      if (this.#waiting.length > waitingLimit) return this.#socket?.close()
      this.#timer ??= later(() => this.#pump(), batchMs)
    })
  }

  /** What happens from now on is not told. */
  #finish(): void {
    this.#unfollow?.()
    this.#pump()
  }

  #pump(): void {
    this.#timer = undefined
    const socket = this.#socket
    if (socket === undefined) return
    while (this.#waiting.length > 0 && socket.bufferedBytes < bufferLimit) {
      socket.send(takeFrame(this.#waiting))
    }
    if (this.#waiting.length > 0) this.#timer = later(() => this.#pump(), batchMs)
    else if (this.#isOver) socket.close()
  }

  #lost(): void {
    const wasOpen = this.#unfollow !== undefined
    this.#unfollow?.()
    this.#unfollow = undefined
    this.#socket = undefined
    this.#waiting = []
    if (wasOpen) this.#options.changed(false)
    clearTimeout(this.#timer)
    this.#ended?.()
    if (this.#isOver) return
    // Whoever opens and cuts it off soon would do so again, and be told everything each time.
    if (wasOpen && performance.now() - this.#openedAt > lastRetryMs) this.#retryMs = firstRetryMs
    this.#timer = later(() => this.#dial(), this.#retryMs)
    this.#retryMs = Math.min(2 * this.#retryMs, lastRetryMs)
  }

  async #take(text: string): Promise<void> {
    const asked = toRequest(text)
    const socket = this.#socket
    if (asked === undefined) return
    const outcome = await this.#options.obey(asked.command)
    if (socket === this.#socket) socket?.send(JSON.stringify({ id: asked.id, ...outcome }))
  }
}

/** Who asks for something that is no command, or by no number, is not answered. */
function toRequest(text: string): { readonly id: number; readonly command: Command } | undefined {
  try {
    const asked: unknown = JSON.parse(text)
    if (!isObject(asked)) return undefined
    const { command, id } = asked
    return typeof id === 'number' && isCommand(command) ? { id, command } : undefined
  } catch {
    return undefined
  }
}

/** Where sources go, from where the page is. */
function toSourceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !url.searchParams.has('token') || !/^(?:https?|wss?):$/.test(url.protocol)) {
    throw new RangeError('the address of an inspector is what it prints: http://127.0.0.1:PORT/?token=TOKEN')
  }
  url.protocol = url.protocol.replace('http', 'ws')
  url.pathname = '/source'
  return url.toString()
}

type Timer = ReturnType<typeof setTimeout>

/** A process may end meanwhile. */
function later(deed: () => void, ms: number): Timer {
  const timer = setTimeout(deed, ms)
  if (typeof timer === 'object') timer.unref()
  return timer
}
