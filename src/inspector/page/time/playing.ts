import { signal } from '@preact/signals'
import type { InspectorRecord } from '../../recording/record.js'
import { transitionsOf } from '../model/actors-after.js'
import { isOfActor } from '../model/record-words.js'
import { actor, cursor, cursorIndex, goTo, selectedRecord, timeline } from '../model/signals.js'

/** Whether the cursor moves on by itself. */
export const playing = signal(false)

/** Waits between records are as long as they were, but never longer than this. */
const longestMs = 700
const shortestMs = 16
/** A step of the actor that is looked at stays long enough to be seen. */
const stepMs = 450

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

// Whoever chooses a record wants to look at it.
selectedRecord.subscribe((record) => {
  if (record !== undefined) stop()
})

function stop(): void {
  clearTimeout(timer)
  playing.value = false
}

/** Whether it led the actor that is looked at to another state. */
function isStep(record: InspectorRecord | undefined): boolean {
  const chosen = actor.value
  if (record?.kind !== 'event' || chosen?.graph === undefined || !isOfActor(record, chosen.key)) return false
  const transitions = transitionsOf(chosen.graph)
  return record.edges.some((edge) => (transitions.get(edge)?.targets.length ?? 0) > 0)
}

/** What happened at once is shown at once, but for what the actor that is looked at did. */
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
  while (next < records.length - 1 && timeAt(next) - time < 1 && !isStep(records[next])) next += 1
  const least = isStep(record) ? stepMs : shortestMs
  const wait = Math.max(least, Math.min(longestMs, timeAt(next) - time))
  timer = setTimeout(() => {
    if (cursor.value === 'live') return stop()
    // Whoever has gone elsewhere sees it from there.
    if (cursorIndex.value === index) goTo(next)
    proceed()
  }, wait)
}
