import type { EventTaken } from '../../../recording/record.js'
import { stateWords } from '../../model/active-states.js'
import { actorKey } from '../../model/actor-view.js'
import { timeWords } from '../../model/record-words.js'
import { goToRecord, timeline } from '../../model/signals.js'
import { findError, toFactLines } from '../facts.js'
import { Icon } from '../../ui/icon.js'
import { toLegibleLine } from '../legible.js'
import { eventWords } from '../sequence/diagram.js'
import { summaryOf } from '../wire/summary.js'
import { wire } from '../wire/wire-state.js'
import { ErrorView } from './failure-view.js'
import { FactTable } from './fact-table.js'
import { toWhyNot, wayOf, type WhyNot } from './what-can-happen.js'

interface EventViewProps {
  readonly event: EventTaken
  /** Where it stands among the records. */
  readonly index: number
  /** Somebody has chosen it; else it is the last one. */
  readonly isChosen: boolean
}

/** What happened: the event, what it changed, what it took, and what refused. */
export function EventView({ event, index, isChosen }: EventViewProps) {
  const { source, actorPath, type, from, value, edges, refused = [], data, measured } = event
  const key = actorKey(source, actorPath)
  const then = timeline().at(index).actors.get(key)
  const before = stateWords(
    timeline()
      .at(index - 1)
      .actors.get(key)?.value,
  )
  const after = stateWords(value)
  const error = findError(data)
  const whyNot = toWhyNot(then?.graph, refused)
  return (
    <section aria-label="The event">
      <p class="eyebrow">{isChosen ? 'The event' : 'The last event'}</p>
      <h2>
        <span class="mono">{toLegibleLine(eventWords(type), 200)}</span>
        <span class="quiet">{timeWords(timeline().timeOf(event))}</span>
      </h2>
      <p class="quiet">
        {`${from === undefined ? 'from the app' : `from ${toLegibleLine(from, 120)}`} to ${toLegibleLine(actorPath, 120)}`}
      </p>
      <p class="value">
        {before === after ? (
          <>
            {toLegibleLine(after, 300)} <span class="quiet">(stays)</span>
          </>
        ) : (
          <>
            <span class="was">{toLegibleLine(before, 300)}</span>
            <span aria-label="becomes"> → </span>
            {toLegibleLine(after, 300)}
          </>
        )}
      </p>
      <StanzaLink event={event} />
      {edges.length === 0 ? (
        <p class="quiet">Nothing listens to this event here: it changed nothing.</p>
      ) : (
        <ol class="edges" aria-label="Transitions taken">
          {edges.map((edge, place) => (
            <li key={place}>{edgeWords(edge, then?.graph && wayOf(then.graph, edge))}</li>
          ))}
        </ol>
      )}
      {whyNot.length > 0 && <WhyNotView refusals={whyNot} />}
      {error !== undefined && <ErrorView error={error} />}
      <FactTable lines={toFactLines({ ...data, ...measured })} />
    </section>
  )
}

function WhyNotView({ refusals }: { readonly refusals: readonly WhyNot[] }) {
  return (
    <>
      <h3>Why not</h3>
      <ul class="why-not">
        {refusals.map(({ way, guard, reason }, place) => (
          <li key={place}>
            {way?.target !== undefined && <span class="mono">{`→ ${toLegibleLine(way.target, 120)}`}</span>}
            <span title={toLegibleLine(guard, 120)}>{toLegibleLine(reason, 300)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function StanzaLink({ event: { source, stanza } }: { readonly event: EventTaken }) {
  const place = stanza === undefined ? undefined : wire().placeOf(source, stanza)
  const record = place === undefined ? undefined : timeline().records[place]
  if (record?.kind !== 'wire') return null
  const { title, content } = summaryOf(record)
  return (
    <button type="button" class="link" onClick={() => goToRecord(record)}>
      <Icon name={record.direction} />
      <span>{`follows from ${title}`}</span>
      <bdi class="quiet">{content}</bdi>
    </button>
  )
}

function edgeWords(edge: string, way: ReturnType<typeof wayOf>): string {
  if (way === undefined) return toLegibleLine(edge, 200)
  const { trigger, condition, target, actions } = way
  const parts = [
    trigger,
    ...(condition === undefined ? [] : [`if ${condition}`]),
    ...(target === undefined ? [] : [`→ ${target}`]),
    ...(actions.length === 0 ? [] : [`· ${actions.join(', ')}`]),
  ]
  return toLegibleLine(parts.join(' '), 400)
}
