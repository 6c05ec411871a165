import type { InspectorRecord } from '../../../recording/record.js'
import { actorKey, type ActorView } from '../../model/actor-view.js'
import { stateWords } from '../../model/active-states.js'
import { actor, cursor, cursorIndex, moment, selectedRecord, timeline } from '../../model/signals.js'
import { toFactLines } from '../facts.js'
import { toLegibleLine } from '../legible.js'
import { EventView } from './event-view.js'
import { FactTable } from './fact-table.js'
import { FailureView } from './failure-view.js'
import { OtherRecord } from './other-record.js'
import { WaysView } from './ways-view.js'

/** The chosen record, and the actor as it is at the cursor: what happened, what can happen now, and why not. */
export function DetailsPane() {
  const view = actor.value
  const record = selectedRecord.value ?? view?.lastEvent ?? startOf(view)
  if (record === undefined && view === undefined) {
    return (
      <div class="pane details">
        <p class="empty">
          Choose an actor, an event or a stanza: what it was, and what can happen next, stands here.
        </p>
      </div>
    )
  }
  const index = record === undefined ? -1 : timeline().indexOf(record)
  return (
    <div class="pane details">
      {record?.kind === 'event' && (
        <EventView event={record} index={index} isChosen={selectedRecord.value !== undefined} />
      )}
      {record !== undefined && record.kind !== 'event' && <OtherRecord record={record} />}
      {view !== undefined && <ActorNow view={view} shown={record} />}
    </div>
  )
}

interface ActorNowProps {
  readonly view: ActorView
  /** What stands above. */
  readonly shown: InspectorRecord | undefined
}

function ActorNow({ view, shown }: ActorNowProps) {
  const before = timeline()
    .at(cursorIndex.value - 1)
    .actors.get(actorKey(view.source, view.path))
  const lines = toFactLines(view.context, before?.lives === view.lives ? before.context : view.context)
  return (
    <>
      <section aria-label="The actor now">
        <p class="eyebrow">{cursor.value === 'live' ? 'Now' : 'Then'}</p>
        <h2>
          <span class="mono">{toLegibleLine(view.path, 200)}</span>
          <span class="quiet">{lifeWords(view)}</span>
        </h2>
        <p class="value">{toLegibleLine(stateWords(view.value), 300)}</p>
      </section>
      {view.lastFailure !== undefined && view.lastFailure.record !== shown && (
        <FailureView failure={view.lastFailure} context={view.context} />
      )}
      <WaysView view={view} />
      {lines.length > 0 && (
        <section aria-label="Context">
          <h2>What it knows</h2>
          <FactTable lines={lines} />
        </section>
      )}
    </>
  )
}

function lifeWords({ life, status, lives }: ActorView): string {
  const state = life === 'ended' ? (status ?? 'ended') : life
  return lives > 1 ? `${state}, for the ${lives}${ordinal(lives)} time` : state
}

function ordinal(count: number): string {
  const teen = count % 100 > 10 && count % 100 < 14
  return teen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
}

/** Where nothing has happened to an actor but that it began. */
function startOf(view: ActorView | undefined): InspectorRecord | undefined {
  if (view === undefined || moment.value.index < 0) return undefined
  const { records } = timeline()
  for (let index = timeline().indexAt(view.beganAt); index >= 0; index -= 1) {
    const record = records[index]
    if (record === undefined || timeline().timeOf(record) < view.beganAt) return undefined
    if (record.kind === 'start' && record.source === view.source && record.actorPath === view.path)
      return record
  }
  return undefined
}
