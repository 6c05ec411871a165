import { StanzaError, TransportError, type XmppError } from '../errors.js'
import type { Jid } from '../stanza/jid.js'
import { toMessageElement, type MessageInput } from '../stanza/message.js'
import { serialize } from '../xml/serializer.js'
import { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Messages of one room that wait until one is in; one more fails with `overflow`. */
export const heldMessageLimit = 1_000

/** Sent messages of one room that are known when it reflects them; the oldest go first. */
export const awaitedReflectionLimit = 1_000

interface Said {
  readonly message: MessageInput
  readonly delivery: Delivery
  /** It came back once, since the room did not know one. */
  hasReturned: boolean
}

/** What one says in a room: kept until one is in, and said once more where the room did not know one any longer. */
export class RoomMessages {
  readonly #host: Pick<FeatureHost, 'createId' | 'send'>
  readonly #lost: () => boolean
  #held: Said[] = []
  /** Those that the room has yet to reflect, by id, as they are on their way: what is received is not sent again. */
  readonly #awaited = new Map<string, Delivery>()

  /** @param lost told when the room gives a message back since one is not in it; whether one is about to be again */
  constructor(host: Pick<FeatureHost, 'createId' | 'send'>, lost: () => boolean) {
    this.#host = host
    this.#lost = lost
  }

  /** Sends, where one is in; else keeps the message until one is. */
  send(message: MessageInput, isIn: boolean): Delivery {
    const delivery = new Delivery(message.id ?? this.#host.createId())
    const said = { message: { ...message, id: delivery.id }, delivery, hasReturned: false }
    if (isIn) this.#say(said)
    else {
      // What XML cannot carry is the caller's mistake, now and not when it leaves.
      serialize(toMessageElement(said.message))
      this.#hold(said)
    }
    return delivery
  }

  /** One is in. */
  flush(): void {
    const held = this.#held
    this.#held = []
    for (const said of held) this.#say(said)
  }

  /** One is out, and does not come back by oneself. */
  fail(jid: Jid, cause: XmppError | undefined): void {
    const held = this.#held
    this.#held = []
    const reason = notIn(jid, cause)
    for (const { delivery } of held) delivery.fail(reason)
  }

  /** The room has reflected it. @see XEP-0045 §7.4 */
  reflected(id: string): boolean {
    const sent = this.#awaited.get(id)
    if (sent === undefined) return false
    this.#awaited.delete(id)
    sent.receive()
    return true
  }

  #hold(said: Said): void {
    if (this.#held.length < heldMessageLimit) this.#held.push(said)
    else said.delivery.fail(new TransportError('overflow', `more than ${heldMessageLimit} messages wait`))
  }

  #say(said: Said): void {
    const { delivery, message } = said
    const sent = this.#host.send(message)
    if (message.type === 'groupchat') {
      this.#awaited.set(delivery.id, sent)
      if (this.#awaited.size > awaitedReflectionLimit) forgetOldest(this.#awaited)
    }
    sent.status$.subscribe((status) => {
      switch (status.status) {
        case 'stored':
          // Said a second time, it is left to the next process.
          if (delivery.status.status === 'stored') delivery.leave()
          return delivery.store()
        case 'written':
          return delivery.write()
        case 'acknowledged':
          return delivery.acknowledge()
        case 'received':
          return delivery.receive()
        case 'failed':
          return this.#failed(said, status.reason)
        default:
          return undefined
      }
    })
  }

  /** A private message comes back like this where its addressee has gone, and one is in all the same. */
  #failed(said: Said, reason: XmppError): void {
    const isAwaited = this.#awaited.delete(said.delivery.id)
    const isLost = isAwaited && reason instanceof StanzaError && reason.condition === 'not-acceptable'
    if (!isLost || said.hasReturned || !this.#lost()) return said.delivery.fail(reason)
    said.hasReturned = true
    this.#hold(said)
  }
}

/** Why nothing can be said. */
export const notIn = (jid: Jid, cause: XmppError | undefined): TransportError =>
  new TransportError('not-connected', `one is not in ${jid.toString()}`, cause === undefined ? {} : { cause })
