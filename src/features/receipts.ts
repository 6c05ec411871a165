import type { Observable } from 'rxjs'
import { TransportError } from '../errors.js'
import { Channel } from '../router/channel.js'
import { StanzaFate } from '../router/kept-stanza.js'
import { toMessageElement, type Message, type MessageInput } from '../stanza/message.js'
import { toJid, type Jid } from '../stanza/jid.js'
import { findReceipt, toReceiptElement } from '../stanza/receipts.js'
import type { Json } from '../store/store.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Messages that wait for their receipt; the oldest go first. */
export const awaitedReceiptLimit = 1_000

/** Receipts that wait for the next session, since the last one may not have brought them there; the oldest go first. */
export const owedReceiptLimit = 1_000

/** How long a process awaits the receipt of a message that an earlier one has sent, in milliseconds since it was: a week. */
export const keptReceiptMs = 7 * 24 * 60 * 60 * 1_000

/** Delivery receipts: asked for with `send`, given to those who may know that one is there, who are told so (XEP-0184 §5). */
export interface ReceiptsFeature {
  /**
   * Sends a message that asks for a receipt: its delivery becomes `received` once the other side has it and says so, which it
   * need not. Throws as `client.send` does, and RangeError for a message to a room.
   */
  readonly send: (message: MessageInput) => Delivery
  /**
   * The delivery of each message that asked for a receipt, as it becomes `received`: with a `store` also of those that an earlier
   * process has sent, up to a week ago.
   */
  readonly received$: Observable<Delivery>
}

/** A receipt on its way to somebody. */
class Receipt extends StanzaFate {
  readonly to: Jid
  readonly element: XmlElement
  readonly #owe: (receipt: Receipt) => void

  constructor(to: Jid, element: XmlElement, owe: (receipt: Receipt) => void) {
    super()
    this.to = to
    this.element = element
    this.#owe = owe
  }

  left(): void {}

  override lost(): void {
    this.#owe(this)
  }
}

interface Awaited {
  readonly to: string | undefined
  readonly delivery: Delivery
}

/**
 * Receipts for a client: `client.use(receipts)`.
 * @example
 * const { send } = client.use(receipts)
 * send({ to: 'bob@example.test', type: 'chat', body: 'Hello' }).status$.subscribe(console.log)
 * @see XEP-0184
 */
export function receipts(host: FeatureHost): ReceiptsFeature {
  const { bus, createId, mayKnowOfMe, memory, presence, send } = host
  announce(host, ns.receipts)
  const awaited = new Map<string, Awaited>()
  const received = new Channel<Delivery>()
  const forget = (id: string) => memory?.keepFact(kept + id, null)
  const wait = (id: string, waiting: Awaited) => {
    awaited.set(id, waiting)
    const oldest = awaited.size > awaitedReceiptLimit ? forgetOldest(awaited) : undefined
    if (oldest !== undefined) forget(oldest)
  }
  memory?.factsOf(kept, (id, value) => {
    const sent = readSent(value)
    if (sent === undefined || Date.now() - sent.moment > keptReceiptMs) forget(id)
    else wait(id, { to: sent.to, delivery: memory.deliveryOf(id) ?? sentBefore(id) })
  })

  const settle = (id: string, { from }: Message) => {
    const found = awaited.get(id)
    if (found === undefined || (found.to ?? bus.account?.bare) !== from?.bare.toString()) return
    awaited.delete(id)
    forget(id)
    found.delivery.receive()
    if (found.delivery.status.status === 'received') received.next(found.delivery)
  }
  /** Given to a session that could not be kept: what they are for comes no second time, for it is known to have arrived. */
  const owed: Receipt[] = []
  const give = (receipt: Receipt) => {
    try {
      bus.send(receipt.element, receipt)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }
  const owe = (receipt: Receipt) => {
    owed.push(receipt)
    if (owed.length > owedReceiptLimit) owed.shift()
  }
  /** Whoever may not know gets no answer, and no error either (XEP-0184 §5, §6). */
  const answer = ({ from, id, type }: Message) => {
    if (from === undefined || id === undefined || type === 'error' || type === 'groupchat') return
    if (!mayKnowOfMe(from)) return
    const payloads = [toReceiptElement({ kind: 'received', id })]
    give(new Receipt(from, toMessageElement({ to: from, type, id: createId(), payloads }), owe))
  }
  // Who may know that one is there is known once it is said.
  presence.announced$.subscribe(() => {
    if (owed.length === 0) return
    queueMicrotask(() => {
      for (const receipt of owed.splice(0)) if (mayKnowOfMe(receipt.to)) give(receipt)
    })
  })

  bus.message$.subscribe({
    next: (message) => {
      const receipt = findReceipt(message.payloads)
      if (receipt?.kind === 'request') answer(message)
      else if (receipt?.kind === 'received' && message.type !== 'error') settle(receipt.id, message)
    },
    complete: () => received.complete(),
  })

  return {
    received$: received.stream$,
    send: (message) => {
      if (message.type === 'groupchat') throw new RangeError('a room gives no receipts (XEP-0184 §3.3)')
      const to = message.to === undefined ? undefined : toJid(message.to).bare.toString()
      const payloads = [...(message.payloads ?? []), toReceiptElement({ kind: 'request' })]
      const delivery = send({ ...message, payloads })
      wait(delivery.id, { to, delivery })
      memory?.keepFact(kept + delivery.id, { to: to ?? null, moment: Date.now() })
      return delivery
    },
  }
}

/** What is kept of a message begins so, and ends with its id. */
const kept = 'receipt:'

interface Sent {
  readonly to: string | undefined
  /** In milliseconds since 1970. */
  readonly moment: number
}

function readSent(value: Json): Sent | undefined {
  if (typeof value !== 'object' || value === null || !('to' in value && 'moment' in value)) return undefined
  const { to, moment } = value
  if (typeof moment !== 'number' || (to !== null && typeof to !== 'string')) return undefined
  return { to: to ?? undefined, moment }
}

/** The server has it, or nobody will ever say. */
function sentBefore(id: string): Delivery {
  const delivery = new Delivery(id)
  delivery.acknowledge()
  return delivery
}
