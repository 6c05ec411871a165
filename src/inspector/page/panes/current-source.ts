import { computed } from '@preact/signals'
import type { SourceLine } from '../../recording/record.js'
import { actor, timeline } from '../model/signals.js'

/** Whose session is looked at: the source of the chosen actor, else the first. */
export const currentSource = computed<SourceLine | undefined>(() => {
  const { sources } = timeline()
  const source = actor.value?.source
  return sources.find((each) => each.source === source) ?? sources[0]
})
