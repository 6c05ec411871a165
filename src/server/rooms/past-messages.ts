import type { Jid } from '../../stanza/jid.js'
import type { RoomHistory } from '../../stanza/muc.js'
import type { XmlElement } from '../../xml/element.js'
import { serialize } from '../../xml/serializer.js'
import { toEnvelope, withDelay, type Envelope } from '../envelope.js'

interface PastMessage {
  readonly element: XmlElement
  /** Who said it, as an address in the room. */
  readonly from: Jid
  readonly sentAt: Date
}

/** What was said in a room, for those who enter it. */
export class PastMessages {
  readonly #limit: number
  readonly #all: PastMessage[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** One more takes the place of the oldest. */
  add(message: PastMessage): void {
    this.#all.push(message)
    if (this.#all.length > this.#limit) this.#all.shift()
  }

  /**
   * As it is sent to somebody who enters, oldest first: as much of it as was asked for.
   * @see XEP-0045 §7.2.13, §7.2.14
   */
  select(
    wish: RoomHistory,
    { room, to, now }: { readonly room: Jid; readonly to: Jid; readonly now: Date },
  ): readonly Envelope[] {
    const { maxMessages = this.#limit, maxCharacters = Infinity, seconds = Infinity, since = 0 } = wish
    const begin = Math.max(since, now.getTime() - seconds * 1000)
    const chosen: Envelope[] = []
    let characters = 0
    for (const { element, from, sentAt } of this.#all.toReversed()) {
      if (sentAt.getTime() < begin || chosen.length === maxMessages) break
      const envelope = toEnvelope(withDelay(element, room, sentAt), from, to)
      // Of whole stanzas, as they are sent.
      characters += serialize(envelope.element).length
      if (characters > maxCharacters) break
      chosen.push(envelope)
    }
    return chosen.toReversed()
  }
}
