import { once } from 'node:events'
import { createServer } from 'node:net'
import { createRecordCounter } from './record-counter.js'
import { openLine, type Break, type Direction, type Line } from './relay-line.js'

/** A way to a server of this machine that can be longer than it is, and fail as lines do. */
export interface Relay {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
  /** How often the client has spoken on the latest connection, whatever it said between two words of the server. */
  readonly flights: number
  /** TLS records of application data that the client has sent since it last heard the server. */
  recordsSinceServer(): number
  /** Breaks every open line, at once, whatever was to break later. */
  break(how: Break): void
  /**
   * Lets so many more bytes pass in one direction, on whatever lines there are or will be, and breaks them then; resolves when
   * that has happened. The latest call counts.
   */
  breakAfter(bytes: number, direction: Direction, how: Break): Promise<void>
  /** How much later bytes arrive from now on, in milliseconds; their order stays. */
  delay(ms: number): void
  /** Whoever connects is cut off at once, until `comeBack()`. */
  goAway(): void
  comeBack(): void
  /** Ends everything, what hangs in a broken line too. */
  stop(): Promise<void>
}

/**
 * Listens on a free port of 127.0.0.1 and hands every byte on `delayMs` later, in both directions and in order. The TCP
 * handshake is the one thing that it cannot delay.
 */
export async function startRelay(port: number, delayMs = 0): Promise<Relay> {
  const lines = new Set<Line>()
  let latencyMs = delayMs
  let isAway = false
  let records = 0
  let connections = 0
  let flights = 0
  let lastSpeaker: Direction = 'down'
  let cut: Cut | undefined

  const breakAll = (how: Break) => {
    for (const line of lines) line.break(how)
  }
  /** How many of these bytes may pass, and what to do about the others. */
  const admit = (direction: Direction, bytes: number): number => {
    if (cut?.direction !== direction || bytes < cut.left) {
      if (cut?.direction === direction) cut.left -= bytes
      return bytes
    }
    const { how, left, made } = cut
    cut = undefined
    queueMicrotask(() => {
      breakAll(how)
      made()
    })
    return left
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    if (isAway) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    connections++
    flights = 0
    lastSpeaker = 'down'
    const count = createRecordCounter(() => records++)
    const line = openLine(client, port, {
      latencyMs: () => latencyMs,
      admit,
      heard: (direction, chunk) => {
        if (direction === 'up') count(chunk)
        if (direction === 'up' && lastSpeaker === 'down') flights++
        lastSpeaker = direction
      },
      passed: (direction) => {
        if (direction === 'down') records = 0
      },
      ended: () => lines.delete(line),
    })
    lines.add(line)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
  return {
    port: address.port,
    get connections() {
      return connections
    },
    get flights() {
      return flights
    },
    recordsSinceServer: () => records,
    break: (how) => {
      const made = cut?.made
      cut = undefined
      breakAll(how)
      made?.()
    },
    breakAfter: (bytes, direction, how) =>
      new Promise((made) => {
        cut = { direction, how, left: bytes, made }
      }),
    delay: (ms) => {
      latencyMs = ms
    },
    goAway: () => {
      isAway = true
    },
    comeBack: () => {
      isAway = false
    },
    stop: async () => {
      server.close()
      for (const line of lines) line.destroy()
      await once(server, 'close')
    },
  }
}

interface Cut {
  readonly direction: Direction
  readonly how: Break
  left: number
  readonly made: () => void
}
