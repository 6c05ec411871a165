import { fromCallback } from 'xstate'
import type { SurroundingsEvent } from '../../machines/session-setup.js'
import { meansOf } from './means.js'

/** What happens around the client that is a reason to act at once. */
export interface Surroundings {
  /** Tells until the returned function is called: the network has come or changed, it has gone, the machine has woken. */
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
/** The same where nobody looks at the page: browsers let its timers run once a minute, and nothing has slept. */
const sleptHiddenMs = 75_000

interface Watcher {
  readonly tell: (event: SurroundingsEvent['type']) => void
}

/** What a page or a worker has; Node has none of it, and a worker is not hidden. */
type Site = Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> & {
  readonly document?: { readonly hidden: boolean }
}

/** One clock serves every client of the process. */
export class PlatformSurroundings implements Surroundings {
  readonly #site: Site
  readonly #watchers = new Set<Watcher>()
  #timer: ReturnType<typeof setInterval> | undefined
  #expectedMs = 0

  constructor(site: Site = globalThis) {
    this.#site = site
  }

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
    this.#site.addEventListener?.('online', this.#cameOnline)
    this.#site.addEventListener?.('offline', this.#wentOffline)
  }

  #end(): void {
    clearInterval(this.#timer)
    this.#site.removeEventListener?.('online', this.#cameOnline)
    this.#site.removeEventListener?.('offline', this.#wentOffline)
  }

  readonly #tick = (): void => {
    const now = Date.now()
    const lateMs = now - this.#expectedMs
    this.#expectedMs = now + tickMs
    if (lateMs > (this.#site.document?.hidden === true ? sleptHiddenMs : sleptMs)) this.#tell('system.woken')
  }

  readonly #cameOnline = (): void => this.#tell('network.online')
  readonly #wentOffline = (): void => this.#tell('network.offline')

  /** Who hears of it may stop to watch; nobody begins to before the turn has ended. */
  #tell(event: SurroundingsEvent['type']): void {
    for (const { tell } of this.#watchers) tell(event)
  }
}

/** Those of this platform: the browser's word on the network, and a clock that jumps after sleep. */
export const platformSurroundings: Surroundings = new PlatformSurroundings()
