import type { ChartGraph } from '../../drawing/graph.js'
import { readTrigger, triggerWords } from '../../drawing/trigger.js'
import type { Failure } from '../model/actor-view.js'
import { transitionsOf } from '../model/actors-after.js'
import { toFailureWords } from '../panes/details/failure-words.js'
import { findError } from '../panes/facts.js'

/** What went wrong and why, in one line: `openTransport failed: nobody listens there (transport.refused)`. */
export function failureLine({ record, edge }: Failure, graph: ChartGraph | undefined): string {
  const transition = edge === undefined ? undefined : transitionsOf(graph).get(edge)
  const trigger = transition?.trigger ?? (record.kind === 'event' ? readTrigger(record.type) : undefined)
  const what = trigger === undefined ? 'it failed' : triggerWords(trigger)
  const error = findError(record.data)
  if (error === undefined) return [what, transition?.description].filter(Boolean).join(': ')
  const { because, code } = toFailureWords(error)
  return `${what}: ${because} (${code})`
}
