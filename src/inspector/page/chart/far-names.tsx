import { useComputed } from '@preact/signals'
import type { LaidBox, Rectangle } from '../../drawing/layout.js'
import { farBelow, type Viewport } from './viewport.js'

interface Name extends Rectangle {
  readonly box: LaidBox
  readonly isLeaf: boolean
}

/** Of a name, in px of the pane. */
const size = 11
const characterWidth = 6.3

/** The names that find room where a chart is seen from so far that its own words are too small. */
export function FarNames(props: {
  readonly viewport: Viewport
  readonly boxes: readonly LaidBox[]
  readonly active: ReadonlySet<string>
}) {
  const { viewport, boxes, active } = props
  // In steps, so that not every frame of a movement looks for room anew.
  const steps = useComputed(() => Math.round(4 * Math.log2(viewport.view.value.scale))).value
  const scale = 2 ** (steps / 4)
  if (scale >= farBelow) return null
  return (
    <g class="far-names" aria-hidden="true" style={{ fontSize: `${size / scale}px` }}>
      {findRoom(boxes, active, scale).map(({ box, isLeaf, x, y, width, height }) => (
        <text
          key={box.id}
          class={`${isLeaf ? 'leaf' : 'group'}${active.has(box.id) ? ' active' : ''}`}
          x={x + width / 2}
          y={y + 0.75 * height}
        >
          {box.state?.key}
        </text>
      ))}
    </g>
  )
}

/** Active leaves first, then whatever holds others, from outside in; each in or beside its box, where no other name stands. */
function findRoom(boxes: readonly LaidBox[], active: ReadonlySet<string>, scale: number): readonly Name[] {
  const leaves = boxes.filter(({ state }) => state?.states.length === 0)
  const groups = boxes.filter(({ state }) => state !== undefined && state.states.length > 0)
  const isActive = ({ id }: LaidBox): boolean => active.has(id)
  const found: Name[] = []
  const isFree = (name: Name): boolean => !found.some((other) => meet(name, other))
  for (const box of [...leaves.filter(isActive), ...groups]) {
    const [name] = placesOf(box, scale)
    if (name !== undefined && isFree(name)) found.push(name)
  }
  for (const box of leaves.filter((each) => !isActive(each))) {
    const name = placesOf(box, scale).find(
      (each) => isFree(each) && leaves.every((other) => other === box || !meet(each, other)),
    )
    if (name !== undefined) found.push(name)
  }
  return found
}

/** Where a name may stand, best first. */
function placesOf(box: LaidBox, scale: number): readonly Name[] {
  const { state, x, y, width, height } = box
  if (state === undefined) return []
  const isLeaf = state.states.length === 0
  const gap = 3 / scale
  const name = {
    box,
    isLeaf,
    width: (state.key.length * characterWidth + 4) / scale,
    height: (size + 4) / scale,
  }
  if (!isLeaf) return [{ ...name, x: x + gap, y: y + gap }]
  const middle = y + (height - name.height) / 2
  return [
    { ...name, x: x + (width - name.width) / 2, y: middle },
    { ...name, x: x + width + gap, y: middle },
    { ...name, x: x - name.width - gap, y: middle },
  ]
}

function meet(one: Rectangle, other: Rectangle): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}
