import type { Audience } from '../router/trust.js'
import type { PresenceWords, SessionPresence } from './presence.js'
import type { RosterStore } from './roster.js'

/** Who could see anyway that this client is there. */
export class SessionAudience implements Audience {
  readonly #presence: SessionPresence
  readonly #words: PresenceWords
  readonly #roster: RosterStore

  constructor(presence: SessionPresence, words: PresenceWords, roster: RosterStore) {
    this.#presence = presence
    this.#words = words
    this.#roster = roster
  }

  isShown(): boolean {
    return this.#presence.isShown
  }

  isSubscriber(bare: string): boolean {
    return ['from', 'both'].includes(this.#roster.find(bare)?.subscription ?? '')
  }

  wasTold(bare: string): boolean {
    return this.#words.wasTold(bare)
  }
}
