import { lineWidth, transitionLines, type Line } from './block.js'
import { statesOf, type ChartGraph, type ChartTransition } from './graph.js'
import { sharedTones, type Tone } from './tone.js'

/** What is drawn between boxes, and what is written inside them instead. */
export interface ArrowPlan {
  readonly arrows: readonly Arrow[]
  readonly marks: readonly Mark[]
  /** By state: the transitions that do not lead elsewhere. */
  readonly inner: ReadonlyMap<string, readonly ChartTransition[]>
}

export interface Arrow {
  readonly id: string
  readonly source: string
  readonly target: string
  /** Leads from an initial mark. */
  readonly isStart: boolean
  /** Leads back to an initial mark: its surroundings begin anew. */
  readonly isReturn: boolean
  /** One, or two where the arrow is striped. */
  readonly tones: readonly Tone[]
  /** Empty where a state merely begins, and on the default of a history state. */
  readonly transitions: readonly ChartTransition[]
  readonly lines: readonly Line[]
  /** How many of the lines each transition takes. */
  readonly lineCounts: readonly number[]
  /** Size of the label in px. */
  readonly width: number
  readonly height: number
}

/** A small sign inside a state. */
export interface Mark {
  readonly id: string
  readonly kind: 'initial' | 'anywhere'
  readonly parent: string
}

/** Room around the text of a label, in px. */
export const labelPadding = { x: 6, y: 3 } as const

/** Decides what becomes an arrow, between which boxes, and which transitions share one. */
export function planArrows(graph: ChartGraph): ArrowPlan {
  const states = [...statesOf(graph.root)]
  const initialMarks = new Map(
    states.flatMap(({ id, kind }) => (kind === 'compound' ? [[id, toMark('initial', id)]] : [])),
  )
  const anywhereMarks = new Map<string, Mark>()
  const starts = states.flatMap(({ id, initial }) =>
    initial.map((target) => toArrow({ source: initialMarks.get(id)?.id ?? id, target, transitions: [] })),
  )

  const insides = new Map(
    states.map((state) => [state.id, new Set([...statesOf(state)].map(({ id }) => id))]),
  )
  const isInside = (id: string, outer: string): boolean =>
    id !== outer && insides.get(outer)?.has(id) === true
  const inner = new Map<string, ChartTransition[]>()
  const ways = new Map<string, Way>()
  for (const transition of graph.transitions) {
    const { source, targets } = transition
    // A parallel state has no mark where it begins: entering it anew from inside is told, not drawn.
    const drawn = targets.filter(
      (target) => target !== source && (!isInside(source, target) || initialMarks.has(target)),
    )
    if (drawn.length === 0) push(inner, source, transition)
    for (const target of drawn) {
      const anywhere = isInside(target, source) ? toMark('anywhere', source) : undefined
      if (anywhere !== undefined) anywhereMarks.set(source, anywhere)
      const from = anywhere?.id ?? source
      const to = isInside(source, target) ? (initialMarks.get(target)?.id ?? target) : target
      const key = JSON.stringify([from, to])
      const way = ways.get(key) ?? { source: from, target: to, transitions: [] }
      ways.set(key, { ...way, transitions: [...way.transitions, transition] })
    }
  }
  const marks = [...initialMarks.values(), ...anywhereMarks.values()]
  return { arrows: [...starts, ...[...ways.values()].map(toArrow)], marks, inner }
}

interface Way {
  readonly source: string
  readonly target: string
  readonly transitions: readonly ChartTransition[]
}

/** No author writes a line feed into the name of a state, so marks and states cannot be mistaken for one another. */
function toMark(kind: Mark['kind'], parent: string): Mark {
  return { id: `${parent}\n${kind}`, kind, parent }
}

function toArrow({ source, target, transitions }: Way): Arrow {
  const words = transitions.map((transition) => transitionLines(transition))
  const lines = words.flatMap((each, index) =>
    each.map((line, row) => (row === 0 && index > 0 ? { ...line, gap: 5 } : line)),
  )
  return {
    id: JSON.stringify([source, target]),
    source,
    target,
    isStart: source.endsWith('\ninitial'),
    isReturn: target.endsWith('\ninitial'),
    tones: sharedTones(transitions),
    transitions,
    lines,
    lineCounts: words.map(({ length }) => length),
    width: Math.ceil(Math.max(0, ...lines.map(lineWidth)) + 2 * labelPadding.x),
    height: Math.ceil(lines.reduce((sum, { gap, height }) => sum + gap + height, 0) + 2 * labelPadding.y),
  }
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
