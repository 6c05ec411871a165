import { toLegibleLine } from '../legible.js'
import type { Arrow } from './diagram.js'
import { gutter, rowHeight } from './measures.js'

interface ArrowRowProps {
  readonly arrow: Arrow
  readonly top: number
  /** The middle of each line, by its id. */
  readonly places: ReadonlyMap<string, number>
  readonly width: number
  /** How far it is scrolled: words stand where they can be seen. */
  readonly left: number
  readonly isCurrent: boolean
  readonly isLater: boolean
  readonly choose: () => void
}

const loop = 26
const baseline = rowHeight - 9
/** About the width of a character of a label, in px: stanzas are in monospace. */
const characterWidths = { stanza: 7, other: 5.8 }

/** One record: its arrow, and what it says. */
export function ArrowRow({ arrow, top, places, width, left, isCurrent, isLater, choose }: ArrowRowProps) {
  const { from, to, label, tone, index } = arrow
  const start = places.get(from) ?? 0
  const end = places.get(to) ?? start
  const isLoop = start === end
  const words = toLegibleLine(label, 80)
  const wordsWidth = words.length * characterWidths[tone === 'stanza' ? 'stanza' : 'other']
  const last = width - wordsWidth - 8
  const first = left + gutter + 4
  const beside = isLoop ? besideLoop(start, wordsWidth, last) : Math.min(Math.min(start, end) + 10, last)
  return (
    <g
      id={`sequence-${index}`}
      role="option"
      aria-selected={isCurrent}
      class={`told told-${tone} ${isCurrent ? 'current' : ''} ${isLater ? 'later' : ''}`}
      transform={`translate(0 ${top})`}
      onClick={choose}
    >
      <title>{`${toLegibleLine(from, 80)} → ${toLegibleLine(to, 80)}`}</title>
      <rect class="told-ground" width={width} height={rowHeight} />
      {isLoop ? <Loop at={start} /> : <Straight start={start} end={end} />}
      <text class="told-label" x={Math.max(first, beside)} y={isLoop ? baseline - 1 : baseline - 6}>
        {words}
      </text>
    </g>
  )
}

/** At its right; at the left of its line where there is no room. */
function besideLoop(start: number, wordsWidth: number, last: number): number {
  const right = start + loop + 6
  return right <= last ? right : start - wordsWidth - 6
}

function Straight({ start, end }: { readonly start: number; readonly end: number }) {
  const way = end > start ? 1 : -1
  return (
    <>
      <path class="told-line" d={`M${start} ${baseline}H${end - way}`} />
      <path class="told-tip" d={`M${end - way} ${baseline}l${-6 * way} -3.5v7z`} />
    </>
  )
}

function Loop({ at }: { readonly at: number }) {
  return (
    <>
      <path class="told-line" d={`M${at} ${baseline - 9}h${loop - 6}q6 0 6 4.5t-6 4.5h${8 - loop}`} />
      <path class="told-tip" d={`M${at + 1} ${baseline}l7 -3.5v7z`} />
    </>
  )
}
