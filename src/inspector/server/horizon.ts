import type { ActorStarted, EventTaken, Facts, InspectorRecord, RecordingLine } from '../recording/record.js'

/** What is still known of records that were given up: how many they were, and who of their actors lives on, as it was then. */
export class Horizon {
  #count = 0
  #last: InspectorRecord | undefined
  /** Parents before their children. */
  readonly #living = new Map<string, ActorStarted>()

  /** Takes in the oldest record that is still held. */
  take(record: InspectorRecord): void {
    this.#last = record
    if (record.kind === 'dropped') {
      this.#count += record.count
      return
    }
    this.#count += 1
    if (!('actorPath' in record)) return
    const before = this.#living.get(record.actorPath)
    if (record.kind === 'start') this.#living.set(record.actorPath, { ...record, found: true })
    else if (record.kind === 'event' && before !== undefined) {
      this.#living.set(record.actorPath, proceed(before, record))
    }
    if ('status' in record) this.#living.delete(record.actorPath)
  }

  /** The lines that stand for them, for whoever has missed that many; none where nothing was given up. */
  lines(missed = this.#count): readonly RecordingLine[] {
    if (this.#last === undefined) return []
    const { source, seq, t } = this.#last
    return [
      { kind: 'dropped', source, seq, t, count: missed },
      ...[...this.#living.values()].map((start) => ({ ...start, seq, t })),
    ]
  }
}

/** Time-outs are left out: nobody knows any more which of them were called off. */
function proceed({ timers: _, ...start }: ActorStarted, { value, context }: EventTaken): ActorStarted {
  return { ...start, value, ...(context === undefined ? {} : { context: merge(start.context, context) }) }
}

/** `null` takes a fact away. */
function merge(before: Facts = {}, changed: Facts): Facts {
  return Object.fromEntries(Object.entries({ ...before, ...changed }).filter(([, fact]) => fact !== null))
}
