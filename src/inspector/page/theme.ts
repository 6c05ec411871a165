import { effect, signal } from '@preact/signals'

/** How the page is coloured; `system` until somebody chooses. */
export type Theme = 'system' | 'light' | 'dark'

const shelf = 'xmpp-machines.theme'

/** The colours of the page. */
export const theme = signal<Theme>('system')

/** Whether it is dark now. */
export function isDark(): boolean {
  return theme.value === 'system'
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : theme.value === 'dark'
}

/** From light to dark and back. */
export function toggleTheme(): void {
  theme.value = isDark() ? 'light' : 'dark'
  write(shelf, theme.value)
}

/** Takes up what was chosen before, and colours the page from now on. */
export function wearTheme(): void {
  const kept = read(shelf)
  if (kept === 'light' || kept === 'dark') theme.value = kept
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
}

/** What the browser keeps under a name; nothing where it keeps nothing. */
export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

/** Has the browser keep something, where it does. */
export function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Private windows and files may keep nothing.
  }
}
