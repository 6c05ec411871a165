import { TransportError } from '../errors.js'
import { toMessageElement, type Message, type MessageInput } from '../stanza/message.js'
import { toJid } from '../stanza/jid.js'
import { findReceipt, toReceiptElement } from '../stanza/receipts.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { Delivery } from './delivery.js'
import type { FeatureHost } from './feature-host.js'
import { forgetOldest } from './forget-oldest.js'

/** Messages that wait for their receipt; the oldest go first. */
export const awaitedReceiptLimit = 1_000

/** Delivery receipts: asked for with `send`, given to those who may know that one is there, who are told so (XEP-0184 §5). */
export interface ReceiptsFeature {
  /**
   * Sends a message that asks for a receipt: its delivery becomes `received` once the other side has it and says so, which it
   * need not. Throws as `client.send` does, and RangeError for a message to a room.
   */
  readonly send: (message: MessageInput) => Delivery
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
  const { bus, createId, mayKnowOfMe, send } = host
  announce(host, ns.receipts)
  const awaited = new Map<string, Awaited>()

  const settle = (id: string, { from }: Message) => {
    const found = awaited.get(id)
    if (found === undefined || (found.to ?? bus.account?.bare) !== from?.bare.toString()) return
    awaited.delete(id)
    found.delivery.receive()
  }
  /** Whoever may not know gets no answer, and no error either (XEP-0184 §5, §6). */
  const answer = ({ from, id, type }: Message) => {
    if (from === undefined || id === undefined || type === 'error' || type === 'groupchat') return
    if (!mayKnowOfMe(from)) return
    const payloads = [toReceiptElement({ kind: 'received', id })]
    try {
      bus.send(toMessageElement({ to: from, type, id: createId(), payloads }))
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }

  bus.message$.subscribe((message) => {
    const receipt = findReceipt(message.payloads)
    if (receipt?.kind === 'request') answer(message)
    else if (receipt?.kind === 'received' && message.type !== 'error') settle(receipt.id, message)
  })

  return {
    send: (message) => {
      if (message.type === 'groupchat') throw new RangeError('a room gives no receipts (XEP-0184 §3.3)')
      const to = message.to === undefined ? undefined : toJid(message.to).bare.toString()
      const payloads = [...(message.payloads ?? []), toReceiptElement({ kind: 'request' })]
      const delivery = send({ ...message, payloads })
      awaited.set(delivery.id, { to, delivery })
      if (awaited.size > awaitedReceiptLimit) forgetOldest(awaited)
      return delivery
    },
  }
}
