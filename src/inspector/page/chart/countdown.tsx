import { useMemo } from 'preact/hooks'
import type { Point } from '../../drawing/layout.js'
import type { RunningTimer } from '../model/actor-view.js'
import { isRunning, shownTime, useTick } from './clock.js'

const radius = 7
const height = 22
const widthOf = (words: string): number => 2 * radius + 16 + words.length * 6.6

/** A time-out that runs, as a ring that empties; stands still where time does. Right edge and middle at a point. */
export function Countdown(
  props: { readonly timer: RunningTimer; readonly source: string; readonly scale?: number } & Point,
) {
  const { timer, source, x, y, scale = 1 } = props
  const runs = isRunning(source)
  useTick(runs)
  const passed = Math.max(0, shownTime(source) - timer.since)
  const begunAt = useMemo(() => passed, [timer, runs])
  const left = Math.max(0, timer.ms - passed)
  const words = durationWords(left)
  const width = widthOf(words)
  const isUrgent = left < timer.ms / 5
  return (
    <g
      class={isUrgent ? 'countdown urgent' : 'countdown'}
      data-edge={timer.edge}
      role="img"
      aria-label={`${words} left of ${durationWords(timer.ms)}`}
      transform={`translate(${x} ${y}) scale(${scale}) translate(${-width} ${-height / 2})`}
    >
      <rect class="pill" width={width} height={height} rx={height / 2} />
      <circle class="track" cx={radius + 4} cy={height / 2} r={radius - 1.5} />
      <circle
        key={runs ? `${timer.edge} ${timer.since}` : 'still'}
        class={runs ? 'hand runs' : 'hand'}
        cx={radius + 4}
        cy={height / 2}
        r={radius - 1.5}
        pathLength={100}
        transform={`rotate(-90 ${radius + 4} ${height / 2})`}
        style={
          runs
            ? { animationDuration: `${timer.ms}ms`, animationDelay: `-${begunAt}ms` }
            : { strokeDashoffset: `${100 * Math.min(1, passed / timer.ms)}` }
        }
      />
      <text x={2 * radius + 9} y={height / 2 + 3.8}>
        {words}
      </text>
    </g>
  )
}

/** How much room a time-out takes at its beginning, in px. */
export const countdownSize = (ms: number) => ({ width: widthOf(durationWords(ms)), height })

/** E.g. `0.4 s`, `12 s`, `4:58`. */
export function durationWords(ms: number): string {
  if (ms < 9_950) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 100) return `${seconds} s`
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  if (minutes < 60) return `${minutes}:${String(rest).padStart(2, '0')}`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
