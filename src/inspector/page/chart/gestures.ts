import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'
import { follows } from './follows.js'
import type { Viewport } from './viewport.js'

const keyStep = 60

/** Pans and zooms by mouse, wheel and touch; pans by Shift with the arrows. */
export function useGestures(pane: RefObject<HTMLElement | null>, viewport: Viewport): void {
  useEffect(() => {
    const { current } = pane
    if (current === null) return
    const abortion = new AbortController()
    listen(current, viewport, abortion.signal)
    return () => abortion.abort()
  }, [viewport])
}

interface Place {
  readonly x: number
  readonly y: number
}

/** Where a pointer is, and where it was put down. */
interface Finger extends Place {
  readonly begun: Place
}

function listen(pane: HTMLElement, viewport: Viewport, signal: AbortSignal): void {
  const fingers = new Map<number, Finger>()
  const place = ({ clientX, clientY }: PointerEvent | WheelEvent): Place => {
    const { left, top } = pane.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }
  const wheel = (event: WheelEvent): void => {
    event.preventDefault()
    if (event.ctrlKey || event.metaKey || isMouseWheel(event)) {
      viewport.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), place(event))
    } else {
      panByHand(viewport, -event.deltaX, -event.deltaY)
    }
  }
  const down = (event: PointerEvent): void => {
    if (event.target instanceof Element && event.target.closest('button') !== null) return
    if (event.button === 0) fingers.set(event.pointerId, { ...place(event), begun: place(event) })
  }
  const up = ({ pointerId }: PointerEvent): void => {
    fingers.delete(pointerId)
    pane.classList.remove('held')
  }
  const move = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId)
    if (before === undefined) return
    // It was let go elsewhere.
    if (event.buttons === 0) return up(event)
    const now = place(event)
    const { begun } = before
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, finger]) => finger)
    if (other === undefined) panByHand(viewport, now.x - before.x, now.y - before.y)
    else {
      const part =
        Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y)
      viewport.zoom(part, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 })
    }
    if (Math.hypot(now.x - begun.x, now.y - begun.y) > 3) {
      pane.setPointerCapture(event.pointerId)
      pane.classList.add('held')
    }
    fingers.set(event.pointerId, { ...now, begun })
  }
  const key = (event: KeyboardEvent): void => {
    const deed = deedOf(event, viewport)
    if (deed === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    deed()
  }
  pane.addEventListener('wheel', wheel, { signal, passive: false })
  pane.addEventListener('pointerdown', down, { signal })
  pane.addEventListener('pointermove', move, { signal })
  pane.addEventListener('pointerup', up, { signal })
  pane.addEventListener('pointercancel', up, { signal })
  pane.addEventListener('keydown', key, { signal })
}

function deedOf({ key, shiftKey }: KeyboardEvent, viewport: Viewport): (() => void) | undefined {
  const step = steps.get(key)
  if (!shiftKey || step === undefined) return undefined
  return () => panByHand(viewport, step[0] * keyStep, step[1] * keyStep)
}

/** Whoever looks elsewhere is not taken back. */
function panByHand(viewport: Viewport, dx: number, dy: number): void {
  if (dx !== 0 || dy !== 0) follows.value = false
  viewport.pan(dx, dy)
}

const steps: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowLeft', [1, 0]],
  ['ArrowRight', [-1, 0]],
  ['ArrowUp', [0, 1]],
  ['ArrowDown', [0, -1]],
])

/** A wheel with notches turns far at once and in one direction; two fingers on a pad do not. */
const isMouseWheel = ({ deltaX, deltaY, deltaMode }: WheelEvent): boolean =>
  deltaMode !== 0 || (deltaX === 0 && Math.abs(deltaY) >= 60)
