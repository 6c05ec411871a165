import process from 'node:process'
import { exitCodes } from './exit-codes.js'
import type { Interruption } from './host.js'
import { toReason } from './usage-error.js'

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const

/**
 * Turns signals, a reader of the output who has gone, and an output that cannot be written, into one wish to end in order; a
 * second signal ends at once.
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
      if (error.code !== 'EPIPE' && exitCode === undefined) complain(error)
      interrupt(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.usage)
    })
  }
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}

function complain(error: Error): void {
  // A command may be through before this is known, or end well whenever it is interrupted.
  process.once('exit', () => (process.exitCode ||= exitCodes.usage))
  process.stderr.write(`\u2717 The output cannot be written (${toReason(error)}).\n`)
}
