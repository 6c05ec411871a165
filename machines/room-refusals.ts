import type { StanzaErrorCondition } from '../src/errors.js'

type Conditions = ReadonlySet<StanzaErrorCondition>

/** What a self-ping comes back with though one is in. @see XEP-0410 §3.2 */
export const stillIn: Conditions = new Set([
  'service-unavailable',
  'feature-not-implemented',
  'item-not-found',
])

/** What says nothing of the room: it was not reached. @see XEP-0410 §3.2 */
export const undecided: Conditions = new Set(['remote-server-not-found', 'remote-server-timeout'])

/** What may be otherwise the next time: one’s own ghost has the nickname until its server knows better. */
export const passing: Conditions = new Set([...undecided, 'conflict'])
