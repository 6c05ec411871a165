import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { ChartGraph } from '../../drawing/graph.js'
import type { ChartLayout, LaidBox, Rectangle } from '../../drawing/layout.js'
import { actorKey, type ActorView } from '../model/actor-view.js'
import { transitionsOf } from '../model/actors-after.js'
import { moment, selectedActor } from '../model/signals.js'
import { Arrow, ArrowLabel } from './arrows.js'
import { BlockText } from './block-text.js'
import { ChartTools } from './chart-tools.js'
import { Countdown } from './countdown.js'
import { follows } from './follows.js'
import { FarWords } from './far-words.js'
import { HoverCard, type Hovered } from './hover-card.js'
import { useGestures } from './gestures.js'
import { Minimap } from './minimap.js'
import { Box, Ground } from './states.js'
import { farBelow, Viewport } from './viewport.js'

/** One chart, drawn; what lives in it changes with `view`. */
export function ChartCanvas(props: {
  readonly view: ActorView
  readonly graph: ChartGraph
  readonly layout: ChartLayout
}) {
  const { view, graph, layout } = props
  const pane = useRef<HTMLDivElement>(null)
  const viewport = useMemo(() => new Viewport(), [])
  const hovered = useSignal<Hovered | undefined>(undefined)
  const boxes = useMemo(() => new Map(layout.boxes.map((box) => [box.id, box])), [layout])
  /** What is drawn before it has a scale is laid out twice. */
  const isPlaced = useComputed(() => viewport.size.value.width > 0)
  const inside = useMemo(() => layout.boxes.filter(({ state }) => state !== layout.boxes[0]?.state), [layout])
  const root = boxes.get(graph.root.id)

  useLayoutEffect(() => {
    const { current } = pane
    if (current === null) return
    const measure = (): void => {
      viewport.size.value = { width: current.clientWidth, height: current.clientHeight }
    }
    measure()
    viewport.begin(layout, activePlaces(view, boxes))
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => observer.disconnect()
  }, [layout, view.key])
  useEffect(() => {
    if (follows.value) viewport.follow(activePlaces(view, boxes))
  }, [view.active, follows.value])
  useGestures(pane, viewport)
  const hasCard = hovered.value !== undefined
  useEffect(() => {
    if (!hasCard) return
    const putAway = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') hovered.value = undefined
    }
    // The mouse may point here while the focus is elsewhere.
    document.addEventListener('keydown', putAway)
    return () => document.removeEventListener('keydown', putAway)
  }, [hasCard])

  const transform = useComputed(() => {
    const { x, y, scale } = viewport.view.value
    return `translate(${x} ${y}) scale(${scale})`
  })
  const look = useComputed(() => (viewport.view.value.scale < farBelow ? 'statechart far' : 'statechart'))
  const point = (target: EventTarget | null): void => {
    hovered.value = pane.current === null ? undefined : hoveredAt(target, pane.current)
  }
  /** Whoever goes on by the keyboard sees where. */
  const seek = (target: EventTarget | null): void => {
    const box = target instanceof SVGElement ? boxes.get(target.dataset['state'] ?? '') : undefined
    if (box !== undefined && target instanceof SVGElement && target.matches(':focus-visible'))
      viewport.follow([box])
  }
  const sources = transitionsOf(graph)
  const isOpen = (id: string): boolean =>
    view.life !== 'ended' && view.active.has(sources.get(id)?.source ?? '')
  const timers = view.timers.flatMap((timer) => {
    const box = boxes.get(sources.get(timer.edge)?.source ?? '')
    return box === undefined ? [] : [{ timer, box }]
  })
  const takenBy =
    view.lastEvent === undefined ? undefined : `${view.lives} ${view.lastEvent.seq} ${view.lastEdges.length}`
  const first = inside.find(({ state }) => isActiveLeaf(state?.id, view, boxes))
  return (
    <div
      ref={pane}
      class={view.life === 'ended' ? 'canvas ended' : 'canvas'}
      onPointerOver={({ target, pointerType }) => pointerType !== 'touch' && point(target)}
      onPointerLeave={() => point(null)}
      onClick={({ target }) => {
        point(target)
        visitInvoked(target, view)
      }}
      onFocusIn={({ target }) => {
        point(target)
        seek(target)
      }}
      onFocusOut={() => point(null)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveFocus(event)
        if (event.key === 'Enter')
          visitInvoked(document.activeElement?.querySelector('.invoke') ?? null, view)
      }}
    >
      {isPlaced.value && (
        <>
          <svg class={look} role="group" aria-label={`chart ${graph.id}`}>
            <g transform={transform}>
              {root?.block !== undefined && (
                <g class="whole">
                  <BlockText block={root.block} x={10} y={14} />
                </g>
              )}
              {inside.map((box) => (
                <Ground key={box.id} box={box} isActive={view.active.has(box.id)} />
              ))}
              {layout.edges.map((edge, index) => {
                const taken = edge.transitions.some(({ id }) => view.lastEdges.includes(id))
                return (
                  <Arrow
                    key={index}
                    edge={edge}
                    isOpen={edge.transitions.some(({ id }) => isOpen(id))}
                    takenBy={taken ? takenBy : undefined}
                  />
                )
              })}
              {inside.map((box) => (
                <Box
                  key={box.id}
                  box={box}
                  isActive={view.active.has(box.id)}
                  isTabStop={box === first || (first === undefined && box === inside[0])}
                />
              ))}
              {layout.edges.map((edge, index) => (
                <ArrowLabel
                  key={index}
                  edge={edge}
                  isOpen={edge.transitions.some(({ id }) => isOpen(id))}
                  taken={takenIn(edge.transitions, view)}
                />
              ))}
              <FarWords
                viewport={viewport}
                matter={{ boxes: inside, edges: layout.edges, timers, view, isOpen }}
              />
              {timers.map(({ timer, box }) => (
                <Countdown
                  key={timer.edge}
                  timer={timer}
                  source={view.source}
                  x={box === root ? box.width - 8 : box.x + box.width - 6}
                  y={box === root ? 24 : box.y}
                />
              ))}
            </g>
          </svg>
          <Minimap viewport={viewport} layout={layout} active={view.active} />
        </>
      )}
      <ChartTools viewport={viewport} chart={layout} places={() => activePlaces(view, boxes)} />
      {hovered.value !== undefined && (
        <HoverCard actor={view} graph={graph} hovered={hovered.value} pane={viewport.size.value} />
      )}
    </div>
  )
}

const none: readonly string[] = []

function takenIn(transitions: readonly { readonly id: string }[], view: ActorView): readonly string[] {
  const taken = transitions.flatMap(({ id }) => (view.lastEdges.includes(id) ? [id] : []))
  return taken.length === 0 ? none : taken
}

function isActiveLeaf(
  id: string | undefined,
  { active }: ActorView,
  boxes: ReadonlyMap<string, LaidBox>,
): boolean {
  return id !== undefined && active.has(id) && boxes.get(id)?.state?.states.length === 0
}

/** What holds all active leaves, and the first of them, for where they stand too far apart to be seen together. */
function activePlaces(view: ActorView, boxes: ReadonlyMap<string, LaidBox>): readonly Rectangle[] {
  const leaves = [...view.active].flatMap((id) =>
    isActiveLeaf(id, view, boxes) ? (boxes.get(id) ?? []) : [],
  )
  if (leaves.length === 0) return []
  const x = Math.min(...leaves.map((box) => box.x))
  const y = Math.min(...leaves.map((box) => box.y))
  const width = Math.max(...leaves.map((box) => box.x + box.width)) - x
  const height = Math.max(...leaves.map((box) => box.y + box.height)) - y
  return [{ x, y, width, height }, ...leaves.slice(0, 1)]
}

function hoveredAt(target: EventTarget | null, pane: HTMLElement): Hovered | undefined {
  if (!(target instanceof Element)) return undefined
  const found = target.closest<SVGElement>('[data-edge], [data-state]:not(.ground)')
  if (found === null) return undefined
  const { state, edge } = found.dataset
  const id = state ?? edge
  if (id === undefined) return undefined
  const around = pane.getBoundingClientRect()
  const { left, top, bottom } = found.getBoundingClientRect()
  return {
    kind: state === undefined ? 'edge' : 'state',
    id,
    left: left - around.left,
    top: top - around.top,
    bottom: bottom - around.top,
  }
}

/** Goes on to the actor that is invoked there, where it has been. */
function visitInvoked(target: EventTarget | null, { source, path }: ActorView): void {
  const id = target instanceof SVGElement ? target.dataset['invoke'] : undefined
  const key = actorKey(source, `${path}/${id}`)
  if (id !== undefined && moment.value.actors.has(key)) selectedActor.value = key
}

/** From state to state, in the order of the chart. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const { target, currentTarget, key } = event
  const states = [...currentTarget.querySelectorAll<SVGElement>('.state')]
  const index = states.findIndex((each) => each === target)
  if (index < 0) return
  event.preventDefault()
  states[(index + (key === 'ArrowDown' ? 1 : -1) + states.length) % states.length]?.focus()
}
