import { useComputed } from '@preact/signals'
import { Countdown } from './countdown.js'
import { farSize, findRoom, type FarMatter } from './far-room.js'
import { farBelow, type Viewport } from './viewport.js'

/** What a chart says where it is seen from so far that its own words are too small: whatever finds room. */
export function FarWords({ viewport, matter }: { readonly viewport: Viewport; readonly matter: FarMatter }) {
  // In steps, so that not every frame of a movement looks for room anew.
  const steps = useComputed(() => Math.round(4 * Math.log2(viewport.view.value.scale))).value
  const scale = 2 ** (steps / 4)
  if (scale >= farBelow) return null
  const { timers, view } = matter
  return (
    <g class="far-words" style={{ fontSize: `${farSize / scale}px` }}>
      {findRoom(matter, scale).map(({ id, kind, text, x, y, width, height }) => {
        const timer = kind === 'timer' ? timers.find((each) => each.timer.edge === id)?.timer : undefined
        if (timer !== undefined) {
          const place = { x: x + width, y: y + height / 2, scale: 1 / scale }
          return <Countdown key={id} timer={timer} source={view.source} {...place} />
        }
        const isNow = kind === 'arrow' ? view.lastEdges.includes(id) : view.active.has(id)
        return (
          <text
            key={id}
            aria-hidden="true"
            class={`${kind}${isNow ? ' active' : ''}`}
            x={x + width / 2}
            y={y + 0.75 * height}
          >
            {text}
          </text>
        )
      })}
    </g>
  )
}
