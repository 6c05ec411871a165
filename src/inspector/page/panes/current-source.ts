import { computed } from '@preact/signals'
import type { SourceLine } from '../../recording/record.js'
import { actorKey } from '../model/actor-view.js'
import { selectedActor, timeline } from '../model/signals.js'

/** Whose session is looked at: the source of the chosen actor, also where that one has not begun yet; else the first. */
export const currentSource = computed<SourceLine | undefined>(() => {
  const { sources } = timeline()
  const key = selectedActor.value ?? ''
  const [nearest] = sources
    .filter(({ source }) => key.startsWith(actorKey(source, '')))
    .toSorted((one, other) => other.source.length - one.source.length)
  return nearest ?? sources[0]
})
