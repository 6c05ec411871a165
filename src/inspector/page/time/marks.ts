import type { InspectorRecord } from '../../recording/record.js'
import type { Timeline } from '../model/timeline.js'

/** What a record is on the scrubber. */
export const mark = { life: 0, wire: 1, event: 2, failure: 3 } as const

/** The marks of all records of a timeline, by index; only what is new is looked at. */
export class Marks {
  #marks: number[] = []
  #timeline: Timeline | undefined
  #revision = -1

  /** Reads what the timeline has by now. */
  of(timeline: Timeline): readonly number[] {
    const { records, revision } = timeline
    if (timeline !== this.#timeline || revision !== this.#revision) this.#marks = []
    this.#timeline = timeline
    this.#revision = revision
    for (let index = this.#marks.length; index < records.length; index += 1) {
      const record = records[index]
      this.#marks.push(record === undefined ? mark.life : markOf(record, timeline))
    }
    return this.#marks
  }
}

function markOf(record: InspectorRecord, timeline: Timeline): number {
  if (timeline.isFailure(record)) return mark.failure
  if (record.kind === 'event') return mark.event
  return record.kind === 'wire' || record.kind === 'security' ? mark.wire : mark.life
}
