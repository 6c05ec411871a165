import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openSocket } from '../../../src/inspector/link/socket-node.js'

const waitingStreams = () =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length

it('openSocket() keeps no process alive, also while the other side is silent', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const before = waitingStreams()
  let closed: (() => void) | undefined
  const end = new Promise<void>((resolve) => (closed = resolve))
  const socket = openSocket(`ws://127.0.0.1:${port}/`, {
    opened: () => undefined,
    text: () => undefined,
    closed: () => closed?.(),
  })
  const [stream]: Socket[] = await once(server, 'connection')
  await once(stream ?? server, 'data')
  expect(waitingStreams()).toBe(before + 1)
  stream?.unref()
  expect(waitingStreams()).toBe(before)
  socket.end()
  await end
})
