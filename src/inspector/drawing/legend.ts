import { iconWidth, type Icon } from './block.js'
import { statesOf, type ChartGraph } from './graph.js'
import type { LaidEdge, Point } from './layout.js'
import { element, escapeText, round } from './markup.js'
import { measure } from './metrics.js'
import { drawIcon } from './svg-text.js'
import type { Tone } from './tone.js'

const rowHeight = 34

const gap = 22
const lineLength = 22

/** One row that explains the signs which this chart uses, and only those. */
export function drawLegend(
  graph: ChartGraph,
  edges: readonly LaidEdge[],
  { x, y }: Point,
): { readonly pieces: readonly string[]; readonly width: number; readonly height: number } {
  const middle = y + rowHeight / 2 - 8
  const pieces: string[] = []
  let left = x
  const say = (text: string, sign: string, room: number): void => {
    pieces.push(sign, element('text', { class: 'spec', x: left + room, y: middle + 3.7 }, escapeText(text)))
    left += room + measure(text, 'spec') + gap
  }
  const states = [...statesOf(graph.root)]
  const line = (tone: Tone, more = ''): string =>
    element('path', {
      class: `line line-${tone}${more}`,
      d: `M${round(left)} ${round(middle)}h${lineLength}`,
    })
  const icon = (name: Icon): string => drawIcon(name, { x: left + 6, y: middle })
  const plain = new Set(edges.flatMap(({ tones }) => (tones.length === 1 ? tones : [])))

  if (plain.has('covered')) say('taken', line('covered'), lineLength + 6)
  if (plain.has('missed')) say('not taken', line('missed'), lineLength + 6)
  if (edges.some(({ tones }) => tones.length > 1 && tones.includes('missed'))) {
    say('some taken, some not', line('covered') + line('missed'), lineLength + 6)
  }
  if (plain.has('failure')) say('failure', line('failure'), lineLength + 6)
  if (edges.some(({ tones }) => tones.length > 1 && tones.includes('failure'))) {
    say('failure or the usual course', line('course') + line('failure', ' stripes'), lineLength + 6)
  }
  if (plain.has('time')) say('time runs out', line('time'), lineLength + 6)
  if (states.some(({ invokes }) => invokes.length > 0)) say('invoked actor', icon('actor'), iconWidth)
  return { pieces, width: Math.max(0, left - gap - x), height: pieces.length === 0 ? 0 : rowHeight }
}
