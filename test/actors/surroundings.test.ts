import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { PlatformSurroundings } from '../../src/actors/surroundings.js'

const tickMs = 15_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What is told of a page, and of a process that is none. */
function watch(hidden?: boolean) {
  const told: string[] = []
  const site = Object.assign(new EventTarget(), hidden === undefined ? {} : { document: { hidden } })
  const stop = new PlatformSurroundings(site).watch((type) => told.push(type))
  onTestFinished(stop)
  return { told, site, stop }
}

/** The timer that should run after this runs so much later. */
function runLate(lateMs: number): void {
  vi.setSystemTime(Date.now() + lateMs)
  vi.advanceTimersByTime(tickMs)
}

describe('the surroundings of this platform', () => {
  it.each([
    ['a process', undefined, 10_000, []],
    ['a process', undefined, 10_001, ['system.woken']],
    ['a page that is looked at', false, 10_001, ['system.woken']],
    ['a page that is hidden, whose timers run once a minute', true, 60_000, []],
    ['a page that is hidden', true, 3_600_000, ['system.woken']],
  ] as const)('tell of %s (hidden: %s) that was %d ms late: %j', (_what, hidden, lateMs, expected) => {
    const { told } = watch(hidden)
    runLate(lateMs)
    expect(told).toEqual(expected)
    vi.advanceTimersByTime(10 * tickMs)
    expect(told).toEqual(expected)
  })

  it('tell what the browser says of the network, until nobody listens', () => {
    const { told, site, stop } = watch(false)
    site.dispatchEvent(new Event('offline'))
    site.dispatchEvent(new Event('online'))
    expect(told).toEqual(['network.offline', 'network.online'])
    stop()
    site.dispatchEvent(new Event('offline'))
    site.dispatchEvent(new Event('online'))
    runLate(3_600_000)
    expect(told).toHaveLength(2)
  })
})
