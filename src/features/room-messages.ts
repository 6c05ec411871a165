import { StanzaError, TransportError, type XmppError } from '../errors.js'
import { toElement, type Sendable } from '../router/outbound.js'
import type { Jid } from '../stanza/jid.js'
import { toMessageElement, type MessageInput } from '../stanza/message.js'
import { serialize } from '../xml/serializer.js'
import { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'
import { giveUp, type SentMessage, type Waiting } from './outbox.js'
import { UnconfirmedError } from './unconfirmed-error.js'

/** Messages of one room that wait until one is in; one more fails with `overflow`. */
export const heldMessageLimit = 1_000

/** Sent messages of one room that are known when it reflects them; the oldest go first. */
export const awaitedReflectionLimit = 1_000

/** How one stands with a room, as far as its messages have to know. */
export interface RoomStanding {
  /** `current`: one is in, and what was said before is told. */
  readonly where: () => 'current' | 'entering' | 'inside' | 'outside'
  /** Why one is out. */
  readonly cause: () => XmppError | undefined
  /** The room gives a message back, since one is not in it; whether one is about to be again. */
  readonly lost: () => boolean
}

interface Said extends Waiting {
  /** The how manyth it was. */
  readonly count: number
}

/** What these messages work with. */
export type RoomMessagesHost = Pick<FeatureHost, 'createId' | 'memory' | 'outbox' | 'send'>

/**
 * What one says in a room. It waits until one is in; what the room may have heard already, in a session that was lost or from an
 * earlier process, waits with all that is said after it until the past is told: what the room has reflected is not said again.
 * @see XEP-0045 §7.2.15, §7.4
 */
export class RoomMessages {
  readonly #jid: Jid
  readonly #host: RoomMessagesHost
  #room: RoomStanding | undefined
  #waiting: Waiting[] = []
  /** So many of them, the first ones, the room may have heard. */
  #doubtful = 0
  /** Those that the room has yet to reflect, by id. */
  readonly #awaited = new Map<string, Said>()
  #said = 0
  /** Which the room has reflected last: it reflects in order. */
  #reflected = 0
  /** They are not said once more: they were, since the room did not know one or nobody has told that it had them, or one is out since. */
  readonly #again = new WeakSet<Delivery>()

  constructor(jid: Jid, host: RoomMessagesHost) {
    this.#jid = jid
    this.#host = host
  }

  /** Somebody may enter from here on. */
  attach(room: RoomStanding): void {
    this.#room = room
  }

  /** When the first of those was said that the room may have heard, in milliseconds since 1970. */
  get doubtfulSince(): number | undefined {
    return this.#doubtful === 0 ? undefined : this.#waiting[0]?.sent.moment
  }

  get #where() {
    return this.#room?.where() ?? 'outside'
  }

  /** Where one is out it fails at once. Throws as `client.send` does. */
  say(message: MessageInput): Delivery {
    if (this.#where !== 'outside') return this.#host.send(message)
    const delivery = new Delivery(message.id ?? this.#host.createId())
    // What XML cannot carry is the caller's mistake all the same.
    serialize(toMessageElement({ ...message, id: delivery.id }))
    delivery.fail(notIn(this.#jid, this.#room?.cause()))
    return delivery
  }

  /** Whether it waits, or has failed; what the app sends past the room while one is out is for the room to judge. */
  takes(waiting: Waiting): boolean {
    const where = this.#where
    if (where === 'outside') return false
    if (where !== 'entering' && this.#waiting.length === 0) {
      this.#await(waiting)
      return false
    }
    if (this.#waiting.length >= heldMessageLimit) {
      const message = `more than ${heldMessageLimit} messages wait for ${this.#jid.toString()}`
      waiting.sent.fail(new TransportError('overflow', message))
    } else {
      // What XML cannot carry is the caller's mistake, now and not when it leaves.
      serialize(toElement(waiting.stanza))
      this.#waiting.push(waiting)
    }
    return true
  }

  /**
   * The same with one that the room may have heard. A whisper that may have left is not whispered again: no room reflects it,
   * and its nickname may be somebody else’s by now.
   */
  takesBack(waiting: Waiting): boolean {
    const { sent } = waiting
    const { delivery } = sent
    const known = this.#awaited.get(delivery.id)
    // It came back and is said once more, by another that stands for it.
    const isOutdated = known !== undefined && known.sent !== sent && known.sent.delivery === delivery
    if (isOutdated || this.#waiting.some((each) => each.sent.delivery === delivery)) return true
    this.#awaited.delete(delivery.id)
    const isLeft = this.#isLeft(waiting)
    if (this.#where === 'outside' && !isLeft) return false
    if (!sent.isToAll && this.#mayHaveLeft(delivery, isLeft)) sent.fail(unconfirmed('whisper', sessionLost()))
    else this.#waiting.splice(this.#doubtful++, 0, waiting)
    return true
  }

  /** Whether it was an earlier process that has said it. */
  #isLeft({ sent: { delivery } }: Waiting): boolean {
    return this.#host.memory?.deliveryOf(delivery.id) === delivery
  }

  #mayHaveLeft({ id, status: { status } }: Delivery, isLeft: boolean): boolean {
    const isWaiting = status === 'queued' || status === 'stored'
    return !isWaiting || (isLeft && this.#host.memory?.mayHaveLeft(id) === true)
  }

  /** The stanza of one that came back, where the room knows one no longer, and one is about to be in again. */
  regains(sent: SentMessage, reason: XmppError): Sendable | undefined {
    const { delivery } = sent
    const said = this.#awaited.get(delivery.id)
    // A private message comes back like this where its addressee has gone, and one is in all the same.
    if (said?.sent !== sent) return undefined
    this.#awaited.delete(delivery.id)
    const isLost = reason instanceof StanzaError && reason.condition === 'not-acceptable'
    if (!isLost || this.#again.has(delivery) || this.#room?.lost() !== true) return undefined
    this.#again.add(delivery)
    return said.stanza
  }

  /** What may leave does, in order. */
  flush(): void {
    while (this.#isOpen) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      if (this.#doubtful > 0) this.#doubtful -= 1
      if (waiting.sent.delivery.status.status === 'failed') continue
      this.#await(waiting)
      this.#host.outbox.release(waiting)
    }
  }

  get #isOpen(): boolean {
    const where = this.#where
    return where === 'current' || (where === 'inside' && this.#doubtful === 0)
  }

  /**
   * One is out, and does not come back by oneself.
   * @returns what waits all the same: what an earlier process has said, for whoever enters next
   */
  fail(): readonly Waiting[] {
    const waiting = this.#waiting
    // Who enters later has not wished to say again what was said before.
    for (const { sent } of this.#awaited.values()) this.#again.add(sent.delivery)
    this.#waiting = waiting.filter((each) => this.#isLeft(each))
    this.#doubtful = this.#waiting.length
    const reason = notIn(this.#jid, this.#room?.cause())
    for (const each of waiting) {
      if (this.#isLeft(each)) continue
      const { sent } = each
      sent.fail(this.#mayHaveLeft(sent.delivery, false) ? unconfirmed('room-message', reason) : reason)
    }
    return this.#waiting
  }

  /**
   * Another session begins. Where nothing was acknowledged the last one has handed nothing back: then it is the room’s word that
   * tells what it has, if it reflects at all what one says.
   */
  recall(): void {
    if (this.#where === 'outside' || this.#reflected === 0) return
    for (const { count, sent, stanza } of this.#awaited.values()) {
      const { delivery } = sent
      const isUnsure = count > this.#reflected && delivery.status.status === 'written'
      if (!isUnsure || this.#again.has(delivery)) continue
      this.#again.add(delivery)
      sent.shelve(stanza)
      sent.lost(stanza)
    }
  }

  /** There will be no session unless the app asks for one. */
  giveUp(reason: XmppError): void {
    const doubtful = giveUp(this.#waiting.slice(0, this.#doubtful), reason)
    this.#waiting = [...doubtful, ...giveUp(this.#waiting.slice(this.#doubtful), reason)]
    this.#doubtful = doubtful.length
  }

  /**
   * The room has reflected something.
   * @param isMine by the nickname that one has; another may be that of an earlier process, where the words are the same
   * @returns whether it is what one has said
   * @see XEP-0045 §7.4
   */
  reflected(id: string, isMine: boolean, body: string | undefined): boolean {
    const said = isMine ? this.#awaited.get(id) : undefined
    const sent = said?.sent ?? this.#drop(id, isMine, body)
    if (sent === undefined) return false
    this.#awaited.delete(id)
    this.#reflected = Math.max(this.#reflected, said?.count ?? 0)
    sent.delivery.receive()
    sent.forget()
    this.flush()
    return true
  }

  /** Takes out what need not be said again. */
  #drop(id: string, isMine: boolean, body: string | undefined): SentMessage | undefined {
    const isSame = ({ sent, stanza }: Waiting) =>
      sent.isToAll && sent.delivery.id === id && (isMine || bodyOf(stanza) === body)
    const index = this.#waiting.slice(0, this.#doubtful).findIndex(isSame)
    if (index === -1) return undefined
    this.#doubtful -= 1
    return this.#waiting.splice(index, 1)[0]?.sent
  }

  #await(waiting: Waiting): void {
    if (!waiting.sent.isToAll) return
    this.#awaited.set(waiting.sent.delivery.id, { ...waiting, count: (this.#said += 1) })
    if (this.#awaited.size > awaitedReflectionLimit) forgetOldest(this.#awaited)
  }
}

/** Why nothing can be said. */
export const notIn = (jid: Jid, cause: XmppError | undefined): TransportError =>
  new TransportError('not-connected', `one is not in ${jid.toString()}`, cause === undefined ? {} : { cause })

const unconfirmed = (deed: 'room-message' | 'whisper', cause: TransportError) =>
  new UnconfirmedError(deed, cause)

const sessionLost = () => new TransportError('not-connected', 'the session was lost')

const bodyOf = (stanza: Sendable) => toElement(stanza).child('body')?.text()
