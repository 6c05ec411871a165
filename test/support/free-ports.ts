import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

/** Beneath those from which systems choose for whoever names none, so that no other socket is given one of them. */
const firstPort = 20_000
const blockCount = 1_500
const blockSize = 8

/**
 * Ports of the loopback interface for servers that have to be told theirs, at most seven, all different: nobody else's for as
 * long as this process lives. They are of a block whose first port it listens on itself; whoever finds that taken looks elsewhere.
 */
export async function findFreePorts<Name extends string>(
  ...names: readonly Name[]
): Promise<ReadonlyMap<Name, number>> {
  if (names.length >= blockSize) throw new RangeError(`a block has ${blockSize - 1} ports to give away`)
  for (;;) {
    const block = firstPort + blockSize * Math.floor(Math.random() * blockCount)
    const holder = await listenOn(block)
    if (holder === undefined) continue
    const ports = new Map(names.map((name, index) => [name, block + 1 + index]))
    if (await areFree([...ports.values()])) return ports
    holder.close()
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const server = await listenOn(port)
    if (server === undefined) return false
    server.close()
    await once(server, 'close')
  }
  return true
}

/** `undefined` where somebody listens; keeps no process alive. */
async function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1').unref()
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

/** Whether somebody accepts connections there. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
