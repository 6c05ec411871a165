import type { Rectangle } from '../../drawing/layout.js'
import { Icon } from '../ui/icon.js'
import { follows } from './follows.js'
import type { Size, Viewport } from './viewport.js'

/** Buttons over the chart: nearer, farther, all of it, and whether it follows what is active. */
export function ChartTools(props: {
  readonly viewport: Viewport
  readonly chart: Size
  readonly places: () => readonly Rectangle[]
}) {
  const { viewport, chart, places } = props
  const follow = (): void => {
    follows.value = !follows.value
    if (follows.value) viewport.follow(places(), { force: true })
  }
  return (
    <div class="chart-tools" role="toolbar" aria-label="View of the chart">
      <button type="button" title="Nearer (+)" aria-label="Nearer" onClick={() => viewport.zoom(1.25)}>
        <Icon name="plus" />
      </button>
      <button type="button" title="Farther (-)" aria-label="Farther" onClick={() => viewport.zoom(0.8)}>
        <Icon name="minus" />
      </button>
      <button
        type="button"
        title="All of it (0)"
        aria-label="All of it"
        onClick={() => {
          follows.value = false
          viewport.fit(chart)
        }}
      >
        <Icon name="fit" />
      </button>
      <button
        type="button"
        title="Follow the active state (F)"
        aria-label="Follow the active state"
        aria-pressed={follows.value}
        onClick={follow}
      >
        <Icon name="follow" />
      </button>
    </div>
  )
}
