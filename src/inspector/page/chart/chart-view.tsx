import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ChartGraph } from '../../drawing/graph.js'
import type { ActorView, Failure } from '../model/actor-view.js'
import { actor } from '../model/signals.js'
import { stateWords } from '../model/active-states.js'
import { ChartCanvas } from './chart-canvas.js'
import { layoutOf } from './chart-layout.js'
import { failureLine } from './failure-line.js'

/** The chart of the chosen actor, as it stands at the cursor. */
export function ChartView() {
  const view = actor.value
  if (view === undefined) {
    return <p class="empty">Choose an actor on the left: its chart comes alive here.</p>
  }
  return (
    <div class="chart">
      <ChartHead view={view} />
      {view.graph === undefined ? <Deed view={view} /> : <Laid view={view} graph={view.graph} />}
      <Announcement view={view} />
    </div>
  )
}

function Laid({ view, graph }: { readonly view: ActorView; readonly graph: ChartGraph }) {
  const state = layoutOf(graph).value
  switch (state.status) {
    case 'pending':
      return <p class="empty">Drawing {graph.id}…</p>
    case 'failed':
      return <p class="empty">{state.reason}</p>
    case 'drafted':
    case 'laid':
      return (
        <>
          <ChartCanvas key={graph.id} view={view} graph={graph} layout={state.layout} />
          {state.status === 'drafted' && (
            <p class="draft-note" role="status">
              All states, in rows. The arrows of so large a chart take a few seconds.
            </p>
          )}
        </>
      )
  }
}

function ChartHead({ view }: { readonly view: ActorView }) {
  const { path, value, life, status, lastFailure, lives } = view
  const names = path.split('/')
  return (
    <header class="chart-head">
      <h2>
        {names.slice(0, -1).map((name) => (
          <span key={name} class="quiet">
            {name} /{' '}
          </span>
        ))}
        {names.at(-1)}
      </h2>
      <span class={`life ${life}`}>{life === 'ended' ? (status ?? life) : life}</span>
      {lives > 1 && <span class="quiet">life {lives}</span>}
      <code class="state-words">{stateWords(value)}</code>
      {lastFailure !== undefined && (
        <p class={isOver(view, lastFailure) ? 'failure over' : 'failure'} role="note">
          {failureLine(lastFailure, view.graph)}
        </p>
      )}
    </header>
  )
}

/** Whether it has gone on since, to another state. */
function isOver({ value }: ActorView, { record }: Failure): boolean {
  return record.kind === 'event' && stateWords(record.value) !== stateWords(value)
}

function Deed({ view }: { readonly view: ActorView }) {
  const words = {
    living: 'It runs.',
    found: 'It ran already when the recording began.',
    restored: 'It goes on from where it was stored.',
    ended: { done: 'It is done.', error: 'It failed.', stopped: 'It was stopped.' }[view.status ?? 'done'],
  }[view.life]
  return <p class="empty">A deed: it has no chart of its own. {words}</p>
}

/** Tells those who listen instead of looking, at most once a second. */
function Announcement({ view: { path, value, life } }: { readonly view: ActorView }) {
  const said = useSignal('')
  const words = `${path.split('/').at(-1) ?? path}: ${life === 'ended' ? 'ended' : stateWords(value)}`
  useEffect(() => {
    const timer = setTimeout(() => {
      said.value = words
    }, 1000)
    return () => clearTimeout(timer)
  }, [words])
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  )
}
