import type { Facts } from '../../../recording/record.js'
import type { Failure } from '../../model/actor-view.js'
import { timeWords } from '../../model/record-words.js'
import { goToRecord, timeline } from '../../model/signals.js'
import { Icon } from '../../ui/icon.js'
import { findError, toFailureWords } from './failure-words.js'

interface FailureViewProps {
  readonly failure: Failure
  readonly context: Facts | undefined
}

/** The last failure of an actor, in words, with what to do about it. */
export function FailureView({ failure: { record, edge }, context }: FailureViewProps) {
  const error =
    findError(record.data) ??
    findError(record.kind === 'end' ? undefined : record.context) ??
    findError(context)
  const words = error && toFailureWords(error)
  return (
    <section class="failure" aria-label="The last failure">
      <h3>
        <Icon name="close" />
        {words === undefined ? 'It failed' : words.because}
      </h3>
      {words?.advice !== undefined && <p>{words.advice}</p>}
      <button type="button" class="link" onClick={() => goToRecord(record)}>
        <span class="mono">{words?.code ?? edge ?? record.kind}</span>
        <span class="quiet">{timeWords(timeline().timeOf(record))}</span>
      </button>
    </section>
  )
}
