import type { ComponentChildren } from 'preact'
import { statesOf, type ChartGraph, type ChartState } from '../../drawing/graph.js'
import type { ActorView } from '../model/actor-view.js'
import { transitionsOf } from '../model/actors-after.js'
import { toWay, toWhyNot, type WayOut } from '../panes/details/what-can-happen.js'

/** What is pointed at, and where: px of the pane. */
export interface Hovered {
  readonly kind: 'state' | 'edge'
  readonly id: string
  readonly left: number
  readonly top: number
  readonly bottom: number
}

const cardWidth = 320

/** What the author and the specification say of the state or arrow that is pointed at or focused. */
export function HoverCard(props: {
  readonly actor: ActorView
  readonly graph: ChartGraph
  readonly hovered: Hovered
  readonly pane: { readonly width: number; readonly height: number }
}) {
  const { actor, graph, hovered, pane } = props
  const content =
    hovered.kind === 'state' ? ofState(hovered.id, graph, actor) : ofEdge(hovered.id, graph, actor)
  if (content === undefined) return null
  const isLow = hovered.bottom > pane.height * 0.6
  const left = Math.max(8, Math.min(hovered.left, pane.width - cardWidth - 8))
  const place = isLow
    ? { bottom: `${pane.height - hovered.top + 10}px` }
    : { top: `${hovered.bottom + 10}px` }
  return (
    <div class="hover-card" role="tooltip" style={{ left: `${left}px`, ...place }}>
      {content}
    </div>
  )
}

function ofState(id: string, graph: ChartGraph, actor: ActorView): ComponentChildren {
  const state = [...statesOf(graph.root)].find((each) => each.id === id)
  if (state === undefined) return undefined
  const { key, kind, spec, description, why, invokes, entry, exit } = state
  const isActive = actor.active.has(id)
  const own = graph.transitions.filter(({ source }) => source === id).map((each) => toWay(graph, each))
  return (
    <>
      <header>
        <b>{key}</b>
        <small>{[isActive ? 'active' : '', kind === 'atomic' ? '' : kind].filter(Boolean).join(' · ')}</small>
        {spec !== undefined && <span class="spec-tag">{spec}</span>}
      </header>
      {[description, why].map((text) => text !== undefined && <p key={text}>{text}</p>)}
      <Deeds state={state} />
      {own.length > 0 && (
        <ul class="ways">
          {own.map((way) => (
            <Way key={way.edge} way={way} actor={actor} isActive={isActive} />
          ))}
        </ul>
      )}
      {invokes.length + entry.length + exit.length + own.length === 0 && kind === 'final' && (
        <p class="quiet">Nothing leads on from here.</p>
      )}
    </>
  )
}

function Deeds({ state: { invokes, entry, exit } }: { readonly state: ChartState }) {
  const deeds = [
    ...invokes.map(({ src }) => ['runs', src]),
    ...entry.map((name) => ['entry', name]),
    ...exit.map((name) => ['exit', name]),
  ]
  if (deeds.length === 0) return null
  return (
    <dl>
      {deeds.map(([moment, name]) => (
        <div key={`${moment} ${name}`}>
          <dt>{moment}</dt>
          <dd>{name}</dd>
        </div>
      ))}
    </dl>
  )
}

function Way(props: { readonly way: WayOut; readonly actor: ActorView; readonly isActive: boolean }) {
  const { way, actor, isActive } = props
  const { edge, trigger, condition, target } = way
  const refusal = isActive ? refusalOf(edge, actor) : undefined
  return (
    <li class={actor.lastEdges.includes(edge) ? 'taken' : undefined}>
      <span>{trigger}</span>
      {condition !== undefined && <i> if {condition}</i>}
      <em> {target === undefined ? 'stays' : `→ ${target}`}</em>
      {refusal !== undefined && <small class="refusal">refused: {refusal}</small>}
    </li>
  )
}

function ofEdge(id: string, graph: ChartGraph, actor: ActorView): ComponentChildren {
  const transition = transitionsOf(graph).get(id)
  if (transition === undefined) return undefined
  const { description, source } = transition
  const { trigger, condition, target, actions, isFailure } = toWay(graph, transition)
  const refusal = refusalOf(id, actor)
  return (
    <>
      <header>
        <b>{trigger}</b>
        <small>{isFailure ? 'failure' : actor.active.has(source) ? 'can happen now' : ''}</small>
      </header>
      {condition !== undefined && <p class="condition">if {condition}</p>}
      {description !== undefined && <p>{description}</p>}
      <p class="quiet">
        {source} → {target ?? 'stays'}
      </p>
      {actions.length > 0 && (
        <dl>
          <div>
            <dt>does</dt>
            <dd>{actions.join(', ')}</dd>
          </div>
        </dl>
      )}
      {refusal !== undefined && <p class="refusal">Refused just now: {refusal}</p>}
    </>
  )
}

/** Why the last event could not take a transition. */
function refusalOf(id: string, actor: ActorView): string | undefined {
  const refused = actor.lastEvent?.refused?.filter(({ edge }) => edge === id) ?? []
  return toWhyNot(actor.graph, refused)[0]?.reason
}
