import { labelPadding } from '../../drawing/arrows.js'
import type { Line } from '../../drawing/block.js'
import type { LaidEdge } from '../../drawing/layout.js'
import { arrowShape } from '../../drawing/svg-arrows.js'
import { LinesText } from './block-text.js'

/** Open: it can happen now. Taken: it has led to where things stand. */
export interface ArrowStanding {
  readonly isOpen: boolean
  /** Its line moves whenever this changes; `undefined` where it was not just taken. */
  readonly takenBy: string | undefined
}

/** The line of an arrow and its head. */
export function Arrow({ edge, isOpen, takenBy }: { readonly edge: LaidEdge } & ArrowStanding) {
  const shape = arrowShape(edge.points)
  if (shape === undefined) return null
  const standing = takenBy !== undefined ? 'taken' : isOpen ? 'open' : 'idle'
  const [tone = 'course', stripe] = edge.tones
  return (
    <g class={`arrow ${standing}`} data-edge={edge.transitions[0]?.id}>
      <path class={`line tone-${tone}`} d={shape.line} />
      {stripe !== undefined && <path class={`line stripes tone-${stripe}`} d={shape.line} />}
      <path class={`head tone-${tone}`} d={shape.head} />
      <path class="reach" d={shape.line} />
      {takenBy !== undefined && <path key={takenBy} class="travel" d={shape.line} pathLength={100} />}
    </g>
  )
}

/** The words of an arrow, on a plate that interrupts its line. */
export function ArrowLabel({
  edge,
  isOpen,
  taken,
}: {
  readonly edge: LaidEdge
  readonly isOpen: boolean
  readonly taken: readonly string[]
}) {
  const { label, transitions } = edge
  if (label === undefined) return null
  const { x, y, width, height, lines, lineCounts } = label
  let top = y + labelPadding.y
  let first = 0
  return (
    <g class={`label ${taken.length > 0 ? 'taken' : isOpen ? 'open' : 'idle'}`}>
      <rect class="plate" x={x} y={y} width={width} height={height} rx={5} />
      {transitions.map((transition, index) => {
        const own = lines.slice(first, first + (lineCounts[index] ?? 0))
        const from = top
        first += own.length
        top += heightOf(own)
        return (
          <g
            key={transition.id}
            class={taken.includes(transition.id) ? 'words taken' : 'words'}
            data-edge={transition.id}
          >
            <rect class="reach" x={x} y={from} width={width} height={heightOf(own)} />
            <LinesText lines={own} x={x + labelPadding.x} y={from} />
          </g>
        )
      })}
    </g>
  )
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { gap, height }) => sum + gap + height, 0)
}
