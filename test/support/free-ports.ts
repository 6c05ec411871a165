import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Ports of the loopback interface that nobody listens on just now, all different. */
export async function findFreePorts<Name extends string>(
  ...names: readonly Name[]
): Promise<ReadonlyMap<Name, number>> {
  const ports = new Map<Name, number>()
  const holders = names.map(() => createServer())
  for (const [index, name] of names.entries()) {
    const holder = holders[index]?.listen(0, '127.0.0.1')
    if (holder === undefined) continue
    await once(holder, 'listening')
    const address = holder.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
    ports.set(name, address.port)
  }
  for (const holder of holders) holder.close()
  return ports
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
