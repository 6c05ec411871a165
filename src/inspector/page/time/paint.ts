import { isOfActor } from '../model/record-words.js'
import type { Timeline } from '../model/timeline.js'
import { mark, Marks } from './marks.js'

const marks = new Marks()

/** Painting takes at most this part of the time. */
const share = 20
let timer: ReturnType<typeof setTimeout> | undefined
let freeAt = 0

/** Paints at once where the last painting was cheap or long ago, else a little later. */
export function paintSoon(canvas: HTMLCanvasElement, timeline: Timeline, chosen: string | undefined): void {
  clearTimeout(timer)
  timer = setTimeout(
    () => {
      const begun = performance.now()
      paint(canvas, timeline, chosen)
      freeAt = performance.now() + (performance.now() - begun) * share
    },
    Math.max(0, freeAt - performance.now()),
  )
}

const colors = ['--mark', '--mark-wire', '--accent', '--failure'] as const

/** Draws how much happened, what of it the chosen actor did, and what went wrong. */
function paint(canvas: HTMLCanvasElement, timeline: Timeline, chosen: string | undefined): void {
  const { clientWidth: width, clientHeight: height } = canvas
  const context = canvas.getContext('2d')
  if (context === null || width === 0) return
  const density = devicePixelRatio
  canvas.width = width * density
  canvas.height = height * density
  context.scale(density, density)
  const style = getComputedStyle(canvas)
  const [event = '', stanza = '', chosenOne = '', failure = ''] = colors.map((name) =>
    style.getPropertyValue(name),
  )
  // Every column stands for as many records as the others.
  const each = Math.max(1, Math.ceil(timeline.records.length / (width / 2)))
  const columns = gather(timeline, chosen, each)
  const step = (width * each) / Math.max(1, timeline.records.length)
  const bar = step < 4 ? step : Math.min(step - 1.5, 10)
  const most = Math.max(1, ...columns.map((column) => column.all))
  const floor = height - 4
  const room = height - 14
  columns.forEach(({ all, wire, failures, own }, index) => {
    if (all === 0) return
    const x = index * step
    const tall = 4 + (room - 4) * Math.sqrt(all / most) * (each === 1 ? 0.6 : 1)
    const low = tall * (wire / all)
    context.fillStyle = event
    context.fillRect(x, floor - tall, bar, tall - low)
    context.fillStyle = stanza
    context.fillRect(x, floor - low, bar, low)
    if (own) {
      context.fillStyle = chosenOne
      context.fillRect(x, floor - tall, bar, tall)
    }
    if (failures > 0) {
      context.fillStyle = failure
      context.fillRect(x, 3, Math.max(2, bar), height - 7)
    }
  })
}

interface Column {
  all: number
  wire: number
  failures: number
  /** The chosen actor did something. */
  own: boolean
}

function gather(timeline: Timeline, chosen: string | undefined, each: number): readonly Column[] {
  const { records } = timeline
  const found = marks.of(timeline)
  const columns = Array.from({ length: Math.ceil(records.length / each) }, (): Column => ({
    all: 0,
    wire: 0,
    failures: 0,
    own: false,
  }))
  for (let index = 0; index < records.length; index += 1) {
    const column = columns[Math.floor(index / each)]
    const record = records[index]
    if (column === undefined || record === undefined) continue
    column.all += 1
    if (found[index] === mark.wire) column.wire += 1
    if (found[index] === mark.failure) column.failures += 1
    if (chosen !== undefined && !column.own) column.own = isOfActor(record, chosen)
  }
  return columns
}
