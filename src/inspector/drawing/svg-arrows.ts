import { labelPadding } from './arrows.js'
import type { LaidEdge, Point } from './layout.js'
import { element, escapeText, round } from './markup.js'
import { drawLines } from './svg-text.js'
import { triggerWords } from './trigger.js'

const headLength = 9
const headWidth = 4
const cornerRadius = 8

/** The line of an arrow and its head. */
export function drawArrow({ points, tones, transitions }: LaidEdge): string {
  const shape = arrowShape(points)
  if (shape === undefined) return ''
  return element(
    'g',
    { class: 'arrow', 'data-transitions': JSON.stringify(transitions.map(({ id }) => id)) },
    ...tones.map((tone, index) =>
      element('path', { class: `line line-${tone}${index > 0 ? ' stripes' : ''}`, d: shape.line }),
    ),
    element('path', { class: `head-${tones[0]}`, d: shape.head }),
  )
}

/** Path data of a line through these points, and of the head at its end; `undefined` where there is no line. */
export function arrowShape(
  points: readonly Point[],
): { readonly line: string; readonly head: string } | undefined {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (tip === undefined || before === undefined) return undefined
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1
  const unit = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length }
  const neck = { x: tip.x - unit.x * headLength, y: tip.y - unit.y * headLength }
  const corners = [-1, 1].map((side) => ({
    x: neck.x - side * unit.y * headWidth,
    y: neck.y + side * unit.x * headWidth,
  }))
  return {
    line: curve([...points.slice(0, -1), neck]),
    head: `M${[tip, ...corners].map(({ x, y }) => `${round(x)} ${round(y)}`).join('L')}Z`,
  }
}

/** The words of an arrow, on a plate that interrupts its line. */
export function drawLabel({ label, transitions }: LaidEdge): string {
  if (label === undefined) return ''
  const { x, y, width, height, lines } = label
  const said = transitions
    .map(({ trigger, description }) => [triggerWords(trigger), description].filter(Boolean).join(' — '))
    .join('\n')
  return element(
    'g',
    { class: 'label' },
    element('title', {}, escapeText(said)),
    element('rect', { class: 'plate', x, y, width, height, rx: 5 }),
    drawLines(lines, { x: x + labelPadding.x, y: y + labelPadding.y }),
  )
}

/** Straight lines with rounded corners. */
function curve(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1]
      const after = points[index + 1]
      if (before === undefined) return `M${spot(point)}`
      if (after === undefined) return `L${spot(point)}`
      return `L${spot(towards(point, before))}Q${spot(point)} ${spot(towards(point, after))}`
    })
    .join('')
}

function towards(corner: Point, other: Point): Point {
  const distance = Math.hypot(other.x - corner.x, other.y - corner.y)
  const part = distance === 0 ? 0 : Math.min(cornerRadius, distance / 2) / distance
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part }
}

function spot({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}
