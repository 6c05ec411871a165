import { connect, type Socket } from 'node:net'

/** From the client to the server, or back. */
export type Direction = 'down' | 'up'

/**
 * How a line breaks. `close`: both ends are told in order (FIN), after what is on its way. `reset`: both are told at once (RST),
 * and what is on its way is gone. `black hole`: nobody is told, and whatever is sent is swallowed, in both directions or in one
 * (`black hole up`, `black hole down`). `half-open server`: the
 * client is reset, and the server believes that nothing has happened. `half-open client`: the other way round; the client
 * learns it when it next says something, as from a machine that has restarted.
 */
export type Break =
  | 'black hole down'
  | 'black hole up'
  | 'black hole'
  | 'close'
  | 'half-open client'
  | 'half-open server'
  | 'reset'

/** One connection through a relay. */
export interface Line {
  /** Whatever breaks a line that is broken breaks it further. */
  break(how: Break): void
  destroy(): void
}

/** What a line asks and tells its relay. */
export interface LineKeeper {
  readonly latencyMs: () => number
  /** How many bytes of so many may pass; the others are gone. */
  readonly admit: (direction: Direction, bytes: number) => number
  /** Told when bytes come, before they have gone the way. */
  readonly heard: (direction: Direction, chunk: Buffer) => void
  /** Told when they are handed on. */
  readonly passed: (direction: Direction) => void
  readonly ended: () => void
}

/** Goes on from an accepted connection to a port of 127.0.0.1. */
export function openLine(client: Socket, port: number, keeper: LineKeeper): Line {
  const server = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
  const ways = {
    up: createWay(keeper.latencyMs),
    down: createWay(keeper.latencyMs),
  }
  const sockets = [client, server]
  const swallowed = new Set<Direction>()
  const breakOff = () => {
    swallowed.add('up').add('down')
  }
  /** Resets the client as soon as it says something. */
  let isForgotten = false
  const pass = (from: Socket, to: Socket, direction: Direction) => {
    const way = ways[direction]
    from.on('data', (chunk: Buffer) => {
      keeper.heard(direction, chunk)
      if (isForgotten && direction === 'up') client.resetAndDestroy()
      way.later(() => {
        if (swallowed.has(direction)) return
        const admitted = chunk.subarray(0, keeper.admit(direction, chunk.length))
        keeper.passed(direction)
        if (to.writable) to.write(admitted)
      })
    })
    from.on('end', () => {
      way.later(() => {
        if (!swallowed.has(direction)) to.end()
      })
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      way.later(() => {
        if (!swallowed.has(direction)) to.destroy()
      })
      if (sockets.every(({ destroyed }) => destroyed)) keeper.ended()
    })
  }
  pass(client, server, 'up')
  pass(server, client, 'down')

  const breaks: Readonly<Record<Break, () => void>> = {
    close: () => {
      for (const way of Object.values(ways)) way.hurry()
      breakOff()
      for (const socket of sockets) socket.end(() => socket.destroy())
    },
    reset: () => {
      breakOff()
      for (const socket of sockets) socket.resetAndDestroy()
    },
    'black hole': breakOff,
    'black hole up': () => swallowed.add('up'),
    'black hole down': () => swallowed.add('down'),
    'half-open server': () => {
      breakOff()
      client.resetAndDestroy()
    },
    'half-open client': () => {
      breakOff()
      isForgotten = true
      server.resetAndDestroy()
    },
  }
  return {
    break: (how) => breaks[how](),
    destroy: () => {
      breakOff()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Deeds in order, each some time after it was asked for. */
function createWay(latencyMs: () => number) {
  const waiting: { readonly dueMs: number; readonly deed: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  const run = (nowMs: number) => {
    timer = undefined
    for (let first = waiting[0]; first !== undefined && first.dueMs <= nowMs; first = waiting[0]) {
      waiting.shift()
      first.deed()
    }
    const next = waiting[0]
    if (next !== undefined) timer = setTimeout(() => run(performance.now()), next.dueMs - nowMs)
  }
  return {
    later: (deed: () => void) => {
      const latency = latencyMs()
      if (latency === 0 && waiting.length === 0) return deed()
      const nowMs = performance.now()
      waiting.push({ dueMs: nowMs + latency, deed })
      if (timer === undefined) run(nowMs)
    },
    /** Whatever waits is done now. */
    hurry: () => {
      clearTimeout(timer)
      run(Infinity)
    },
  }
}
