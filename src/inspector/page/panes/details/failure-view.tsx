import type { Facts } from '../../../recording/record.js'
import type { Failure } from '../../model/actor-view.js'
import { timeWords } from '../../model/record-words.js'
import { goToRecord, timeline } from '../../model/signals.js'
import { Icon } from '../../ui/icon.js'
import { findError } from '../facts.js'
import { toFailureWords } from './failure-words.js'

/** What an error means, and what to do about it. */
export function ErrorView({ error }: { readonly error: Facts }) {
  const { because, advice, code } = toFailureWords(error)
  return (
    <div class="failure">
      <h3>
        <Icon name="close" />
        {because}
      </h3>
      {advice !== undefined && <p>{advice}</p>}
      <code>{code}</code>
    </div>
  )
}

interface FailureViewProps {
  readonly failure: Failure
  readonly context: Facts | undefined
}

/** The last failure of an actor, and the way to the record that tells of it. */
export function FailureView({ failure: { record, edge }, context }: FailureViewProps) {
  const told = record.kind === 'end' ? undefined : record.context
  const error = findError(record.data) ?? findError(told) ?? findError(context)
  return (
    <section aria-label="The last failure">
      <h2>
        The last failure
        <button type="button" class="link" onClick={() => goToRecord(record)}>
          <span>{timeWords(timeline().timeOf(record))}</span>
        </button>
      </h2>
      {error === undefined ? <code>{edge ?? record.kind}</code> : <ErrorView error={error} />}
    </section>
  )
}
