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
 * second signal ends at once, but that of a terminal that has gone.
 */
export function watchInterruption(): Interruption {
  const controller = new AbortController()
  let exitCode: number | undefined
  let endsAsHungUp = false
  const interrupt = (code: number) => {
    if (code === exitCodes.hungUp && !endsAsHungUp) {
      endsAsHungUp = true
      endAsHungUp()
    }
    exitCode ??= code
    controller.abort()
  }
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      // A terminal that goes says so more than once.
      if (exitCode !== undefined && code !== exitCodes.hungUp) process.exit(code)
      interrupt(code)
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return interrupt(exitCodes.ok)
      if (error.code === 'EIO' && stream.isTTY) return interrupt(exitCodes.hungUp)
      if (exitCode === undefined) complain(error)
      return interrupt(exitCodes.usage)
    })
  }
  // Whoever reads hears of it too; the terminal may also go while it is put back as it was.
  process.stdin.on('error', () => {})
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}

/** A terminal that has gone cannot be put back as it was, at which Node aborts: in the end it is the signal that ends it. */
function endAsHungUp(): void {
  if (!process.stdout.isTTY && !process.stderr.isTTY && !process.stdin.isTTY) return
  process.once('exit', () => {
    process.removeAllListeners('SIGHUP')
    process.kill(process.pid, 'SIGHUP')
  })
}

function complain(error: Error): void {
  // A command may be through before this is known, or end well whenever it is interrupted.
  process.once('exit', () => (process.exitCode ||= exitCodes.usage))
  process.stderr.write(`✗ The output cannot be written (${toReason(error)}).\n`)
}
