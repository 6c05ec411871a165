import { goTo } from './model/signals.js'
import { goLive, step, togglePlaying } from './time/playing.js'
import { closeHints, toggleHints } from './hints.js'
import { toggleTheme } from './theme.js'

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
    case '+':
    case '=':
      return press('Nearer')
    case '-':
      return press('Farther')
    case '0':
      return press('All of it')
    case 'f':
      return press('Follow the active state')
    case 't':
      return toggleTheme
    case '?':
      return toggleHints
    case 'Escape':
      return closeHints
    default:
      return undefined
  }
}

/** Does what a button of the chart does, where there is one. */
function press(name: string): () => void {
  return () => document.querySelector<HTMLElement>(`[aria-label="${name}"]`)?.click()
}
