import { TransportError, type XmppError } from '../errors.js'
import { StanzaFate } from '../router/kept-stanza.js'
import { toElement, type Sendable } from '../router/outbound.js'
import type { SessionFollower, SessionStanding, StanzaBus } from '../router/stanza-bus.js'
import { parseDelay, toDelayElement } from '../stanza/delay.js'
import { findOriginId, toOriginIdElement } from '../stanza/stanza-id.js'
import { XmlElement } from '../xml/element.js'
import { serialize } from '../xml/serializer.js'
import type { Delivery } from './delivery.js'

/** Messages that may wait for a session or a stream, unless the app says otherwise. */
export const defaultOfflineQueue = 1_000

/** A message that has not left, or is to leave again. */
export interface Waiting {
  readonly stanza: Sendable
  readonly sent: SentMessage
}

/** Whoever knows when messages to some addresses may leave: they wait there, in their order, and all others pass them by. */
export interface Gate {
  /** Whether an earlier process can have left a message that is to wait here. */
  claims(waiting: Waiting): boolean
  /** Whether a message that is new waits here, or has failed here. */
  takes(waiting: Waiting): boolean
  /** The same with one that a session has handed back: the other side may have it already. */
  takesBack(waiting: Waiting): boolean
  /** A message came back: its stanza, where it is to leave once more. */
  regains(sent: SentMessage, reason: XmppError): Sendable | undefined
  /** There will be no session unless the app asks for one. */
  giveUp(reason: XmppError): void
}

/** One message on its way, whatever it takes. */
export class SentMessage extends StanzaFate {
  /** The bare address it went to; whoever answers for it may tell its fate. */
  readonly to: string | undefined
  readonly delivery: Delivery
  /** It is for everybody in a room, who all know its id: the room alone may tell its fate (XEP-0045 §7.4). */
  readonly isToAll: boolean
  readonly #outbox: Outbox
  /** When the app sent it, in milliseconds since 1970. */
  readonly moment: number

  constructor(
    to: string | undefined,
    delivery: Delivery,
    outbox: Outbox,
    isToAll: boolean,
    moment = Date.now(),
  ) {
    super()
    this.to = to
    this.delivery = delivery
    this.isToAll = isToAll
    this.#outbox = outbox
    this.moment = moment
  }

  /** It is to be sent from here on, by this process or the next one where something keeps it. */
  shelve(_stanza: Sendable): void {}

  /** Nobody need keep it any more. */
  forget(): void {}

  left(error: TransportError | null): void {
    if (error !== null) return this.fail(error)
    this.delivery.write()
    this.#outbox.flush()
  }

  override acknowledged(): void {
    this.delivery.acknowledge()
    this.#outbox.flush()
  }

  /** It did not arrive, and will not. */
  fail(reason: XmppError): void {
    this.delivery.fail(reason)
  }

  /** There will be no session unless the app asks for one. */
  giveUp(reason: XmppError): void {
    this.fail(reason)
  }

  /**
   * With the id it had, by which the other side can know it.
   * @see XEP-0198 §5, XEP-0359
   */
  override again(stanza: Sendable): XmlElement {
    const element = toElement(stanza)
    const isNamed = findOriginId(element.elements(undefined)) !== undefined
    return isNamed ? element : withChild(element, toOriginIdElement(this.delivery.id))
  }

  /**
   * It goes again in the next session: with the id it had, and the moment it was first sent at. What the other side has said
   * that it has, the server had.
   * @see XEP-0198 §4, XEP-0203, XEP-0359
   */
  override lost(stanza: Sendable): void {
    if (this.delivery.status.status === 'received') return this.acknowledged()
    const element = this.again(stanza)
    const isStamped = element.elements(undefined).some((payload) => parseDelay(payload) !== undefined)
    this.#outbox.takeBack({
      stanza: isStamped ? element : withChild(element, toDelayElement({ moment: this.moment })),
      sent: this,
    })
  }
}

/** Messages that wait for a session, in order: sent while there was none, or handed back by one that could not be kept. */
export class Outbox implements SessionFollower {
  readonly #bus: StanzaBus
  readonly #limit: number
  #waiting: Waiting[] = []
  /** How many of them, the first ones, the last session has handed back: they were sent before all others. */
  #handedBack = 0
  /** Sent into a suspended session. */
  #suspended = 0
  #isFlushing = false
  /** Whether it is told when there is room again. */
  #awaitsRoom = false
  #session: SessionStanding = 'none'
  /** Before which messages to some addresses wait. */
  gate: Gate | undefined
  /** Why nothing can be sent at all, as long as that is so. */
  #halt: XmppError | undefined

  /** @param limit how many messages of the app may wait; one more fails with `overflow` */
  constructor(bus: StanzaBus, limit: number) {
    this.#bus = bus
    this.#limit = limit
    bus.follow(this)
  }

  stand(session: SessionStanding): void {
    // The next session knows nothing of what was about to leave in the last one.
    if (this.#session === 'none') this.#waiting = this.#waiting.filter((each) => !this.gate?.takesBack(each))
    this.#session = session
    this.#awaitsRoom = false
    this.#suspended = 0
    this.#handedBack = 0
    // Behind what the session itself has to say first.
    if (session === 'live') queueMicrotask(() => this.flush())
  }

  /** Sends, or keeps the message until there is a session. */
  send(stanza: Sendable, sent: SentMessage): void {
    if (this.#halt !== undefined) {
      sent.fail(notSent('the client has stopped', this.#halt))
      return
    }
    sent.shelve(stanza)
    const waiting = { stanza, sent }
    if (!this.gate?.takes(waiting)) this.release(waiting)
  }

  /** What has waited before the gate leaves as soon as it can. */
  release({ sent, stanza }: Waiting): void {
    if (this.#waiting.length > 0) this.flush()
    if (this.#waiting.length > 0 || this.#session === 'none') return this.#wait(stanza, sent)
    if (this.#session === 'suspended' && this.#suspended++ >= this.#limit) return this.#refuse(sent)
    try {
      this.#bus.send(stanza, sent)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (error.reason === 'not-connected') this.#wait(stanza, sent)
      else sent.fail(error)
    }
  }

  takeBack(waiting: Waiting): void {
    if (waiting.sent.delivery.status.status === 'failed' || this.gate?.takesBack(waiting)) return
    this.#waiting.splice(this.#handedBack++, 0, waiting)
  }

  /** Sends what waits, in order; what finds no room goes on waiting until there is some. */
  flush(): void {
    if (this.#waiting.length === 0 || this.#isFlushing || this.#session !== 'live') return
    this.#isFlushing = true
    const waiting = this.#waiting
    let count = 0
    try {
      for (const { stanza, sent } of waiting) {
        this.#bus.send(stanza, sent)
        count++
      }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (error.reason === 'overflow') this.#awaitRoom()
    } finally {
      this.#waiting = waiting.slice(count)
      this.#isFlushing = false
    }
  }

  #awaitRoom(): void {
    if (this.#awaitsRoom) return
    this.#awaitsRoom = true
    this.#bus.whenRoom(() => {
      this.#awaitsRoom = false
      this.flush()
    })
  }

  /** There will be no session unless the app asks for one: whatever waits fails, and so does what comes. */
  halt(reason: XmppError): void {
    this.#halt = reason
    const failure = notSent('the message was not confirmed before the client stopped', reason)
    this.#waiting = giveUp(this.#waiting, failure)
    this.gate?.giveUp(failure)
  }

  /** The app has asked. */
  resume(): void {
    this.#halt = undefined
  }

  #wait(stanza: Sendable, sent: SentMessage): void {
    if (this.#limit === 0) sent.fail(notSent('the session is not online', undefined))
    else if (this.#waiting.length >= this.#limit) this.#refuse(sent)
    else {
      // What XML cannot carry is the caller's mistake, now and not when it leaves.
      serialize(toElement(stanza))
      this.#waiting.push({ stanza, sent })
    }
  }

  #refuse(sent: SentMessage): void {
    const message = `more than ${this.#limit} messages wait for a session`
    sent.fail(new TransportError('overflow', message))
  }
}

/** What is left all the same. */
export function giveUp(waiting: readonly Waiting[], reason: XmppError): Waiting[] {
  for (const { sent } of waiting) sent.giveUp(reason)
  return waiting.filter(({ sent }) => sent.delivery.status.status !== 'failed')
}

const withChild = ({ attributes, children, name, namespace }: XmlElement, child: XmlElement) =>
  new XmlElement(name, namespace, attributes, [...children, child])

const notSent = (message: string, cause: XmppError | undefined) =>
  new TransportError('not-connected', message, cause === undefined ? {} : { cause })
