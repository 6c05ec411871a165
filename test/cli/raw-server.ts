import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'

/** A listener that does to each connection what it is told. */
export interface RawServer {
  readonly endpoint: string
  close(): Promise<void>
}

/** Starts one on loopback. */
export async function startRawServer(meet: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    meet(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    endpoint: `xmpp://127.0.0.1:${port}`,
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
