import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo, useReducer } from 'preact/hooks'

/** What is seen of a box, in px. */
export interface View {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** Which ways of a box matter to what is drawn in it. */
type Axes = 'vertical' | 'both'

/** Where a box is to be scrolled to, from where it is; nothing where that will do. */
export type Goal = (view: View) => { readonly top?: number; readonly left?: number }

/** Whoever is so near the end is at it, in px. */
const endRoom = 24

/** Where a box is scrolled to, or is about to be: what will be seen there is drawn at once, not once it has been scrolled. */
export class Scroll {
  /** Where the box is, once it is drawn. */
  readonly box: RefObject<HTMLDivElement | null> = { current: null }
  readonly #axes: Axes
  readonly #redraw: () => void
  /** A likely size, until the box has one. */
  #view: View = { top: 0, left: 0, height: 400, width: 600 }
  #isPlaced = false
  #isAtEnd = true
  #goals: Goal[] = []

  /** `axes`: `vertical` where what is drawn is the same however wide the box is, and wherever from left to right. */
  constructor(axes: Axes, redraw: () => void) {
    this.#axes = axes
    this.#redraw = redraw
  }

  /** Nobody has scrolled away from the end: what is added there is to be seen. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  get view(): View {
    return this.#view
  }

  /** To be called by whoever draws, before they look at `view`. */
  seek(goal: Goal): void {
    const { top, left } = this.#view
    this.#view = { ...this.#view, ...goal(this.#view) }
    const isMoved = this.#view.top !== top || this.#view.left !== left
    if (isMoved || !this.#isPlaced) this.#goals.push(goal)
  }

  /** After drawing: the box follows. */
  settle(): void {
    const { current: box } = this.box
    if (box === null || this.#goals.length === 0) return
    if (!this.#isPlaced) this.#place(viewOf(box))
    this.#goals = []
    box.scrollTop = this.#view.top
    box.scrollLeft = this.#view.left
  }

  /** The box has been scrolled. */
  readonly follow = (): void => {
    const { current: box } = this.box
    if (box !== null) this.#isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - endRoom
    this.look()
  }

  /** The box has been scrolled, or has got another size. */
  readonly look = (): void => {
    const { current: box } = this.box
    if (box === null) return
    if (!this.#isPlaced) return this.#place(viewOf(box))
    const { top, left, height, width } = this.#view
    this.#view = viewOf(box)
    const isSame =
      this.#view.top === top &&
      this.#view.height === height &&
      (this.#axes === 'vertical' || (this.#view.left === left && this.#view.width === width))
    if (!isSame) this.#redraw()
  }

  #place(view: View): void {
    const { height, width } = this.#view
    this.#isPlaced = true
    this.#view = this.#goals.reduce((each, goal) => ({ ...each, ...goal(each) }), view)
    if (view.height > height || (this.#axes === 'both' && view.width !== width)) this.#redraw()
  }
}

/** Of a box that is in the document as long as whoever draws it. */
export function useScroll(axes: Axes): Scroll {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const scroll = useMemo(() => new Scroll(axes, () => redraw(undefined)), [])
  useLayoutEffect(() => scroll.settle())
  useLayoutEffect(() => {
    const { current } = scroll.box
    if (current === null) return
    const observer = new ResizeObserver(scroll.look)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return scroll
}

function viewOf({
  scrollTop: top,
  scrollLeft: left,
  clientHeight: height,
  clientWidth: width,
}: HTMLElement): View {
  return { top, left, height, width }
}
