import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { cursor, cursorIndex, goTo, selectedActor, timeline } from '../model/signals.js'
import { recordWords, timeWords } from '../model/record-words.js'
import { theme } from '../theme.js'
import { paintSoon } from './paint.js'

/** All records from left to right; a click or a drag shows everything as it was there. */
export function Scrubber() {
  const { records } = timeline()
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = useSignal(0)
  const pointed = useSignal<number | undefined>(undefined)
  const last = Math.max(0, records.length - 1)
  const index = Math.max(0, cursorIndex.value)
  const record = records[index]

  useLayoutEffect(() => {
    const { current } = canvas
    if (current === null) return
    const observer = new ResizeObserver(() => {
      width.value = current.clientWidth
    })
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    if (canvas.current !== null) paintSoon(canvas.current, timeline(), selectedActor.value)
  }, [records, records.length, selectedActor.value, theme.value, width.value])

  const indexAt = (event: PointerEvent & { readonly currentTarget: HTMLElement }): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(last, Math.round(((event.clientX - left) / width) * last)))
  }
  const share = last === 0 ? 1 : index / last
  const at = pointed.value
  const pointedRecord = at === undefined ? undefined : records[at]
  return (
    <div
      class={cursor.value === 'live' ? 'scrubber live' : 'scrubber'}
      role="slider"
      aria-label="Time"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index}
      aria-valuetext={
        record === undefined
          ? 'nothing yet'
          : `${timeWords(timeline().timeOf(record))}, ${recordWords(record)}`
      }
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        goTo(indexAt(event))
      }}
      onPointerMove={(event) => {
        const found = indexAt(event)
        pointed.value = found
        if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(found)
      }}
      onPointerLeave={() => {
        pointed.value = undefined
      }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <i class="handle" style={{ left: `${share * 100}%` }} />
      {at !== undefined && pointedRecord !== undefined && (
        <span
          class="scrub-tip"
          aria-hidden="true"
          style={{ left: `clamp(90px, ${(at / Math.max(1, last)) * 100}%, calc(100% - 90px))` }}
        >
          <b>{timeWords(timeline().timeOf(pointedRecord))}</b> {recordWords(pointedRecord)}
        </span>
      )}
    </div>
  )
}
