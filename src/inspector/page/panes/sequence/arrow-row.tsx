import { toLegibleLine } from '../legible.js'
import type { Arrow } from './diagram.js'
import { rowHeight } from './measures.js'

interface ArrowRowProps {
  readonly arrow: Arrow
  readonly time: string
  readonly top: number
  /** The middle of each line, by its id. */
  readonly places: ReadonlyMap<string, number>
  readonly width: number
  readonly isCurrent: boolean
  readonly isLater: boolean
  readonly choose: () => void
}

const loop = 26

/** One record: its time, its arrow and what it says. */
export function ArrowRow({ arrow, time, top, places, width, isCurrent, isLater, choose }: ArrowRowProps) {
  const { from, to, label, tone, index } = arrow
  const start = places.get(from) ?? 0
  const end = places.get(to) ?? start
  const base = rowHeight - 9
  const words = toLegibleLine(label, 80)
  const isLoop = start === end
  const toRight = end > start
  const left = Math.min(start, end)
  const tip = isLoop ? start : end + (toRight ? -1 : 1)
  const wing = toRight ? -6 : 6
  return (
    <g
      id={`sequence-${index}`}
      role="option"
      aria-selected={isCurrent}
      aria-label={`${time}, ${toLegibleLine(from, 80)} to ${toLegibleLine(to, 80)}: ${words}`}
      class={`told told-${tone} ${isCurrent ? 'current' : ''} ${isLater ? 'later' : ''}`}
      transform={`translate(0 ${top})`}
      onClick={choose}
    >
      <title>{`${words}\n${toLegibleLine(from, 80)} → ${toLegibleLine(to, 80)}`}</title>
      <rect class="told-ground" width={width} height={rowHeight} />
      <text class="told-time" x={82} y={base + 1} text-anchor="end">
        {time}
      </text>
      {isLoop ? (
        <path class="told-line" d={`M${start} ${base - 9}h${loop - 6}q6 0 6 4.5t-6 4.5h${8 - loop}`} />
      ) : (
        <path class="told-line" d={`M${start} ${base}H${tip}`} />
      )}
      {isLoop ? (
        <path class="told-tip" d={`M${start + 1} ${base}l7 -3.5v7z`} />
      ) : (
        <path class="told-tip" d={`M${tip} ${base}l${wing} -3.5v7z`} />
      )}
      <text class="told-label" x={isLoop ? start + loop + 6 : left + 10} y={isLoop ? base - 1 : base - 6}>
        {words}
      </text>
    </g>
  )
}
