import { fromPromise } from 'xstate'
import type { FetchRosterInput } from '../../machines/roster.js'
import { toRosterRequest } from '../stanza/roster.js'
import { meansOf } from './means.js'

/** The deeds of the roster chart. */
export const rosterActors = {
  fetchRoster: fromPromise<void, FetchRosterInput>(async ({ input, signal, system }) => {
    const { bus, roster } = meansOf(system)
    // Without a version at hand the empty one says that versions are understood (RFC 6121 §2.6.2).
    const ver = input.versioned ? (roster.version ?? '') : undefined
    await bus.request(
      { type: 'get', payload: toRosterRequest(ver) },
      // In the place of the answer among the stanzas, so that pushes behind it come after it.
      { signal, timeoutMs: Infinity, answered: ({ payload }) => roster.take(payload) },
    )
  }),
}
