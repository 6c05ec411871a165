import { distinctUntilChanged, map } from 'rxjs'
import { TransportError } from '../errors.js'
import { toClientStateElement, type ClientActivity } from '../stanza/client-state.js'
import { toPingElement } from '../stanza/ping.js'
import * as ns from '../xml/namespaces.js'
import type { FeatureHost } from './feature-host.js'

/** Whether somebody is looking: the server may keep back what can wait while nobody is. */
export interface ClientStateFeature {
  /** What was said last; `active` from the start. */
  readonly activity: ClientActivity
  /** Somebody is looking: what was kept back comes now. */
  active(): void
  /** Nobody is: presence and the like may wait. */
  inactive(): void
}

const feature = `{${ns.clientState}}csi`

/**
 * Client state for a client: `client.use(clientState)`. What was said holds for every stream to come: a server takes each new
 * one for active, one that resumes a session too. Where a server does not offer it nothing is said.
 * @example
 * const attention = client.use(clientState)
 * document.addEventListener('visibilitychange', () => (document.hidden ? attention.inactive() : attention.active()))
 * @see XEP-0352
 */
export function clientState({ bus, state$ }: FeatureHost): ClientStateFeature {
  let activity: ClientActivity = 'active'
  let isOffered = false

  const say = () => {
    if (!isOffered) return
    try {
      bus.send(toClientStateElement(activity))
      // A server may keep back what it was just about to write: whatever is on its way comes before the answer.
      if (activity === 'inactive')
        bus.request({ type: 'get', payload: toPingElement() }).catch(() => undefined)
    } catch (error) {
      // The next stream is told.
      if (!(error instanceof TransportError)) throw error
    }
  }
  const become = (next: ClientActivity) => {
    if (next === activity) return
    activity = next
    say()
  }

  state$
    .pipe(
      map((state) => state.status === 'online' && state.features.includes(feature)),
      distinctUntilChanged(),
    )
    .subscribe((offered) => {
      isOffered = offered
      if (activity === 'inactive') say()
    })

  return {
    get activity() {
      return activity
    },
    active: () => become('active'),
    inactive: () => become('inactive'),
  }
}
