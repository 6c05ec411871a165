import type { Observable } from 'rxjs'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toPresenceElement, type Presence, type PresenceInput } from '../stanza/presence.js'

/** One's own presence, and everybody else's as it comes. @see RFC 6121 §4 */
export interface PresenceFeature {
  readonly presence$: Observable<Presence>
  /**
   * Says how available one is, or with `to` only to somebody. What was said to everybody last is said again after a
   * reconnect.
   * @throws TransportError (`not-connected`) outside a session; RangeError for what cannot be sent
   */
  sendPresence(presence?: PresenceInput): void
}

/** The feature, and what the client does with it on coming online. */
export interface PresenceParts {
  readonly feature: PresenceFeature
  announce(): void
}

/**
 * @param initial what is announced until the app says something else; `false` for nothing
 * @see PresenceFeature
 */
export function createPresence(
  bus: StanzaBus,
  createId: () => string,
  initial: PresenceInput | false,
): PresenceParts {
  let last: PresenceInput | undefined = initial === false ? undefined : initial
  const send = (presence: PresenceInput) =>
    bus.send(toPresenceElement({ ...presence, id: presence.id ?? createId() }))
  return {
    feature: {
      presence$: bus.presence$,
      sendPresence: (presence = {}) => {
        send(presence)
        const isBroadcast = presence.to === undefined
        if (isBroadcast && presence.type === undefined) last = presence
        else if (isBroadcast && presence.type === 'unavailable') last = undefined
      },
    },
    announce: () => {
      if (last !== undefined) send(last)
    },
  }
}
