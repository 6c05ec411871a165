import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A longer way to a server of this machine. */
export interface Relay {
  readonly port: number
  /** TLS records of application data that the client has sent since the server last said something. */
  recordsSinceServer(): number
  close(): void
}

const applicationData = 0x17
const recordHeadBytes = 5

/**
 * Listens on a free port and hands every byte on `delayMs` later, in both directions and in order. The TCP handshake is
 * the one thing that it cannot delay.
 */
export async function startRelay(port: number, delayMs: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let records = 0
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true })
    const count = createRecordCounter(() => records++)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', count)
    pass(client, upstream, delayMs, () => {})
    pass(upstream, client, delayMs, () => {
      records = 0
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
  return {
    port: address.port,
    recordsSinceServer: () => records,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Timers of one length run in the order in which they were set. */
function pass(from: Socket, to: Socket, delayMs: number, passed: () => void): void {
  const later = (deed: () => void) => {
    if (delayMs === 0) deed()
    else setTimeout(deed, delayMs)
  }
  from.on('data', (chunk) =>
    later(() => {
      passed()
      if (to.writable) to.write(chunk)
    }),
  )
  from.on('end', () => later(() => to.end()))
  from.on('close', () => later(() => to.destroy()))
}

/** Walks from record to record, whatever the pieces they come in. */
function createRecordCounter(counted: () => void): (chunk: Buffer) => void {
  let head = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const skipped = Math.min(left, chunk.length - at)
        left -= skipped
        at += skipped
        continue
      }
      const taken = chunk.subarray(at, at + recordHeadBytes - head.length)
      head = Buffer.concat([head, taken])
      at += taken.length
      if (head.length < recordHeadBytes) return
      if (head[0] === applicationData) counted()
      left = head.readUInt16BE(3)
      head = Buffer.alloc(0)
    }
  }
}
