import { goTo } from './model/signals.js'
import { follows } from './chart/follows.js'
import { goLive, step, togglePlaying } from './time/playing.js'
import { toggleTheme } from './theme.js'

/** Keys that work wherever nothing else takes them. */
export const shortcuts: readonly (readonly [keys: string, deed: string])[] = [
  ['← →', 'one record back or on; with Shift ten'],
  ['Space', 'play or pause'],
  ['Home End', 'the first record, the live end'],
  ['/', 'search'],
  ['+ − 0 F', 'nearer, farther, all of the chart, follow'],
  ['T', 'light or dark'],
]

/** Listens for as long as the page is there. */
export function listenForKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, shiftKey, target } = event
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (!(target instanceof Element) || target.closest('input, textarea, select, [contenteditable]')) return
    if (key === ' ' && target.closest('button, a, summary') !== null) return
    const deed = deedOf(key, shiftKey)
    if (deed === undefined) return
    event.preventDefault()
    deed()
  })
}

function deedOf(key: string, isFar: boolean): (() => void) | undefined {
  switch (key) {
    case 'ArrowLeft':
      return () => step(isFar ? -10 : -1)
    case 'ArrowRight':
      return () => step(isFar ? 10 : 1)
    case ' ':
      return togglePlaying
    case 'Home':
      return () => goTo(0)
    case 'End':
      return goLive
    case '/':
      return () => document.querySelector<HTMLElement>('#search')?.focus()
    case '0':
      return () => document.querySelector<HTMLElement>('[aria-label="All of it"]')?.click()
    case 'f':
      return () => {
        follows.value = !follows.value
      }
    case 't':
      return toggleTheme
    default:
      return undefined
  }
}
