import { signal, type Signal } from '@preact/signals'
import type { Point, Rectangle } from '../../drawing/layout.js'

/** What part of a chart is seen: a point of the chart is shown at `scale * point + (x, y)`, in px of the pane. */
export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** At a smaller scale nobody can read the words of a chart. */
export const farBelow = 0.5

const scales = { least: 0.03, most: 3, readable: 0.72, roomy: 0.85, usual: 1 }
const edge = 24
/** What stands over the lower right corner of a pane is so wide. */
const corner = 164
const glideMs = 260

/** One pane through which a chart is seen. */
export class Viewport {
  readonly view: Signal<View> = signal({ x: 0, y: 0, scale: 1 })
  /** Of the pane, in px. */
  readonly size: Signal<Size> = signal({ width: 0, height: 0 })
  #frame = 0
  #chart: Size = { width: 0, height: 0 }

  /** Shows all of it, at most at its own size. */
  fit(chart: Size): void {
    const { width, height } = this.size.value
    const scale = clamp(this.#scaleOf(chart), scales.least, scales.usual)
    this.#glide({ x: (width - chart.width * scale) / 2, y: (height - chart.height * scale) / 2, scale })
  }

  /** Shows all of it where that can be read, else the first of some places that can be, else the last of them. */
  begin(chart: Size, places: readonly Rectangle[]): void {
    this.#chart = chart
    this.fit(chart)
    this.#settle()
    const place = this.#fitting(places, scales.readable)
    if (this.view.value.scale >= scales.readable || place === undefined) return
    this.#show({ ...place, scale: clamp(this.#scaleOf(place), scales.readable, scales.roomy) })
    this.#settle()
  }

  /** Brings the first of some places that fits into view, else the last of them, with the least movement; leaves the scale where that can be read. */
  follow(places: readonly Rectangle[], { force = false } = {}): void {
    const { x, y, scale: now } = this.view.value
    const scale = Math.max(now, force ? scales.readable : 0)
    const place = this.#fitting(places, scale)
    if (place === undefined) return
    const left = place.x * now + x
    const top = place.y * now + y
    const isSeen =
      left >= 0 &&
      top >= 0 &&
      left + place.width * now <= this.size.value.width &&
      top + place.height * now <= this.size.value.height
    if (!isSeen || force) this.#show({ ...place, scale })
  }

  /** Around a point of the pane, or its middle. */
  zoom(factor: number, at = { x: this.size.value.width / 2, y: this.size.value.height / 2 }): void {
    const { x, y, scale } = this.view.value
    const next = clamp(scale * factor, scales.least, scales.most)
    const part = next / scale
    this.#stop()
    this.view.value = { x: at.x - (at.x - x) * part, y: at.y - (at.y - y) * part, scale: next }
  }

  /** Brings a point of the chart to the middle. */
  center({ x, y }: Point): void {
    const { scale } = this.view.value
    const { width, height } = this.size.value
    this.#stop()
    this.view.value = { x: width / 2 - x * scale, y: height / 2 - y * scale, scale }
  }

  /** Moves the chart by px of the pane. */
  pan(dx: number, dy: number): void {
    const { x, y, scale } = this.view.value
    this.#stop()
    this.view.value = { x: x + dx, y: y + dy, scale }
  }

  /** At which all of something just fits. */
  #scaleOf({ width, height }: Size): number {
    const pane = this.size.value
    return Math.min((pane.width - 2 * edge) / width, (pane.height - 2 * edge) / height)
  }

  #fitting(places: readonly Rectangle[], scale: number): Rectangle | undefined {
    return places.find((place) => this.#scaleOf(place) >= scale) ?? places.at(-1)
  }

  /** In the middle, unless that would show what lies beyond the chart. */
  #show({ x, y, width, height, scale }: Rectangle & { readonly scale: number }): void {
    const pane = this.size.value
    this.#glide({
      x: toOffset((x + width / 2) * scale, this.#chart.width * scale, pane.width, corner),
      y: toOffset((y + height / 2) * scale, this.#chart.height * scale, pane.height, edge),
      scale,
    })
  }

  #target: View | undefined

  #glide(target: View): void {
    this.#stop()
    this.#target = target
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return this.#settle()
    const from = this.view.value
    const begun = performance.now()
    const step = (now: number): void => {
      const part = Math.min(1, Math.max(0, now - begun) / glideMs)
      const eased = 1 - (1 - part) ** 3
      this.view.value = {
        x: from.x + (target.x - from.x) * eased,
        y: from.y + (target.y - from.y) * eased,
        scale: from.scale + (target.scale - from.scale) * eased,
      }
      if (part < 1) this.#frame = requestAnimationFrame(step)
    }
    this.#frame = requestAnimationFrame(step)
  }

  /** Ends a movement where it leads to. */
  #settle(): void {
    cancelAnimationFrame(this.#frame)
    if (this.#target !== undefined) this.view.value = this.#target
    this.#target = undefined
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame)
    this.#target = undefined
  }
}

/** Where a chart of a length begins in a pane, for a point of it to stand as near to the middle as can be; so much is free at its end. */
function toOffset(point: number, chart: number, pane: number, free: number): number {
  if (chart + 2 * edge <= pane) return (pane - chart) / 2
  return clamp(pane / 2 - point, pane - chart - free, edge)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
