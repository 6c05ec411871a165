import { chip, iconWidth, padding, type Block, type Chip, type Icon, type Line } from './block.js'
import type { Point } from './layout.js'
import { element, escapeText } from './markup.js'
import { textStyles } from './metrics.js'
import type { Tone } from './tone.js'

/** The text of a state, from its top left corner. */
export function drawBlock(block: Block, { x, y }: Point): string {
  const top = y + padding.y
  const under = block.lines.reduce((sum, { gap, height }) => sum + gap + height, top)
  const chips: string[] = []
  let left = x + padding.x
  for (const each of block.chips) {
    chips.push(drawChip(each, { x: left, y: under + chip.above }))
    left += each.width + chip.gap
  }
  return drawLines(block.lines, { x: x + padding.x, y: top }) + chips.join('')
}

/** Lines of text below one another. */
export function drawLines(lines: readonly Line[], { x, y }: Point): string {
  let top = y
  const drawn: string[] = []
  for (const line of lines) {
    top += line.gap
    const middle = top + line.height / 2
    if (line.icon !== undefined) drawn.push(drawIcon(line.icon, { x: x + 6, y: middle }))
    const size = Math.max(...line.spans.map(({ style }) => textStyles[style].size))
    drawn.push(
      element(
        'text',
        { x: line.icon === undefined ? x : x + iconWidth, y: middle + size * 0.35 },
        ...line.spans.map(({ text, style }) =>
          element('tspan', { class: spanClass(style, line.tone) }, escapeText(text)),
        ),
      ),
    )
    top += line.height
  }
  return drawn.join('')
}

function spanClass(style: string, tone: Tone): string {
  const isCoverage = tone === 'covered' || tone === 'missed'
  const isTold = (style === 'event' && tone !== 'course') || (style === 'guard' && isCoverage)
  return isTold ? `${style} says-${tone}` : style
}

function drawChip({ tag, text, width }: Chip, { x, y }: Point): string {
  const isPerson = tag === 'person'
  const left = x + chip.padding + (isPerson ? iconWidth : 0)
  return (
    element('rect', {
      class: isPerson ? 'chip chip-person' : 'chip',
      x,
      y,
      width,
      height: chip.height,
      rx: chip.height / 2,
    }) +
    (isPerson ? drawIcon('person', { x: x + chip.padding + 6, y: y + chip.height / 2 }) : '') +
    element(
      'text',
      { class: isPerson ? 'spec says-person' : 'spec', x: left, y: y + chip.height / 2 + 3.7 },
      escapeText(text),
    )
  )
}

/** A sign of 12 by 12 px around a point. */
export function drawIcon(icon: Icon, { x, y }: Point): string {
  return element('path', {
    class: `icon ${icon}`,
    d: iconPaths[icon],
    transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`,
  })
}

const teeth =
  'M3.6 0H5.4M2.5 2.5L3.8 3.8M0 3.6V5.4M-2.5 2.5L-3.8 3.8M-3.6 0H-5.4M-2.5 -2.5L-3.8 -3.8M0 -3.6V-5.4M2.5 -2.5L3.8 -3.8'

/** A sign of 12 by 12 px around its origin. */
export const iconPaths: Readonly<Record<Icon, string>> = {
  actor: `M3.6 0A3.6 3.6 0 1 1 -3.6 0A3.6 3.6 0 1 1 3.6 0ZM1.2 0A1.2 1.2 0 1 1 -1.2 0A1.2 1.2 0 1 1 1.2 0Z${teeth}`,
  again: 'M3.8 -2.2A4.4 4.4 0 1 0 4.4 0.8M4.4 -4.6V-2H1.8',
  clock: 'M4.8 0A4.8 4.8 0 1 1 -4.8 0A4.8 4.8 0 1 1 4.8 0ZM0 -2.8V0L2 1.4',
  person: 'M2.2 -2.6A2.2 2.2 0 1 1 -2.2 -2.6A2.2 2.2 0 1 1 2.2 -2.6ZM-4.4 4.8C-4.4 0.6 4.4 0.6 4.4 4.8',
}
