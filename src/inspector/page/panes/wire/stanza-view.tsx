import { useState } from 'preact/hooks'
import type { EventTaken, StanzaCrossed } from '../../../recording/record.js'
import { stateWords } from '../../model/active-states.js'
import { actorKey } from '../../model/actor-view.js'
import { timeWords } from '../../model/record-words.js'
import { goToRecord, timeline } from '../../model/signals.js'
import { Icon } from '../../ui/icon.js'
import { toLegibleLine } from '../legible.js'
import { eventWords } from '../sequence/diagram.js'
import { summaryOf } from './summary.js'
import { wire } from './wire-state.js'
import { XmlView } from './xml-view.js'

/** A stanza as a whole: what it caused, the state it was handled in, and its XML. */
export function StanzaView({ record }: { readonly record: StanzaCrossed }) {
  const { title } = summaryOf(record)
  const effects = wire()
    .effectsOf(record)
    .map((index) => ({ index, event: timeline().records[index] }))
  const place = wire().counterpartOf(record)
  const other = place === undefined ? undefined : timeline().records[place]
  return (
    <section class="stanza" aria-label="The chosen stanza">
      <header class={`stanza-head ${record.direction}`}>
        <Icon name={record.direction} />
        <strong>{title}</strong>
        <span class="quiet">{`${record.direction === 'in' ? 'received' : 'sent'} at ${timeWords(timeline().timeOf(record))}`}</span>
        <CopyButton text={record.xml} />
      </header>
      <ul class="effects" aria-label="What it caused">
        {effects.map(({ index, event }) =>
          event?.kind === 'event' ? <Effect key={index} event={event} index={index} /> : null,
        )}
        {other?.kind === 'wire' ? (
          <Counterpart record={record} other={other} />
        ) : (
          effects.length === 0 && <li class="quiet">{causeWords(record)}</li>
        )}
      </ul>
      <XmlView key={`${record.source} ${record.seq}`} record={record} />
    </section>
  )
}

function Effect({ event, index }: { readonly event: EventTaken; readonly index: number }) {
  const key = actorKey(event.source, event.actorPath)
  const before = toLegibleLine(
    stateWords(
      timeline()
        .at(index - 1)
        .actors.get(key)?.value,
    ),
    200,
  )
  const after = toLegibleLine(stateWords(event.value), 200)
  return (
    <li>
      <button type="button" class="link" onClick={() => goToRecord(event)}>
        <span class="effect-actor">{toLegibleLine(event.actorPath, 120)}</span>
        <span>{toLegibleLine(eventWords(event.type), 80)}</span>
        <span class="effect-state">{before === after ? `in ${after}` : `${before} → ${after}`}</span>
      </button>
    </li>
  )
}

/** The way from a question to its answer, or back. */
function Counterpart({ record, other }: { readonly record: StanzaCrossed; readonly other: StanzaCrossed }) {
  const ms = timeline().timeOf(other) - timeline().timeOf(record)
  return (
    <li>
      <button type="button" class="link" onClick={() => goToRecord(other)}>
        <span>{`${ms < 0 ? 'answers' : 'answered by'} ${summaryOf(other).title}`}</span>
        <span class="quiet">{`after ${Math.round(Math.abs(ms))} ms`}</span>
      </button>
    </li>
  )
}

function causeWords({ direction }: StanzaCrossed): string {
  return direction === 'in'
    ? 'No chart took an event from it.'
    : 'Sent; what it leads to comes with the answer.'
}

function CopyButton({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('This browser does not allow it')
    }
  }
  return (
    <button type="button" class="plain push" onClick={() => void copy()}>
      <Icon name="copy" />
      <span role="status">{said === '' ? 'Copy' : said}</span>
    </button>
  )
}
