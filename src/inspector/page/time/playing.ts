import { signal } from '@preact/signals'
import { cursor, cursorIndex, goTo, timeline } from '../model/signals.js'

/** Whether the cursor moves on by itself. */
export const playing = signal(false)

/** Waits between records are as long as they were, but never longer than this. */
const longestMs = 700
const shortestMs = 16

let timer: ReturnType<typeof setTimeout> | undefined

/** Plays from the cursor, or from the beginning where it stands at the end; or stops. */
export function togglePlaying(): void {
  if (playing.value) return stop()
  const last = timeline().records.length - 1
  if (last < 1) return
  if (cursorIndex.value >= last) goTo(0)
  else goTo(cursorIndex.value)
  playing.value = true
  proceed()
}

/** Moves by so many records; the live end is left, and reached again by moving onto the last record. */
export function step(count: number): void {
  stop()
  const next = cursorIndex.value + count
  if (cursor.value === 'live' && count > 0) return
  goTo(next > timeline().records.length - 1 ? 'live' : next)
}

/** Goes where time goes on. */
export function goLive(): void {
  stop()
  goTo('live')
}

function stop(): void {
  clearTimeout(timer)
  playing.value = false
}

/** What happened at once is shown at once. */
function proceed(): void {
  const { records } = timeline()
  const index = cursorIndex.value
  const record = records[index]
  if (!playing.value) return
  if (record === undefined || index >= records.length - 1) return goLive()
  const time = timeline().timeOf(record)
  let next = index + 1
  const timeAt = (at: number): number => {
    const found = records[at]
    return found === undefined ? time : timeline().timeOf(found)
  }
  while (next < records.length - 1 && timeAt(next) - time < 1) next += 1
  const wait = Math.max(shortestMs, Math.min(longestMs, timeAt(next) - time))
  timer = setTimeout(() => {
    if (cursor.value === 'live') return stop()
    goTo(next)
    proceed()
  }, wait)
}
