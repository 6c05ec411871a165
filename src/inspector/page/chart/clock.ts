import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { link } from '../model/link.js'
import { cursor, cursorIndex, timeline } from '../model/signals.js'

const tick = signal(0)
const everyMs = 250

/** Whether time goes on in what is shown: everything is live, and its source still there. */
export function isRunning(source: string): boolean {
  if (cursor.value !== 'live' || link.value.status !== 'live') return false
  return timeline().sources.some((each) => each.source === source && each.endedAt === undefined)
}

/** The time of what is shown, in milliseconds since 1970: now, or that of the record at the cursor. */
export function shownTime(source: string): number {
  if (isRunning(source)) return Math.max(Date.now(), recordTime())
  return recordTime()
}

/** Renders again four times a second while time goes on. */
export function useTick(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => {
      tick.value += 1
    }, everyMs)
    return () => clearInterval(timer)
  }, [isOn])
  if (isOn) void tick.value
}

function recordTime(): number {
  const record = timeline().records[cursorIndex.value]
  return record === undefined ? 0 : timeline().timeOf(record)
}
