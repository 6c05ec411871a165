import { computed, signal } from '@preact/signals'
import { cursorIndex, search, timeline } from '../../model/signals.js'
import { everything, lastAtMost, WireIndex, type WireFilter } from './wire-index.js'

/** What is shown, but for the text: that is what the page searches for. */
export const wireFilter = signal<WireFilter>(everything)

const index = new WireIndex()

/** The wire as it is now. Whoever calls this while it renders renders again when there is more. */
export function wire(): WireIndex {
  index.scan(timeline().records)
  return index
}

/** @returns whether all is read; at most so many records are read at once */
export function readWire(atMost: number): boolean {
  const isAll = index.scan(timeline().records, atMost)
  if (isAll) void wireRows.value
  return isAll
}

/** Where the stanzas stand that are shown, among the records. */
export const wireRows = computed(() => wire().rows({ ...wireFilter.value, text: search.value }))

/** The row of the last stanza that had crossed by the cursor; -1: none had. */
export const rowAtCursor = computed(() => lastAtMost(wireRows.value, cursorIndex.value))
