import { effect } from '@preact/signals'
import { timeline } from '../model/signals.js'
import type { Pane } from './pane.js'

const slice = 500
const budgetMs = 8
const pauseMs = 16

/** Has panes read what is recorded before somebody opens them: a little at a time, whenever there is more. */
export function readAhead(panes: readonly Pane[]): void {
  const readers = panes.flatMap(({ readOn }) => readOn ?? [])
  let timer: ReturnType<typeof setTimeout> | undefined
  const read = (): void => {
    timer = undefined
    const end = performance.now() + budgetMs
    for (const readOn of readers) {
      while (!readOn(slice)) if (performance.now() > end) return readSoon()
    }
  }
  const readSoon = (): void => {
    timer ??= setTimeout(read, pauseMs)
  }
  effect(() => {
    timeline()
    readSoon()
  })
}
