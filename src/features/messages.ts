import { filter, Observable, Subject } from 'rxjs'
import type { StanzaError } from '../errors.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toJid, type JidInput } from '../stanza/jid.js'
import { toMessageElement, type Message, type MessageInput, type MessageType } from '../stanza/message.js'
import { MessageForms } from '../stanza/plain-message.js'
import { Delivery } from './delivery.js'
import { KeyedStreams } from './keyed-streams.js'
import { SentMessage, type Outbox } from './outbox.js'

/** Sent messages that are remembered, so that an error can be tied to what caused it; the oldest go first. */
export const rememberedMessageLimit = 1_000

/** A message that came back. */
export interface BouncedMessage {
  /** Of the message that caused it; failed by now. */
  readonly delivery: Delivery
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
   * or is closed. It leaves at the end of the turn, and in a flood (more than sixteen turns that send within a millisecond) up
   * to a millisecond later, with others.
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
export function createMessages(bus: StanzaBus, createId: () => string, outbox: Outbox): Messages {
  const bounced = new Subject<BouncedMessage>()
  const forms = new MessageForms()
  const remembered: SentMessage[] = []
  let oldest = 0
  let bySender: KeyedStreams<Message> | undefined
  let listens = false

  const remember = (sent: SentMessage) => {
    listen()
    remembered[oldest] = sent
    oldest = (oldest + 1) % rememberedMessageLimit
  }

  /** The latest, where the application gave an id twice. */
  const recall = (id: string): SentMessage | undefined => {
    for (let age = 1; age <= remembered.length; age++) {
      const sent = remembered.at((oldest - age) % remembered.length)
      if (sent?.delivery.id === id) return sent
    }
    return undefined
  }

  /** Not before there is something that could come back, or somebody who waits for it. */
  const listen = () => {
    if (listens) return
    listens = true
    bus.messageError$.subscribe({
      next: (message) => {
        if (message.id === undefined || message.error === undefined) return
        const sent = recall(message.id)
        const to = sent?.to ?? bus.account?.bare
        if (sent === undefined || to !== message.from?.bare.toString()) return
        sent.delivery.fail(message.error)
        bounced.next({ delivery: sent.delivery, reason: message.error, message })
      },
      complete: () => bounced.complete(),
    })
  }

  return {
    message$: bus.message$,
    messages: ({ from, type }) => {
      bySender ??= new KeyedStreams(bus.message$, (message) => message.from?.bare.toString())
      const all = from === undefined ? bus.message$ : bySender.of(toJid(from).bare.toString())
      return type === undefined ? all : all.pipe(filter((message) => message.type === type))
    },
    bounced$: new Observable((subscriber) => {
      listen()
      return bounced.subscribe(subscriber)
    }),
    send: (input) => {
      const id = input.id ?? createId()
      const delivery = new Delivery(id)
      const plain = forms.toPlain(input, id)
      const stanza = plain ?? toMessageElement({ ...input, id })
      const to = plain?.toBare ?? (input.to === undefined ? undefined : toJid(input.to).bare.toString())
      const sent = new SentMessage(to, delivery, outbox)
      remember(sent)
      outbox.send(stanza, sent)
      return delivery
    },
  }
}
