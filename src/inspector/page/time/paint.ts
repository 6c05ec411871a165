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

/** Draws how much happened, what went wrong, and above that what the chosen actor did. */
function paint(canvas: HTMLCanvasElement, timeline: Timeline, chosen: string | undefined): void {
  const { clientWidth: width, clientHeight: height } = canvas
  const context = canvas.getContext('2d')
  if (context === null || width === 0) return
  const density = devicePixelRatio
  canvas.width = width * density
  canvas.height = height * density
  context.scale(density, density)
  const style = getComputedStyle(canvas)
  const color = (name: string): string => style.getPropertyValue(name)
  const columns = gather(timeline, chosen, width)
  const most = Math.max(1, ...columns.count)
  const floor = height - 4
  const room = height - 14
  for (let x = 0; x < width; x += 1) {
    const count = columns.count[x] ?? 0
    if (count > 0) {
      const tall = 3 + (room - 3) * Math.sqrt(count / most)
      const wire = tall * ((columns.wire[x] ?? 0) / count)
      context.fillStyle = color('--mark')
      context.fillRect(x, floor - tall, 1, tall - wire)
      context.fillStyle = color('--mark-wire')
      context.fillRect(x, floor - wire, 1, wire)
    }
    if ((columns.chosen[x] ?? 0) > 0) {
      context.fillStyle = color('--accent')
      context.fillRect(x, 2, 1.5, 5)
    }
  }
  context.fillStyle = color('--failure')
  for (let x = 0; x < width; x += 1) {
    if ((columns.failure[x] ?? 0) > 0) context.fillRect(x - 0.5, 2, 2, height - 6)
  }
}

function gather(timeline: Timeline, chosen: string | undefined, width: number) {
  const { records } = timeline
  const found = marks.of(timeline)
  const last = Math.max(1, records.length - 1)
  const [count, wire, failure, own] = [0, 0, 0, 0].map(() => new Uint32Array(width))
  for (let index = 0; index < records.length; index += 1) {
    const x = Math.min(width - 1, Math.floor((index / last) * width))
    if (count !== undefined) count[x] = (count[x] ?? 0) + 1
    if (found[index] === mark.wire && wire !== undefined) wire[x] = (wire[x] ?? 0) + 1
    if (found[index] === mark.failure && failure !== undefined) failure[x] = (failure[x] ?? 0) + 1
    const record = records[index]
    if (record !== undefined && chosen !== undefined && own !== undefined && isOfActor(record, chosen))
      own[x] = 1
  }
  return { count: count ?? [], wire: wire ?? [], failure: failure ?? [], chosen: own ?? [] }
}
