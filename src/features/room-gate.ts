import type { XmppError } from '../errors.js'
import { toElement, type Sendable } from '../router/outbound.js'
import { toJid, type Jid } from '../stanza/jid.js'
import { isOfRoom } from '../stanza/muc.js'
import type { Gate, SentMessage, Waiting } from './outbox.js'
import { RoomMessages, type RoomMessagesHost } from './room-messages.js'

/** Where messages to rooms wait, each room’s by itself: those to everybody in it, and whispers. */
export class RoomGate implements Gate {
  readonly #host: RoomMessagesHost
  readonly #rooms = new Map<string, RoomMessages>()

  private constructor(host: RoomMessagesHost) {
    this.#host = host
  }

  /** The one gate of a client, however many of its features look after rooms. */
  static before(host: RoomMessagesHost): RoomGate {
    const { gate } = host.outbox
    if (gate instanceof RoomGate) return gate
    const begun = new RoomGate(host)
    host.outbox.gate = begun
    return begun
  }

  /** The messages of one room. */
  of(jid: Jid): RoomMessages {
    const key = jid.toString()
    const known = this.#rooms.get(key)
    if (known !== undefined) return known
    const begun = new RoomMessages(jid, this.#host)
    this.#rooms.set(key, begun)
    return begun
  }

  /** Nobody enters any more; whoever does later begins anew. */
  forget(jid: Jid, messages: RoomMessages): void {
    if (this.#rooms.get(jid.toString()) === messages) this.#rooms.delete(jid.toString())
    for (const each of messages.fail()) this.takesBack(each)
  }

  /** Another session begins, for whoever is to be in a room by it. */
  recall(): void {
    for (const messages of this.#rooms.values()) messages.recall()
  }

  /** Whatever an earlier process has said in a room waits, whether this one knows the room yet or not. */
  claims({ sent, stanza }: Waiting): boolean {
    return sent.to !== undefined && (sent.isToAll || isWhisper(sent.to, stanza))
  }

  takes(waiting: Waiting): boolean {
    const messages = this.#of(waiting.sent)
    return messages !== undefined && this.claims(waiting) && messages.takes(waiting)
  }

  takesBack(waiting: Waiting): boolean {
    const { delivery, to } = waiting.sent
    if (to === undefined || !this.claims(waiting)) return false
    const isLeft = this.#host.memory?.deliveryOf(delivery.id) === delivery
    const messages = isLeft ? this.of(toJid(to)) : this.#of(waiting.sent)
    return messages !== undefined && messages.takesBack(waiting)
  }

  regains(sent: SentMessage, reason: XmppError): Sendable | undefined {
    return this.#of(sent)?.regains(sent, reason)
  }

  giveUp(reason: XmppError): void {
    for (const messages of this.#rooms.values()) messages.giveUp(reason)
  }

  #of({ to }: SentMessage): RoomMessages | undefined {
    return to === undefined ? undefined : this.#rooms.get(to)
  }
}

/** To an occupant, and marked as such. @see XEP-0045 §7.5 */
function isWhisper(bare: string, stanza: Sendable): boolean {
  const element = toElement(stanza)
  return element.attribute('to') !== bare && isOfRoom(element.elements(undefined))
}
