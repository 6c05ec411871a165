import type { Observable } from 'rxjs'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toPresenceElement, type Presence, type PresenceInput } from '../stanza/presence.js'

/** One's own presence, and everybody else's as it comes. @see RFC 6121 §4 */
export interface PresenceFeature {
  readonly presence$: Observable<Presence>
  /**
   * Says how available one is, or with `to` only to somebody.
   * @throws TransportError (`not-connected`) outside a session; RangeError for what cannot be sent
   */
  sendPresence(presence?: PresenceInput): void
}

/** @see PresenceFeature */
export function createPresence(bus: StanzaBus): PresenceFeature {
  return {
    presence$: bus.presence$,
    sendPresence: (presence = {}) => bus.send(toPresenceElement(presence)),
  }
}
