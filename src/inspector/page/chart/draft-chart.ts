import { planArrows } from '../../drawing/arrows.js'
import { toBlock } from '../../drawing/block.js'
import type { ChartGraph, ChartState } from '../../drawing/graph.js'
import { margin, type ChartLayout, type LaidBox, type Point } from '../../drawing/layout.js'

const gap = 20

/** A state with a size, and a place for each state inside, from its own top left corner. */
interface Draft {
  readonly box: LaidBox
  readonly inside: readonly (Point & { readonly draft: Draft })[]
}

/** All states of a chart in rows, each inside its own: where nothing is known yet of the ways between them. */
export function draftChart(graph: ChartGraph): ChartLayout {
  const { inner } = planArrows(graph)
  const toDraft = (state: ChartState, isRegion: boolean): Draft => {
    const block = toBlock(state, inner.get(state.id) ?? [], state === graph.root ? 'chart' : 'name')
    const drafts = state.states.map((child) => toDraft(child, state.kind === 'parallel'))
    const around = state === graph.root ? margin : gap
    const rows = inRows(drafts, block.width)
    const box = { id: state.id, kind: state.kind, state, block, isRegion, x: 0, y: 0 }
    if (drafts.length === 0) return { box: { ...box, width: block.width, height: block.height }, inside: [] }
    return {
      box: {
        ...box,
        width: Math.max(block.width, rows.width + 2 * around),
        height: block.height + rows.height + 2 * around,
      },
      inside: rows.places.map(({ x, y, draft }) => ({ x: x + around, y: y + block.height + around, draft })),
    }
  }
  const boxes = boxesOf(toDraft(graph.root, false), { x: 0, y: 0 })
  const [root] = boxes
  return { width: root?.width ?? 0, height: root?.height ?? 0, boxes, edges: [] }
}

/** From left to right and on in the next row, about as wide as high. */
function inRows(drafts: readonly Draft[], least: number) {
  const area = drafts.reduce((sum, { box }) => sum + (box.width + gap) * (box.height + gap), 0)
  const limit = Math.max(least, Math.sqrt(area) * 1.2)
  const places: (Point & { readonly draft: Draft })[] = []
  let [x, y, tallest, width] = [0, 0, 0, 0]
  for (const draft of drafts) {
    if (x > 0 && x + draft.box.width > limit) {
      x = 0
      y += tallest + gap
      tallest = 0
    }
    places.push({ x, y, draft })
    width = Math.max(width, x + draft.box.width)
    tallest = Math.max(tallest, draft.box.height)
    x += draft.box.width + gap
  }
  return { places, width, height: y + tallest }
}

function boxesOf({ box, inside }: Draft, { x, y }: Point): readonly LaidBox[] {
  return [
    { ...box, x, y },
    ...inside.flatMap((each) => boxesOf(each.draft, { x: x + each.x, y: y + each.y })),
  ]
}
