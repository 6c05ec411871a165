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
  const characterWidth = characterWidths[tone === 'stanza' ? 'stanza' : 'other']
  const room = { first: left + gutter + 4, last: width - 8 }
  const wanted = cut(toLegibleLine(label, 400), 80)
  const wantedWidth = wanted.length * characterWidth
  const words = isLoop ? besideLoop(start, wantedWidth, room) : along(Math.min(start, end), wantedWidth, room)
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
      <text class="told-label" x={words.x} y={isLoop ? baseline - 1 : baseline - 6}>
        {cut(wanted, words.width / characterWidth)}
      </text>
    </g>
  )
}

interface Room {
  /** What can be seen, from left to right. */
  readonly first: number
  readonly last: number
}

/** Where words stand, and how wide they may be. */
interface WordsPlace {
  readonly x: number
  readonly width: number
}

/** Over the beginning of an arrow, or as far to the left as they need. */
function along(start: number, width: number, { first, last }: Room): WordsPlace {
  const x = Math.max(first, Math.min(start + 10, last - width))
  return { x, width: last - x }
}

/** At its right; at the left of its line where there is more room. */
function besideLoop(start: number, width: number, { first, last }: Room): WordsPlace {
  const right = { x: start + loop + 6, width: last - start - loop - 6 }
  const leftWidth = Math.min(width, start - 6 - first)
  return width <= right.width || right.width >= leftWidth
    ? right
    : { x: start - 6 - leftWidth, width: leftWidth }
}

function cut(words: string, length: number): string {
  return words.length <= Math.ceil(length) ? words : `${words.slice(0, Math.max(1, Math.floor(length) - 1))}…`
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
