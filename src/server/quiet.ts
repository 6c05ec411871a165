import type { ClientActivity } from '../stanza/client-state.js'
import { findRoomUser } from '../stanza/muc.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { isOnlyChatState } from './offline.js'

/**
 * What a client need not be woken for while nobody looks at it: the latest presence of each address is kept until something
 * else is sent, and how somebody types is not told at all.
 * @see XEP-0352 §3.3
 */
export class Quiet {
  readonly #limit: number
  readonly #presences = new Map<string, XmlElement>()
  #activity: ClientActivity = 'active'

  /** @param limit presences that are kept; at the limit they are all let go */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** What the client says of itself. */
  set(activity: ClientActivity): void {
    this.#activity = activity
  }

  /** What is to be sent now, where this would be sent at once. */
  pass(element: XmlElement): readonly XmlElement[] {
    if (this.#activity === 'active') return [element]
    if (element.name === 'message' && isOnlyChatState(element)) return []
    if (!isAvailability(element) || isAnswer(element)) return [...this.take(), element]
    const from = element.attribute('from') ?? ''
    // In the order in which they came last.
    this.#presences.delete(from)
    this.#presences.set(from, element)
    return this.#presences.size < this.#limit ? [] : this.take()
  }

  /** Everything that was kept. */
  take(): readonly XmlElement[] {
    const kept = [...this.#presences.values()]
    this.#presences.clear()
    return kept
  }
}

/** What a room says to an occupant of itself: it waits for that. @see XEP-0045 §7.2.2 */
function isAnswer(presence: XmlElement): boolean {
  return findRoomUser(presence.elements())?.statuses.has(110) === true
}

function isAvailability(element: XmlElement): boolean {
  const type = element.attribute('type')
  return (
    element.name === 'presence' &&
    (type === undefined || type === 'unavailable') &&
    element.namespace === ns.client
  )
}
