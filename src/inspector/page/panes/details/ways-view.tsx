import type { ActorView } from '../../model/actor-view.js'
import { toLegible, toLegibleLine } from '../legible.js'
import { toSpecPieces } from './spec-links.js'
import { toStateWays, type StateWays, type WayOut } from './what-can-happen.js'

/** What can happen now, by the states that the actor is in. */
export function WaysView({ view: { graph, active, life } }: { readonly view: ActorView }) {
  if (graph === undefined) return null
  if (life === 'ended') {
    return (
      <section aria-label="What can happen now">
        <h2>What can happen now</h2>
        <p class="quiet">Nothing: it is over.</p>
      </section>
    )
  }
  return (
    <section aria-label="What can happen now">
      <h2>What can happen now</h2>
      {toStateWays(graph, active).map((ways) => (
        <StateView key={ways.state.id} of={ways} />
      ))}
    </section>
  )
}

function StateView({ of: { state, ways } }: { readonly of: StateWays }) {
  return (
    <div class="state-ways">
      <h3>
        <span class="mono">{toLegibleLine(state.key, 80)}</span>
        {state.spec !== undefined && <Spec spec={state.spec} />}
      </h3>
      {state.description !== undefined && <p class="quiet">{toLegible(state.description, 600)}</p>}
      <ul>
        {ways.map((way) => (
          <Way key={way.edge} way={way} />
        ))}
      </ul>
    </div>
  )
}

function Way({ way: { trigger, condition, target, actions, isFailure, isTimed } }: { readonly way: WayOut }) {
  return (
    <li class={`way ${isFailure ? 'failure-way' : isTimed ? 'timed' : ''}`}>
      <span class="way-trigger">{toLegibleLine(trigger, 120)}</span>
      {condition !== undefined && <span class="way-guard">{`if ${toLegibleLine(condition, 200)}`}</span>}
      <span class="way-target">{target === undefined ? 'stays' : `→ ${toLegibleLine(target, 120)}`}</span>
      {actions.length > 0 && <span class="way-actions">{toLegibleLine(actions.join(', '), 300)}</span>}
    </li>
  )
}

function Spec({ spec }: { readonly spec: string }) {
  return (
    <span class="spec">
      {toSpecPieces(toLegibleLine(spec, 200)).map(({ text, href }) =>
        href === undefined ? (
          text
        ) : (
          <a href={href} target="_blank" rel="noreferrer">
            {text}
          </a>
        ),
      )}
    </span>
  )
}
