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

interface Watcher {
  readonly tell: (event: SurroundingsEvent['type']) => void
}

/** One clock serves every client of the process. */
class PlatformSurroundings implements Surroundings {
  readonly #watchers = new Set<Watcher>()
  readonly #isBrowser = typeof globalThis.addEventListener === 'function'
  #timer: ReturnType<typeof setInterval> | undefined
  #expectedMs = 0

  watch(tell: Watcher['tell']): () => void {
    const watcher: Watcher = { tell }
    if (this.#watchers.size === 0) this.#begin()
    this.#watchers.add(watcher)
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#end()
    }
  }

  #begin(): void {
    this.#expectedMs = Date.now() + tickMs
    this.#timer = setInterval(this.#tick, tickMs)
    if (typeof this.#timer === 'object') this.#timer.unref()
    if (this.#isBrowser) globalThis.addEventListener('online', this.#cameOnline)
  }

  #end(): void {
    clearInterval(this.#timer)
    if (this.#isBrowser) globalThis.removeEventListener('online', this.#cameOnline)
  }

  readonly #tick = (): void => {
    const now = Date.now()
    const slept = now - this.#expectedMs > sleptMs
    this.#expectedMs = now + tickMs
    if (slept) this.#tell('system.woken')
  }

  readonly #cameOnline = (): void => this.#tell('network.online')

  /** Who hears of it may stop to watch; nobody begins to before the turn has ended. */
  #tell(event: SurroundingsEvent['type']): void {
    for (const { tell } of this.#watchers) tell(event)
  }
}

/** Those of this platform: the browser's word that the network is there, and a clock that jumps after sleep. */
export const platformSurroundings: Surroundings = new PlatformSurroundings()
