// Logs in again and again, each time as a new client: CPU and time without CPU until online.
import { performance } from 'node:perf_hooks'
import { cpuMs, finish, input, pause, say } from './parent.mjs'

/** In which V8 has compiled what has run often while the modules were loaded: it does so behind that, on a thread of its own. */
const settlingMs = 500

const { login } = await import(`./clients/${input.client}.mjs`)
await pause(settlingMs)
const figures = {}
for (const [index, url] of input.urls.entries()) {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const client = await login({ ...input, url })
  const timeMs = performance.now() - start
  figures[`cpu${index}`] = cpuMs(cpu)
  figures[`wait${index}`] = timeMs - cpuMs(cpu)
  say('online', { index })
  await pause(input.stayMs)
  await client.close()
}
finish(figures)
