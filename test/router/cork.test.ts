import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TransportError } from '../../src/errors.js'
import { Cork } from '../../src/router/cork.js'
import { createTransportPair } from '../../src/transport/memory.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  const left = vi.getTimerCount()
  vi.useRealTimers()
  if (left > 0) throw new Error(`${left} timers are left`)
})

function corked(framing: 'bytes' | 'frames' = 'bytes') {
  const { client } = createTransportPair({ framing, delivery: 'manual' })
  const writes: string[] = []
  const flushes: ((error: TransportError | null) => void)[] = []
  client.write = (data, flushed) => {
    const texts = [data].flat()
    writes.push(...(framing === 'bytes' ? [texts.join('')] : texts))
    if (flushed !== undefined) flushes.push(flushed)
  }
  const cork = new Cork(client)
  const inTurns = async (...texts: readonly string[]) => {
    for (const text of texts) {
      cork.write(text)
      await Promise.resolve()
    }
  }
  return { cork, writes, flushes, inTurns }
}

/** As many turns as write at once. */
const prompt = 'abcdefghijklmnop'.split('')

describe('Cork', () => {
  it('writes what came in one turn at its end, at once', async () => {
    const { cork, writes } = corked()
    cork.write('a')
    cork.write('b')
    expect(cork.length).toBe(2)
    expect(writes).toEqual([])
    await Promise.resolve()
    expect(writes).toEqual(['ab'])
    expect(cork.length).toBe(0)
  })

  it('collects over turns what comes behind sixteen texts of one millisecond, in however many turns', async () => {
    const { cork, writes, inTurns } = corked()
    for (const text of [...prompt, '5']) cork.write(text)
    await Promise.resolve()
    expect(writes).toEqual([`${prompt.join('')}5`])
    await inTurns('6', '7')
    expect(writes.slice(1)).toEqual([])
    vi.advanceTimersByTime(1)
    expect(writes.slice(1)).toEqual(['67'])
  })

  it('collects over turns from the seventeenth write of a millisecond on', async () => {
    const { writes, inTurns } = corked()
    await inTurns(...prompt, '5', '6', '7')
    expect(writes).toEqual(prompt)
    vi.advanceTimersByTime(1)
    expect(writes.slice(16)).toEqual(['567'])
    await inTurns('8', '9')
    expect(writes.slice(17)).toEqual([])
    vi.advanceTimersByTime(1)
    expect(writes.slice(17)).toEqual(['89'])
  })

  it('holds nothing back once a millisecond was quiet', async () => {
    const { writes, inTurns } = corked()
    await inTurns(...prompt, '5')
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(1)
    await inTurns('6')
    expect(writes.at(-1)).toBe('6')
  })

  it('keeps every frame whole, and in order', async () => {
    const { writes, inTurns } = corked('frames')
    await inTurns(...prompt, '5', '6')
    vi.advanceTimersByTime(1)
    expect(writes).toEqual([...prompt, '5', '6'])
  })

  it('writes a long text before its turn is over', () => {
    const { cork, writes } = corked()
    cork.write('a')
    cork.write('x'.repeat(65_536))
    expect(writes.map((text) => text.length)).toEqual([65_537])
  })

  it('writes at once what it is told to flush, held or not', async () => {
    const { cork, writes, inTurns } = corked()
    await inTurns(...prompt, '5')
    cork.write('6')
    cork.flush()
    expect(writes.at(-1)).toBe('56')
  })

  it('answers everybody when the last of it was taken, or dropped', async () => {
    const { cork, flushes } = corked('frames')
    const told: string[] = []
    cork.write('a', { written: () => told.push('a') })
    cork.write('b', { written: () => told.push('b') })
    cork.flush()
    flushes.forEach((flushed) => flushed(null))
    expect(told).toEqual(['a', 'b'])
    cork.write('c', { written: (error) => told.push(error?.code ?? 'written') })
    cork.drop(new TransportError('closed', 'over'))
    expect(told.at(-1)).toBe('transport.closed')
    await Promise.resolve()
    expect(flushes).toHaveLength(1)
  })
})
