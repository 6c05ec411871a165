import type { Observable } from 'rxjs'
import type { StanzaError } from '../errors.js'
import { Channel } from '../router/channel.js'
import type { Sendable } from '../router/outbound.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toJid, type JidInput } from '../stanza/jid.js'
import { toMessageElement, type Message, type MessageInput, type MessageType } from '../stanza/message.js'
import { MessageForms } from '../stanza/plain-message.js'
import { Delivery } from './delivery.js'
import { KeyedStreams } from './keyed-streams.js'
import { SentMessage, type Outbox } from './outbox.js'
import type { Shelf } from './shelved-message.js'

/** Sent messages that are remembered, so that an error can be tied to what caused it; the oldest go first. */
export const rememberedMessageLimit = 1_000

/** A message that came back. */
export interface BouncedMessage {
  /** Of the message that caused it; failed by now. */
  readonly delivery: Delivery
  /** What the other side answered; the same as `message.error`. */
  readonly reason: StanzaError
  /** The error message as it came. */
  readonly message: Message
}

/** Sending and receiving messages. @see RFC 6121 §5 */
export interface Messages {
  /** Every message that arrives, errors included. */
  readonly message$: Observable<Message>
  /** Those from one contact, whatever the resource, those of one type, or both. */
  messages(only: MessageFilter): Observable<Message>
  /** Errors that answer a message of this client. */
  readonly bounced$: Observable<BouncedMessage>
  /**
   * Sends one message; without an `id` one is made. Outside a session it waits for one, and fails once the client has halted
   * or is closed. It leaves at the end of the turn, and in a flood (behind sixteen stanzas within a millisecond) up to a
   * millisecond later, with others.
   * @throws RangeError for an address that cannot be prepared or text that XML cannot carry
   */
  send(message: MessageInput): Delivery
}

/** Which messages to see. */
export interface MessageFilter {
  readonly from?: JidInput | undefined
  readonly type?: MessageType | undefined
}

/** @see Messages */
export class SessionMessages implements Messages {
  readonly #bus: StanzaBus
  readonly #createId: () => string
  readonly #outbox: Outbox
  readonly #shelf: Shelf | undefined
  readonly #bounced = new Channel<BouncedMessage>()
  #forms: MessageForms | undefined
  #remembered: SentMessage[] | undefined
  #oldest = 0
  #bySender: KeyedStreams<Message> | undefined
  #listens = false

  /** @param shelf where messages wait that are to outlive the process */
  constructor(bus: StanzaBus, createId: () => string, outbox: Outbox, shelf?: Shelf) {
    this.#bus = bus
    this.#createId = createId
    this.#outbox = outbox
    this.#shelf = shelf
  }

  get message$(): Observable<Message> {
    return this.#bus.message$
  }

  get bounced$(): Observable<BouncedMessage> {
    this.#listen()
    return this.#bounced.stream$
  }

  messages({ from, type }: MessageFilter): Observable<Message> {
    this.#bySender ??= new KeyedStreams(this.message$, (message) => message.from?.bare.toString())
    const all = from === undefined ? this.message$ : this.#bySender.of(toJid(from).bare.toString())
    return type === undefined ? all : new KeyedStreams(all, (message) => message.type).of(type)
  }

  send(input: MessageInput): Delivery {
    if (typeof input !== 'object') throw new TypeError('a message is given as its parts: send({ to, body })')
    const id = input.id ?? this.#createId()
    const delivery = new Delivery(id)
    const plain = (this.#forms ??= new MessageForms()).toPlain(input, id)
    // From whom it is the server says: one that came from somebody else may be passed on.
    const stanza = plain ?? toMessageElement({ ...input, from: undefined, id })
    const to = plain?.toBare ?? (input.to === undefined ? undefined : toJid(input.to).bare.toString())
    this.#send(stanza, to, delivery, input.type === 'groupchat')
    return delivery
  }

  #send(stanza: Sendable, to: string | undefined, delivery: Delivery, isToAll: boolean): void {
    const sent =
      this.#shelf?.toSent(to, delivery, this.#outbox, isToAll) ??
      new SentMessage(to, delivery, this.#outbox, isToAll)
    this.remember(sent)
    this.#outbox.send(stanza, sent)
  }

  /** An error may come that answers this one. */
  remember(sent: SentMessage): void {
    this.#listen()
    const remembered = (this.#remembered ??= [])
    remembered[this.#oldest] = sent
    this.#oldest = (this.#oldest + 1) % rememberedMessageLimit
  }

  /** The latest, where the application gave an id twice. */
  #recall(id: string): SentMessage | undefined {
    const remembered = this.#remembered ?? []
    for (let age = 1; age <= remembered.length; age++) {
      const sent = remembered.at((this.#oldest - age) % remembered.length)
      if (sent?.delivery.id === id) return sent
    }
    return undefined
  }

  /** Not before there is something that could come back, or somebody who waits for it. */
  #listen(): void {
    if (this.#listens) return
    this.#listens = true
    this.#bus.messageError$.subscribe({
      next: (message) => this.#takeError(message),
      complete: () => this.#bounced.complete(),
    })
  }

  #takeError(message: Message): void {
    if (message.id === undefined || message.error === undefined) return
    const sent = this.#recall(message.id)
    const to = sent?.to ?? this.#bus.account?.bare
    if (sent === undefined || to !== message.from?.bare.toString()) return
    if (sent.isToAll && message.from?.resource !== undefined) return
    const stanza = this.#outbox.gate?.regains(sent, message.error)
    if (stanza !== undefined) {
      sent.forget()
      return this.#send(stanza, sent.to, sent.delivery, sent.isToAll)
    }
    sent.fail(message.error)
    this.#bounced.next({ delivery: sent.delivery, reason: message.error, message })
  }
}
