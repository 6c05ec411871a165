import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { late } from '../../../src/inspector/page/late.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('late()', () => {
  it('asks again for what could not be had, but not at once', async () => {
    const asked: string[] = []
    const places: string[] = []
    const words = late(
      'words.js',
      () => places[0],
      async (script) => {
        asked.push(script)
        if (places.length === 0) throw new Error('it is missing')
      },
    )
    expect([asked, words.isMissing.value]).toEqual([[], false])
    expect(words.ask()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(4_000)
    expect([words.ask(), words.isMissing.value]).toEqual([undefined, true])
    expect(asked).toEqual(['words.js'])
    await vi.advanceTimersByTimeAsync(2_000)
    places.push('there')
    expect(words.ask()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(0)
    expect([words.ask(), words.isMissing.value]).toEqual(['there', false])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(words.ask()).toBe('there')
    expect(asked).toEqual(['words.js', 'words.js'])
  })

  it('takes a script that leaves nothing for one that is missing', async () => {
    const words = late(
      'words.js',
      () => undefined,
      async () => undefined,
    )
    words.ask()
    await vi.advanceTimersByTimeAsync(0)
    expect(words.isMissing.value).toBe(true)
  })
})
