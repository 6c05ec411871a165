import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** One of two ways through a relay. */
export type Direction = 'toClient' | 'toServer'

/** A way to a server of this machine that can be broken in every way that networks know. */
export interface Relay {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
  /** How often the client has spoken on the latest connection, whatever it said between two words of the server. */
  readonly flights: number
  /** Ends every connection in order, both ways. */
  close(): void
  /** Ends every connection with a reset. */
  reset(): void
  /** From here on nothing passes, and nobody is told; with a direction the other one still works. */
  swallow(only?: Direction): void
  /** Resets a connection once it has passed this many bytes more in one direction: in the middle of whatever is there. */
  cutAfter(bytes: number, direction: Direction): void
  /** Hands bytes on so much later, in milliseconds. */
  delay(ms: number): void
  /** New connections are reset at once. */
  refuse(): void
  /** Undoes everything for connections to come; those that were swallowed stay lost. */
  heal(): void
  /** Ends the relay. */
  stop(): Promise<void>
}

interface Way {
  readonly direction: Direction
  readonly from: Socket
  readonly to: Socket
  isSwallowed: boolean
  /** Bytes that pass before the cut. */
  left: number
}

/** Listens on a free port of 127.0.0.1 and passes everything on to another, until it is told otherwise. */
export async function startRelay(port: number): Promise<Relay> {
  const ways = new Set<Way>()
  let connections = 0
  let flights = 0
  let lastSpeaker: Direction = 'toClient'
  let delayMs = 0
  let isRefusing = false
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy())
    if (isRefusing) return client.resetAndDestroy()
    connections += 1
    flights = 0
    lastSpeaker = 'toClient'
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
    upstream.on('error', () => upstream.destroy())
    open('toServer', client, upstream)
    open('toClient', upstream, client)
  })

  const open = (direction: Direction, from: Socket, to: Socket) => {
    const way: Way = { direction, from, to, isSwallowed: false, left: Infinity }
    ways.add(way)
    const later = (deed: () => void) => {
      const act = () => {
        if (!way.isSwallowed) deed()
      }
      if (delayMs === 0) act()
      else setTimeout(act, delayMs)
    }
    from.on('data', (chunk) => {
      if (direction === 'toServer' && lastSpeaker === 'toClient') flights += 1
      lastSpeaker = direction
      later(() => pass(way, chunk))
    })
    from.on('end', () => later(() => to.end()))
    from.on('close', () => {
      later(() => to.destroy())
      ways.delete(way)
    })
  }

  const pass = (way: Way, chunk: Buffer) => {
    const { from, left, to } = way
    way.left -= chunk.length
    if (to.writable) to.write(chunk.subarray(0, left))
    if (way.left > 0) return
    from.resetAndDestroy()
    // What was handed over still leaves.
    to.end()
    to.once('finish', () => to.resetAndDestroy())
  }
  const each = (deed: (way: Way) => void) => {
    ways.forEach(deed)
  }

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
    close: () => each(({ from }) => from.end()),
    reset: () => each(({ from }) => from.resetAndDestroy()),
    swallow: (only) =>
      each((way) => {
        if (only === undefined || way.direction === only) way.isSwallowed = true
      }),
    cutAfter: (bytes, direction) =>
      each((way) => {
        if (way.direction === direction) way.left = bytes
      }),
    delay: (ms) => {
      delayMs = ms
    },
    refuse: () => {
      isRefusing = true
    },
    heal: () => {
      isRefusing = false
      delayMs = 0
    },
    stop: async () => {
      each(({ from }) => from.destroy())
      server.close()
      await once(server, 'close')
    },
  }
}
