// Many sessions in one process that do nothing: memory for each, and CPU for all.
import { connect } from 'node:tls'
import { WebSocket } from 'ws'
import { cpuMs, finish, input, pause } from './parent.mjs'

const { client, concurrency, crowd, settleMs, windowMs, ...common } = input
const warmLogins = 10
const windowCount = 3
/** So many sessions, from the first account on and over all of them in turn. */
const accounts = Array.from(
  { length: crowd.sessions },
  (_, index) => `u${(crowd.first + index) % crowd.accounts}@${crowd.domain}`,
)
const { login } = client === 'bare' ? { login: bare } : await import(`./clients/${client}.mjs`)

/** A connection without XMPP on it. */
async function bare({ url }) {
  const { hostname, port, protocol } = new URL(url)
  const socket =
    protocol === 'wss:' ? new WebSocket(url, 'xmpp') : connect({ host: hostname, port: Number(port) })
  await new Promise((resolve, reject) => {
    socket.once(protocol === 'wss:' ? 'open' : 'secureConnect', resolve)
    socket.once('error', reject)
  })
  socket.on(protocol === 'wss:' ? 'message' : 'data', () => {})
  return { close: () => (protocol === 'wss:' ? socket.terminate() : socket.destroy()) }
}

async function memory() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc()
    await pause(50)
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

// What is made once belongs to no session: modules, tables, and what the engine compiles of code that has run some times.
for (let round = 0; round < warmLogins; round++) {
  const early = await login({ ...common, jid: accounts[0], resource: 'early' })
  await pause(20)
  await early.close()
}
const before = await memory()

const sessions = []
const waiting = [...accounts]
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (let jid = waiting.pop(); jid !== undefined; jid = waiting.pop()) {
      sessions.push(await login({ ...common, jid, resource: `idle-${waiting.length}` }))
    }
  }),
)
await pause(settleMs)
const after = await memory()
// The engine goes on for a while with what the logins have left to collect and to compile; that is in one window.
const windows = []
for (let window = 0; window < windowCount; window++) {
  const start = process.cpuUsage()
  await pause(windowMs / windowCount)
  windows.push((cpuMs(start) / windowMs) * windowCount * 1000)
}
const cpu = windows.sort((one, other) => one - other)[windowCount >> 1]
finish({
  heap: (after.heapUsed - before.heapUsed) / sessions.length / 1024,
  rss: (after.rss - before.rss) / sessions.length / 1024,
  cpu,
})
