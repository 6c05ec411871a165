import process from 'node:process'
import { exitCodes } from './exit-codes.js'
import type { Interruption } from './host.js'

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const

/**
 * Turns signals, and a reader of the output who has gone, into one wish to end in order; a second signal ends at once.
 */
export function watchInterruption(): Interruption {
  const controller = new AbortController()
  let exitCode: number | undefined
  const interrupt = (code: number) => {
    exitCode ??= code
    controller.abort()
  }
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      if (exitCode !== undefined) process.exit(code)
      interrupt(code)
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      interrupt(exitCodes.ok)
    })
  }
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}
