import { fromCallback } from 'xstate'
import type { SurroundingsEvent } from '../../machines/session-setup.js'
import { meansOf } from './means.js'

/** What happens around the client that is a reason to act at once. */
export interface Surroundings {
  /** Tells until the returned function is called: the network has come or changed, the machine has woken. */
  watch(tell: (event: SurroundingsEvent['type']) => void): () => void
}

/** What is heard of them as long as it matters. */
export const watchSurroundings = fromCallback(({ sendBack, system }) =>
  meansOf(system).surroundings.watch((type) => sendBack({ type })),
)

/** How often the clock is read; a machine that sleeps misses some of it. */
const tickMs = 15_000
/** A clock that is ahead of its time by this much has slept. */
const sleptMs = 10_000

/** Those of this platform: the browser's word that the network is there, and a clock that jumps after sleep. */
export const platformSurroundings: Surroundings = {
  watch: (tell) => {
    const cameOnline = () => tell('network.online')
    let expectedMs = Date.now() + tickMs
    const timer = setInterval(() => {
      const now = Date.now()
      if (now - expectedMs > sleptMs) tell('system.woken')
      expectedMs = now + tickMs
    }, tickMs)
    if (typeof timer === 'object') timer.unref()
    const isBrowser = typeof globalThis.addEventListener === 'function'
    if (isBrowser) globalThis.addEventListener('online', cameOnline)
    return () => {
      clearInterval(timer)
      if (isBrowser) globalThis.removeEventListener('online', cameOnline)
    }
  },
}
