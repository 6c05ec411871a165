import type { ChartState } from '../../drawing/graph.js'
import { isFailureWord } from '../../drawing/graph.js'
import { anywhereText, type LaidBox, type Point } from '../../drawing/layout.js'
import { padding, type Block } from '../../drawing/block.js'
import { BlockText } from './block-text.js'

/** How a state stands at the moment. */
export interface Standing {
  readonly isActive: boolean
  /** Can be reached by a keyboard. */
  readonly isTabStop: boolean
}

/** What lies under the arrows: the frame of a state that holds others. */
export function Ground({ box, isActive }: { readonly box: LaidBox; readonly isActive: boolean }) {
  const { state, isRegion, x, y, width, height } = box
  if (state === undefined || state.states.length === 0) return null
  return (
    <g class={`ground${isActive ? ' active' : ''}`} data-state={state.id}>
      <rect class={isRegion ? 'frame region' : 'frame'} x={x} y={y} width={width} height={height} rx={12} />
    </g>
  )
}

/** What lies above the arrows: a state without others inside, the text of one that has some, or a mark. */
export function Box({ box, isActive, isTabStop }: { readonly box: LaidBox } & Standing) {
  const { x, y, width, height, state, block } = box
  if (state === undefined || block === undefined) return <Mark box={box} />
  const isLeaf = state.states.length === 0
  const classes = [
    'state',
    isLeaf ? 'leaf' : 'group',
    isActive ? 'active' : 'idle',
    isFailureWord(state.key) ? 'failed' : '',
  ].join(' ')
  return (
    <g
      class={classes}
      data-state={state.id}
      role="img"
      aria-label={spoken(state, isActive)}
      tabindex={isTabStop ? 0 : -1}
    >
      {state.kind === 'history' ? (
        <>
          <circle class="body" cx={x + width / 2} cy={y + height / 2} r={width / 2} />
          <text class="name" x={x + width / 2} y={y + height / 2 + 5} text-anchor="middle">
            {state.history === 'deep' ? 'H*' : 'H'}
          </text>
        </>
      ) : (
        <>
          {isLeaf && <rect class="halo" x={x - 3} y={y - 3} width={width + 6} height={height + 6} rx={13} />}
          {isLeaf && <rect class="body" x={x} y={y} width={width} height={height} rx={10} />}
          {!isLeaf && (
            <rect
              class="plate"
              x={x + 6}
              y={y + 6}
              width={block.width - 12}
              height={block.height - 12}
              rx={6}
            />
          )}
          {state.kind === 'final' && (
            <rect class="ring" x={x + 4} y={y + 4} width={width - 8} height={height - 8} rx={7} />
          )}
          <BlockText block={block} x={x} y={y} />
          <InvokeReach state={state} block={block} x={x} y={y} />
        </>
      )}
    </g>
  )
}

/** Where a click leads on to the actor that a state invokes. */
function InvokeReach({ state, block, x, y }: { readonly state: ChartState; readonly block: Block } & Point) {
  let top = y + padding.y
  const places = block.lines.flatMap(({ icon, gap, height }) => {
    const place = { top: top + gap, height }
    top += gap + height
    return icon === 'actor' ? [place] : []
  })
  return (
    <>
      {state.invokes.map(({ id }, index) => {
        const place = places[index]
        if (place === undefined) return null
        return (
          <rect
            key={id}
            class="invoke"
            data-invoke={id}
            x={x + padding.x - 4}
            y={place.top}
            width={block.width - 2 * padding.x + 8}
            height={place.height}
            rx={4}
          />
        )
      })}
    </>
  )
}

function Mark({ box: { kind, x, y, width, height } }: { readonly box: LaidBox }) {
  if (kind === 'initial') return <circle class="mark" cx={x + width / 2} cy={y + height / 2} r={5} />
  return (
    <g class="anywhere">
      <rect x={x} y={y} width={width} height={height} rx={height / 2} />
      <text class="note" x={x + width / 2} y={y + height / 2 + 4} text-anchor="middle">
        {anywhereText}
      </text>
    </g>
  )
}

function spoken({ key, spec, kind }: ChartState, isActive: boolean): string {
  const parts = [`state ${key}`, isActive ? 'active' : '', kind === 'final' ? 'final' : '', spec ?? '']
  return parts.filter((part) => part !== '').join(', ')
}
