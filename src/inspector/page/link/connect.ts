import type { Outcome } from '../../link/command.js'
import type { RecordingLine } from '../../recording/record.js'
import { isRecordingLine } from '../../recording/recording-shape.js'
import { link, sendCommand, type SendCommand } from '../model/link.js'
import { append, replace } from '../model/signals.js'
import { takeToken } from './token.js'

const delaysMs = [250, 500, 1000, 2000, 4000]
/** Whatever no frame has been drawn for is entered after this time. */
const unseenMs = 250

let current: ServerLink | undefined

/** Reaches for the server that the page came from, again and again, if its address brought a token. */
export function connect(): void {
  disconnect()
  const token = takeToken()
  if (token === undefined) return
  current = new ServerLink(token)
  current.open()
}

/** Hears the server no more. */
export function disconnect(): void {
  current?.close()
  current = undefined
}

/** One server, reached again whenever it is lost. */
class ServerLink {
  readonly #address: URL
  readonly #asked = new Map<number, (outcome: Outcome) => void>()
  #count = 0
  readonly #end = new AbortController()
  #socket: WebSocket | undefined
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Lines since the last frame was drawn; the whole history while it arrives. */
  #lines: RecordingLine[] = []
  #isJoining = true
  #isDue = false

  constructor(token: string) {
    this.#address = new URL('page', location.href)
    this.#address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#address.search = new URLSearchParams({ token }).toString()
    this.#address.hash = ''
    const { signal } = this.#end
    const retry = (): void => {
      if (document.visibilityState === 'visible' && link.value.status === 'lost') this.open()
    }
    addEventListener('online', retry, { signal })
    document.addEventListener('visibilitychange', retry, { signal })
  }

  close(): void {
    this.#end.abort()
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#refuseAll()
  }

  open(): void {
    clearTimeout(this.#timer)
    if (this.#socket !== undefined) return
    if (link.value.status !== 'lost') link.value = { status: 'joining' }
    const socket = new WebSocket(this.#address)
    this.#socket = socket
    this.#lines = []
    this.#isJoining = true
    const { signal } = this.#end
    socket.addEventListener('message', ({ data }) => this.#hear(data), { signal })
    socket.addEventListener('close', () => this.#lose(), { signal })
  }

  #hear(data: unknown): void {
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : undefined
    if (Array.isArray(frame)) {
      for (const line of frame) if (isRecordingLine(line)) this.#lines.push(line)
      if (!this.#isJoining) this.#drawSoon()
    } else if (isLive(frame)) this.#join()
    else if (isAnswer(frame)) {
      this.#asked.get(frame.id)?.(frame)
      this.#asked.delete(frame.id)
    }
  }

  #join(): void {
    this.#failures = 0
    this.#isJoining = false
    replace(this.#take())
    link.value = { status: 'live' }
    sendCommand.value = this.#send
  }

  /** Whatever arrives within one frame is drawn at once; a page that nobody sees gets none, and draws now and then. */
  #drawSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    const draw = (): void => {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      this.#isDue = false
      if (!this.#isJoining && !this.#end.signal.aborted) append(this.#take())
    }
    // A page may be hidden while it waits for a frame, and then waits until it is seen again.
    const timer = setTimeout(draw, unseenMs)
    const frame = requestAnimationFrame(draw)
  }

  #take(): readonly RecordingLine[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  #lose(): void {
    this.#socket = undefined
    this.#failures += 1
    this.#refuseAll()
    link.value = {
      status: 'lost',
      reason:
        this.#failures < 3
          ? 'The connection to the inspector was lost.'
          : 'The inspector does not answer. Where it was started again, open the address that it prints.',
    }
    this.#timer = setTimeout(() => this.open(), delaysMs[Math.min(this.#failures, delaysMs.length) - 1])
  }

  #refuseAll(): void {
    for (const settle of this.#asked.values()) {
      settle({ outcome: 'refused', reason: 'The connection was lost.' })
    }
    this.#asked.clear()
  }

  readonly #send: SendCommand = (source, command) =>
    new Promise((resolve) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) {
        resolve({ outcome: 'refused', reason: 'The page is not connected.' })
        return
      }
      this.#count += 1
      this.#asked.set(this.#count, resolve)
      this.#socket.send(JSON.stringify({ id: this.#count, source, command }))
    })
}

const isLive = (frame: unknown): boolean =>
  typeof frame === 'object' && frame !== null && 'live' in frame && frame.live === true

const isAnswer = (frame: unknown): frame is Outcome & { readonly id: number } =>
  typeof frame === 'object' &&
  frame !== null &&
  'id' in frame &&
  typeof frame.id === 'number' &&
  'outcome' in frame &&
  (frame.outcome === 'ok' || (frame.outcome === 'refused' && 'reason' in frame))
