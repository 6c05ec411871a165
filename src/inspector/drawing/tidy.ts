import type { LaidBox, Point, Rectangle } from './layout.js'

/** Jogs up to this many px look like mistakes and are ironed out. */
const jogLimit = 6

/** Irons little steps out of an orthogonal line and leaves only its corners. */
export function straighten(points: readonly Point[]): readonly Point[] {
  const snapped: Point[] = []
  for (const point of points) {
    const before = snapped.at(-1)
    snapped.push(...(before === undefined ? [point] : wayOn(before, point)))
  }
  return snapped.filter((point, index) => !isBetween(point, snapped[index - 1], snapped[index + 1]))
}

/** Nowhere for a little step, and around a corner where those that were ironed out have added up to one that is none. */
function wayOn(before: Point, to: Point): readonly Point[] {
  const point = { x: snap(to.x, before.x), y: snap(to.y, before.y) }
  const [aside, along] = [Math.abs(point.x - before.x), Math.abs(point.y - before.y)]
  if (aside === 0 && along === 0) return []
  if (aside === 0 || along === 0) return [point]
  return [aside < along ? { x: point.x, y: before.y } : { x: before.x, y: point.y }, point]
}

function snap(value: number, before: number): number {
  return Math.abs(value - before) <= jogLimit ? before : value
}

function isBetween({ x, y }: Point, before: Point | undefined, after: Point | undefined): boolean {
  if (before === undefined || after === undefined) return false
  return (before.x === x && x === after.x) || (before.y === y && y === after.y)
}

/** Regions that stand side by side get one top and one bottom edge, unless something else stands in the way. */
export function alignRegions(
  regions: readonly LaidBox[],
  obstacles: readonly Rectangle[] = [],
): readonly LaidBox[] {
  const top = Math.min(...regions.map(({ y }) => y))
  const bottom = Math.max(...regions.map(({ y, height }) => y + height))
  const isBeside = regions.every((one) =>
    regions.every((other) => one === other || one.x + one.width <= other.x || other.x + other.width <= one.x),
  )
  const aligned = regions.map((region) => ({ ...region, y: top, height: bottom - top }))
  const isFree = aligned.every((region) => obstacles.every((obstacle) => isClear(region, obstacle)))
  return isBeside && isFree ? aligned : regions
}

function isClear(one: Rectangle, other: Rectangle): boolean {
  return (
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y
  )
}

/** Whether a line begins or ends on the border of a box. */
export function touches(points: readonly Point[], { x, y, width, height }: Rectangle): boolean {
  return [points.at(0), points.at(-1)].some(
    (end) => end !== undefined && end.x >= x && end.x <= x + width && (end.y === y || end.y === y + height),
  )
}
