import { computed } from '@preact/signals'
import type { InspectorRecord, SourceLine } from '../../recording/record.js'
import { actor, timeline } from '../model/signals.js'

/** Whose session is looked at: the source of the chosen actor, else the first. */
export const currentSource = computed<SourceLine | undefined>(() => {
  const { sources } = timeline()
  const source = actor.value?.source
  return sources.find((each) => each.source === source) ?? sources[0]
})

/** When something happened, in seconds since the first record, e.g. `12.345`. */
export function timeWords(record: InspectorRecord): string {
  const { records } = timeline()
  const [first] = records
  const begin = first === undefined ? 0 : timeline().timeOf(first)
  return ((timeline().timeOf(record) - begin) / 1000).toFixed(3)
}
