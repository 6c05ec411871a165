import type { InspectorRecord } from '../../recording/record.js'
import { timeline } from '../model/signals.js'
import type { Timeline } from '../model/timeline.js'
import { currentSource } from './current-source.js'

/** What is found of one source among the records. */
interface SourceIndex {
  scan(records: readonly InspectorRecord[], atMost?: number): boolean
}

/** Of the source that is looked at, as the records are now. */
export class CurrentIndex<Index extends SourceIndex> {
  readonly #create: (source: string) => Index
  #kept: { readonly of: Timeline; readonly source: string; readonly index: Index } | undefined

  constructor(create: (source: string) => Index) {
    this.#create = create
  }

  /** Whoever reads it while it renders renders again when there is more. */
  get value(): Index {
    const index = this.#current()
    index.scan(timeline().records)
    return index
  }

  /** @returns whether all is read; at most so many records are read at once */
  readonly readOn = (atMost: number): boolean => this.#current().scan(timeline().records, atMost)

  #current(): Index {
    const of = timeline()
    const source = currentSource.value?.source ?? ''
    if (this.#kept?.of !== of || this.#kept.source !== source)
      this.#kept = { of, source, index: this.#create(source) }
    return this.#kept.index
  }
}
