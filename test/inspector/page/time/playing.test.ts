import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  append,
  cursor,
  cursorIndex,
  goTo,
  goToRecord,
  replace,
  selectedRecord,
  timeline,
} from '../../../../src/inspector/page/model/signals.js'
import { goLive, playing, togglePlaying } from '../../../../src/inspector/page/time/playing.js'
import { began, opening, took } from '../sample.js'

beforeEach(() => {
  vi.useFakeTimers()
  replace([
    ...opening('a'),
    began('root', 0),
    ...Array.from({ length: 200 }, (_, index) => took('root', 500 * (index + 1))),
  ])
})
afterEach(() => {
  goLive()
  replace([])
  vi.useRealTimers()
})

describe('playing', () => {
  it('goes on from wherever somebody goes meanwhile, and stays there as long as anywhere', () => {
    togglePlaying()
    vi.advanceTimersByTime(1_400)
    expect(cursorIndex.value).toBe(2)
    goTo(150)
    vi.advanceTimersByTime(500)
    expect(cursorIndex.value).toBe(150)
    vi.advanceTimersByTime(1_000)
    expect(cursorIndex.value).toBe(152)
    goTo(0)
    vi.advanceTimersByTime(1_400)
    expect(cursorIndex.value).toBe(2)
    expect(playing.value).toBe(true)
  })

  it('goes on from the same record where others are put before it', () => {
    togglePlaying()
    vi.advanceTimersByTime(1_400)
    const record = timeline().records[2]
    const late = Array.from({ length: 10 }, (_, index) => ({ ...took('root', index + 1), source: 'b' }))
    append([...opening('b'), { ...began('root', 0), source: 'b' }, ...late])
    expect([cursorIndex.value, timeline().records[13]]).toEqual([13, record])
    vi.advanceTimersByTime(1_000)
    expect(cursorIndex.value).toBe(14)
  })

  it('stops where somebody chooses a record to look at', () => {
    togglePlaying()
    vi.advanceTimersByTime(600)
    const record = timeline().records[120]
    if (record !== undefined) goToRecord(record)
    expect(playing.value).toBe(false)
    vi.advanceTimersByTime(5_000)
    expect([cursorIndex.value, selectedRecord.value]).toEqual([120, record])
  })

  it('ends at the live end, also where somebody goes there', () => {
    togglePlaying()
    vi.advanceTimersByTime(600)
    goTo('live')
    vi.advanceTimersByTime(1_000)
    expect([playing.value, cursor.value]).toEqual([false, 'live'])
    goTo(198)
    togglePlaying()
    vi.advanceTimersByTime(3_000)
    expect([playing.value, cursor.value]).toEqual([false, 'live'])
  })
})
