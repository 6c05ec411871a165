import { beforeEach, expect, vi } from 'vitest'

/** What of the process an attack may leave behind: connections, listeners, look-ups. */
const watched = /^(?:TCP|TLS|Pipe.*Connect|GetAddrInfo|QueryWrap|HTTP|WriteWrap|ShutdownWrap)/

/** What stands still; turns of the event loop do not. */
const clocks = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] as const

/** More turns of the event loop than the end of any connection on loopback takes. */
const turnLimit = 5_000

/**
 * Every test of the file leaves nothing behind once it is over and has cleaned up: no connection, no rejection or exception
 * that nobody took, and where time stands still no timer either.
 *
 * @param time `still` where nothing of the test waits for a time-out
 */
export function leaveNothingBehind(time: 'still' | 'passing'): void {
  beforeEach(({ onTestFinished }) => {
    const before = inventory()
    const untaken: unknown[] = []
    const note = (error: unknown) => void untaken.push(error)
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
    if (time === 'still') vi.useFakeTimers({ toFake: [...clocks] })
    // Registered first, so that it runs after what the test itself registers.
    onTestFinished(async () => {
      let remains = ['']
      for (let turn = 0; turn < turnLimit && remains.length > 0; turn += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        remains = without(inventory(), before)
      }
      const timers = time === 'still' ? vi.getTimerCount() : 0
      vi.useRealTimers()
      process.off('unhandledRejection', note)
      process.off('uncaughtException', note)
      expect({ remains, timers, untaken }).toEqual({ remains: [], timers: 0, untaken: [] })
    })
  })
}

const inventory = () => process.getActiveResourcesInfo().filter((name) => watched.test(name))

function without(names: readonly string[], others: readonly string[]): string[] {
  const left = [...names]
  for (const other of others) {
    const index = left.indexOf(other)
    if (index >= 0) left.splice(index, 1)
  }
  return left
}
