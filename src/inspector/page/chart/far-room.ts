import type { LaidBox, LaidEdge, Point, Rectangle } from '../../drawing/layout.js'
import { triggerWords } from '../../drawing/trigger.js'
import type { ActorView, RunningTimer } from '../model/actor-view.js'
import { countdownSize } from './countdown.js'

/** What is said from far: where in the chart it stands, and how much room it takes there. */
export interface FarSign extends Rectangle {
  readonly id: string
  readonly kind: 'leaf' | 'group' | 'arrow' | 'timer'
  readonly text: string
}

/** What may be said of a chart. */
export interface FarMatter {
  /** All but the outermost one. */
  readonly boxes: readonly LaidBox[]
  readonly edges: readonly LaidEdge[]
  readonly timers: readonly BoxTimer[]
  readonly view: ActorView
  /** Whether a transition can happen now. */
  readonly isOpen: (id: string) => boolean
}

/** A time-out that runs, and the state that it leads out of. */
export interface BoxTimer {
  readonly timer: RunningTimer
  readonly box: LaidBox
}

/** Of words, in px of the pane. */
export const farSize = 11
const characterWidth = 6.3

/**
 * What finds room at a scale, the most important first: where things stand, what runs out, whatever holds others from outside in,
 * what was taken last, the other states, what can happen now. Nothing stands on another, nor on a state that is not its own.
 */
export function findRoom(
  { boxes, edges, timers, view, isOpen }: FarMatter,
  scale: number,
): readonly FarSign[] {
  const leaves = boxes.filter(({ state }) => state?.states.length === 0)
  const groups = boxes.filter(({ state }) => state !== undefined && state.states.length > 0)
  const [now, others] = [
    leaves.filter(({ id }) => view.active.has(id)),
    leaves.filter(({ id }) => !view.active.has(id)),
  ]
  const isTaken = (id: string): boolean => view.lastEdges.includes(id)
  const isLater = (id: string): boolean => isOpen(id) && !isTaken(id)
  const signs: FarSign[] = []
  const put = (places: readonly FarSign[], obstacles: readonly Rectangle[] = []): void => {
    const isFree = (place: FarSign): boolean =>
      !signs.some((other) => meet(place, other)) && !obstacles.some((other) => meet(place, other))
    signs.push(...places.filter(isFree).slice(0, 1))
  }
  for (const box of now) put(placesOfLeaf(box, scale))
  for (const { timer, box } of timers) {
    const name = signs.find(({ id }) => id === box.id) ?? box
    put(placesOfTimer(box, name, timerOf(timer, scale), scale), now)
  }
  for (const box of groups) put(cornersOf(box, wordsOf(box.id, 'group', box.state?.key ?? '', scale), scale))
  for (const edge of edges) put(placesOfArrow(edge, isTaken, scale), leaves)
  for (const box of others) {
    const obstacles = leaves.filter((other) => other !== box)
    put(placesOfLeaf(box, scale), obstacles)
  }
  for (const edge of edges) put(placesOfArrow(edge, isLater, scale), leaves)
  return signs
}

type Sign = Omit<FarSign, keyof Point>

function placesOfLeaf(box: LaidBox, scale: number): readonly FarSign[] {
  const name = wordsOf(box.id, 'leaf', box.state?.key ?? '', scale)
  return [{ ...name, ...middleOf(box, name) }, ...placesBeside(box, name, scale)]
}

/** Beside its state and the name of it, or in a corner of one that holds others. */
function placesOfTimer(box: LaidBox, name: Rectangle, timer: Sign, scale: number): readonly FarSign[] {
  return box.state?.states.length === 0
    ? placesBeside(hullOf(box, name), timer, scale)
    : cornersOf(box, timer, scale).slice(1)
}

/** Inside: top left, top right, bottom left. */
function cornersOf(box: Rectangle, sign: Sign, scale: number): readonly FarSign[] {
  const gap = 3 / scale
  const top = { ...sign, x: box.x + gap, y: box.y + gap }
  const [right, bottom] = [box.x + box.width - sign.width - gap, box.y + box.height - sign.height - gap]
  return [top, { ...top, x: right }, { ...top, y: bottom }]
}

/** Where its own words stand, or beside its line; nowhere, where none of its transitions is meant. */
function placesOfArrow(
  { label, transitions, points }: LaidEdge,
  isMeant: (id: string) => boolean,
  scale: number,
): readonly FarSign[] {
  const meant = transitions.find(({ id }) => isMeant(id))
  if (meant === undefined || label === undefined) return []
  const words = wordsOf(meant.id, 'arrow', triggerWords(meant.trigger), scale)
  const middle = middleOf(label, words)
  const ends = [points.at(0), points.at(-1)].flatMap((end) => end ?? [])
  return [{ ...words, ...middle }, ...ends.map(({ x }) => ({ ...words, x: x + 4 / scale, y: middle.y }))]
}

function placesBeside(box: Rectangle, sign: Sign, scale: number): readonly FarSign[] {
  const gap = 3 / scale
  const { x, y } = middleOf(box, sign)
  return [
    { ...sign, x: box.x + box.width + gap, y },
    { ...sign, x: box.x - sign.width - gap, y },
    { ...sign, x, y: box.y - sign.height - gap },
    { ...sign, x, y: box.y + box.height + gap },
  ]
}

function wordsOf(id: string, kind: FarSign['kind'], text: string, scale: number): Sign {
  return { id, kind, text, width: (text.length * characterWidth + 4) / scale, height: (farSize + 4) / scale }
}

function timerOf({ edge, ms }: RunningTimer, scale: number): Sign {
  const { width, height } = countdownSize(ms)
  return { id: edge, kind: 'timer', text: '', width: width / scale, height: height / scale }
}

const middleOf = (around: Rectangle, inside: Pick<Rectangle, 'width' | 'height'>): Point => ({
  x: around.x + (around.width - inside.width) / 2,
  y: around.y + (around.height - inside.height) / 2,
})

function hullOf(one: Rectangle, other: Rectangle): Rectangle {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)]
  const width = Math.max(one.x + one.width, other.x + other.width) - x
  return { x, y, width, height: Math.max(one.y + one.height, other.y + other.height) - y }
}

function meet(one: Rectangle, other: Rectangle): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}
