import { toGivenUp } from '../../../recording/given-up.js'
import type { InspectorRecord } from '../../../recording/record.js'
import { timeWords } from '../../model/record-words.js'
import { timeline } from '../../model/signals.js'
import { toFactLines } from '../facts.js'
import { toCount, toLegibleLine } from '../legible.js'
import { summaryOf } from '../wire/summary.js'
import { FactTable } from './fact-table.js'

/** A record that is no event of a chart. */
export function OtherRecord({ record }: { readonly record: InspectorRecord }) {
  return (
    <section aria-label="The record">
      <h2>
        <span>{titleOf(record)}</span>
        <span class="quiet">{timeWords(timeline().timeOf(record))}</span>
      </h2>
      {record.kind === 'wire' && (
        <p>
          <bdi>{summaryOf(record).content}</bdi>
        </p>
      )}
      <FactTable lines={toFactLines(factsOf(record))} />
    </section>
  )
}

function titleOf(record: InspectorRecord): string {
  switch (record.kind) {
    case 'start':
      return `${toLegibleLine(record.actorPath, 120)} ${record.found ? 'was there already' : 'began'}`
    case 'end':
      return `${toLegibleLine(record.actorPath, 120)}: ${record.status}`
    case 'event':
      return toLegibleLine(record.type, 120)
    case 'wire':
      return `${record.direction === 'in' ? 'Received' : 'Sent'}: ${summaryOf(record).title}`
    case 'security':
      return 'What protects the stream'
    case 'dropped':
      return toGivenUp(record.count, toCount(record.count))
  }
}

function factsOf(record: InspectorRecord) {
  switch (record.kind) {
    case 'start':
    case 'event':
    case 'end':
      return record.data
    case 'security':
      return record.security
    default:
      return undefined
  }
}
