import type { InspectorRecord } from '../../recording/record.js'

/** What is done with records. */
export interface FollowerOptions {
  readonly take: (record: InspectorRecord, index: number) => void
  /** Forgets everything: earlier records were given up, or others were put between them. */
  readonly forget: () => void
}

/** Reads every record of a timeline once, as it grows; where its past has changed, all of it again. */
export class Follower {
  readonly #options: FollowerOptions
  #next = 0
  #last: InspectorRecord | undefined

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** @returns whether all is read; at most so many records are read at once */
  follow(records: readonly InspectorRecord[], atMost = Infinity): boolean {
    const { take, forget } = this.#options
    if (this.#next > 0 && records[this.#next - 1] !== this.#last) {
      this.#next = 0
      forget()
    }
    const end = Math.min(records.length, this.#next + atMost)
    for (; this.#next < end; this.#next += 1) {
      const record = records[this.#next]
      if (record !== undefined) take(record, this.#next)
    }
    this.#last = records[this.#next - 1]
    return end === records.length
  }
}
