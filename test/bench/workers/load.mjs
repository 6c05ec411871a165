// Loads a library, and after it another where that is asked for: milliseconds, and of CPU.
import { performance } from 'node:perf_hooks'
import { cpuMs, finish, input } from './parent.mjs'

const start = performance.now()
const cpu = process.cpuUsage()
for (const name of input.names) await import(name)
finish({ time: performance.now() - start, cpu: cpuMs(cpu) })
