import { useComputed } from '@preact/signals'
import type { ChartLayout } from '../../drawing/layout.js'
import { follows } from './follows.js'
import type { Viewport } from './viewport.js'

const most = { width: 132, height: 132 }

/** The whole chart, small, with what is active and what is seen; only where not all of it is seen. A click goes there. */
export function Minimap(props: {
  readonly viewport: Viewport
  readonly layout: ChartLayout
  readonly active: ReadonlySet<string>
}) {
  const { viewport, layout, active } = props
  const scale = Math.min(most.width / layout.width, most.height / layout.height)
  const seen = useComputed(() => {
    const { x, y, scale } = viewport.view.value
    const { width, height } = viewport.size.value
    return { x: -x / scale, y: -y / scale, width: width / scale, height: height / scale }
  })
  const { x, y, width, height } = seen.value
  const isWhole = x <= 0 && y <= 0 && x + width >= layout.width && y + height >= layout.height
  if (isWhole) return null
  const go = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    follows.value = false
    viewport.center({ x: (event.clientX - left) / scale, y: (event.clientY - top) / scale })
  }
  return (
    <svg
      class="minimap"
      width={layout.width * scale}
      height={layout.height * scale}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation()
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event)
      }}
    >
      {layout.boxes.slice(1).map((box) => (
        <rect
          key={box.id}
          class={`spot${box.state?.states.length === 0 ? ' leaf' : ''}${active.has(box.id) ? ' active' : ''}`}
          x={box.x}
          y={box.y}
          width={box.width}
          height={box.height}
          rx={20}
        />
      ))}
      <rect class="seen" x={x} y={y} width={width} height={height} />
    </svg>
  )
}
