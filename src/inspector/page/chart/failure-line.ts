import type { ChartGraph } from '../../drawing/graph.js'
import { triggerWords } from '../../drawing/trigger.js'
import type { Failure } from '../model/actor-view.js'
import { transitionsOf } from '../model/actors-after.js'
import { findError, toFailureWords } from '../panes/details/failure-words.js'

/** What went wrong and why, in one line: `openTransport failed: nobody listens there (transport.refused)`. */
export function failureLine({ record, edge }: Failure, graph: ChartGraph | undefined): string {
  const transition = edge === undefined ? undefined : transitionsOf(graph).get(edge)
  const what = transition === undefined ? 'it failed' : triggerWords(transition.trigger)
  const error = findError(record.data)
  if (error === undefined) return [what, transition?.description].filter(Boolean).join(': ')
  const { because, code } = toFailureWords(error)
  return `${what}: ${because} (${code})`
}
