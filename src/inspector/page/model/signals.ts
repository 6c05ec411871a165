import { batch, computed, signal } from '@preact/signals'
import type { InspectorRecord, RecordingLine } from '../../recording/record.js'
import type { ActorView } from './actor-view.js'
import { Timeline, type Moment } from './timeline.js'

const recorded = signal(new Timeline())
const version = signal(0)

/** What is recorded. Whoever calls this while it renders renders again when more is. */
export function timeline(): Timeline {
  void version.value
  return recorded.value
}

/** The index of the record right after which everything is shown; `live`: the last one, always. */
export const cursor = signal<'live' | number>('live')

/** Grows whenever somebody goes to the live end, also from there: whoever has scrolled away wants back. */
export const arrivals = signal(0)

/** The cursor as an index. */
export const cursorIndex = computed(() => {
  const last = timeline().records.length - 1
  return cursor.value === 'live' ? last : Math.min(cursor.value, last)
})

/** Everything as it is at the cursor. */
export const moment = computed<Moment>(() => timeline().at(cursorIndex.value))

/** The key of the actor that is looked at. */
export const selectedActor = signal<string | undefined>(undefined)

/** The actor that is looked at, as it is at the cursor. */
export const actor = computed<ActorView | undefined>(() =>
  selectedActor.value === undefined ? undefined : moment.value.actors.get(selectedActor.value),
)

/** The record whose details are shown; `undefined`: the one at the cursor. */
export const selectedRecord = signal<InspectorRecord | undefined>(undefined)

/** What is searched for, over actors, charts, states, and the wire. */
export const search = signal('')

/** Adds lines that arrive. A cursor that stands somewhere keeps standing at the same record. */
export function append(lines: readonly RecordingLine[]): void {
  batch(() => {
    const index = cursor.value === 'live' ? -1 : cursor.value
    const shift = recorded.value.append(lines, index)
    if (cursor.value !== 'live') cursor.value = Math.max(0, index + shift)
    version.value += 1
    chooseFirst()
  })
}

/** Begins anew with other lines. Keeps the chosen actor where it is among them. */
export function replace(lines: readonly RecordingLine[]): void {
  batch(() => {
    const fresh = new Timeline()
    fresh.append(lines)
    recorded.value = fresh
    version.value += 1
    cursor.value = 'live'
    selectedRecord.value = undefined
    if (actor.value === undefined) selectedActor.value = undefined
    chooseFirst()
  })
}

/** Shows everything as it was right after a record. */
export function goTo(index: number | 'live'): void {
  batch(() => {
    const last = recorded.value.records.length - 1
    cursor.value = index === 'live' ? index : Math.max(0, Math.min(index, last))
    if (index === 'live') arrivals.value += 1
    selectedRecord.value = undefined
  })
}

/** Shows a record, and everything as it was right after it. */
export function goToRecord(record: InspectorRecord): void {
  batch(() => {
    const index = recorded.value.indexOf(record)
    if (index >= 0) goTo(index)
    selectedRecord.value = record
    if ('actorPath' in record) selectedActor.value = `${record.source} ${record.actorPath}`
  })
}

/** At the beginning somebody who has a chart is looked at: who started the others, if possible. */
function chooseFirst(): void {
  if (selectedActor.value !== undefined) return
  const withChart = [...moment.value.actors.values()].filter(({ chart }) => chart !== undefined)
  selectedActor.value = (withChart.find(({ parent }) => parent === undefined) ?? withChart[0])?.key
}
