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

  follow(records: readonly InspectorRecord[]): void {
    const { take, forget } = this.#options
    if (this.#next > 0 && records[this.#next - 1] !== this.#last) {
      this.#next = 0
      forget()
    }
    for (; this.#next < records.length; this.#next += 1) {
      const record = records[this.#next]
      if (record !== undefined) take(record, this.#next)
    }
    this.#last = records[this.#next - 1]
  }
}
