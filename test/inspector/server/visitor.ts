import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'

/** How a request is made unusual. */
export interface Manner {
  readonly method?: string
  readonly host?: string
  readonly origin?: string
}

/** What came back. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Asks for a path exactly as it is written. */
export async function ask(url: string, path: string, { host, method, origin }: Manner = {}): Promise<Reply> {
  const { hostname, port } = new URL(url)
  const headers = {
    ...(host === undefined ? {} : { Host: host }),
    ...(origin === undefined ? {} : { Origin: origin }),
  }
  const asking = request({ hostname, port, path, method: method ?? 'GET', headers, agent: false })
  asking.end()
  const [response] = await once(asking, 'response')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, headers: response.headers, body }
}

/** The status with which a WebSocket is refused; 101 where it opens. */
export async function knock(url: string, { host, origin }: Manner = {}): Promise<number> {
  const socket = new WebSocket(url, {
    ...(origin === undefined ? {} : { origin }),
    ...(host === undefined ? {} : { headers: { Host: host } }),
  })
  socket.on('error', () => {})
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
  ])
  socket.terminate()
  return status
}

/** The address of a WebSocket of an inspector. */
export function at(inspectorUrl: string, path: string): string {
  const url = new URL(inspectorUrl)
  url.protocol = 'ws:'
  url.pathname = path
  return url.toString()
}

/** The other end of an inspector: a page or an app, as far as frames go. */
export class Visitor {
  readonly socket: WebSocket
  readonly #frames: unknown[] = []
  #waiting: (() => void) | undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()))
      this.#waiting?.()
    })
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The next frame. */
  async frame(): Promise<unknown> {
    while (this.#frames.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    return this.#frames.shift()
  }

  /** Lines until one fits; without it, until what has been is told. */
  async lines(fits?: (line: RecordingLine) => boolean): Promise<readonly RecordingLine[]> {
    const lines: RecordingLine[] = []
    for (;;) {
      const frame = await this.frame()
      if (Array.isArray(frame)) lines.push(...frame)
      else if (fits === undefined) return lines
      if (fits !== undefined && lines.some(fits)) return lines
    }
  }

  /** The next answer to a command, whatever is told before. */
  async outcome(): Promise<unknown> {
    for (;;) {
      const frame = await this.frame()
      if (typeof frame === 'object' && frame !== null && 'outcome' in frame) return frame
    }
  }

  /** The code with which the other side closes. */
  async closed(): Promise<number> {
    const [code] = await once(this.socket, 'close')
    return Number(code)
  }
}

/** Opens the way of the page, with its origin. */
export function openPage(url: string): Promise<Visitor> {
  return open(at(url, '/page'), new URL(url).origin)
}

/** Opens the way of an app. */
export function openSource(url: string): Promise<Visitor> {
  return open(at(url, '/source'))
}

async function open(url: string, origin?: string): Promise<Visitor> {
  const socket = new WebSocket(url, origin === undefined ? {} : { origin })
  onTestFinished(() => socket.terminate())
  const visitor = new Visitor(socket)
  await once(socket, 'open')
  return visitor
}
