import type { TransportError, XmppError } from '../errors.js'
import { toElement, type Sendable } from '../router/outbound.js'
import type { XmlElement } from '../xml/element.js'
import type { Delivery } from './delivery.js'
import { SentMessage, type Outbox } from './outbox.js'

/** Where messages wait that outlive the process. */
export interface Shelf {
  /** A message that waits there. */
  toSent(to: string | undefined, delivery: Delivery, outbox: Outbox, isToAll: boolean): SentMessage
  /** Gives the message a name there. */
  put(stanza: XmlElement, moment: number): string
  /** Which stanza of the session it is; `null`: of none. */
  number(key: string, seq: number | null): void
  remove(key: string): void
  /** Tells once everything so far is stored. */
  whenSettled(tell: () => void): void
}

/** A message that is stored before it leaves, and until the server has it. */
export class ShelvedMessage extends SentMessage {
  readonly #shelf: Shelf
  /** Until it is on its way, or after. */
  #key: string | undefined
  #isNumbered = false

  /** @param key what it is called there, where an earlier process has put it */
  constructor(
    to: string | undefined,
    delivery: Delivery,
    outbox: Outbox,
    isToAll: boolean,
    shelf: Shelf,
    { key, moment }: { readonly key?: string; readonly moment?: number } = {},
  ) {
    super(to, delivery, outbox, isToAll, moment)
    this.#shelf = shelf
    this.#key = key
  }

  override shelve(stanza: Sendable): void {
    this.#key = this.#shelf.put(toElement(stanza), this.moment)
    this.#shelf.whenSettled(() => this.delivery.store())
  }

  override counted(seq: number | undefined): void {
    this.#isNumbered = seq !== undefined
    if (this.#key === undefined) return
    if (seq === undefined && this.delivery.status.status === 'written') this.forget()
    else this.#shelf.number(this.#key, seq ?? null)
  }

  /** Where nothing is counted nobody will ever say more. */
  override left(error: TransportError | null): void {
    super.left(error)
    if (!this.#isNumbered) this.forget()
  }

  override acknowledged(): void {
    this.forget()
    super.acknowledged()
  }

  override fail(reason: XmppError): void {
    this.forget()
    super.fail(reason)
  }

  /** What is stored is left to the next process, or to this one if the app asks for another session. */
  override giveUp(reason: XmppError): void {
    if (!this.delivery.leave()) this.fail(reason)
  }

  override lost(stanza: Sendable): void {
    if (this.#key !== undefined && this.#isNumbered) this.#shelf.number(this.#key, null)
    this.#isNumbered = false
    super.lost(stanza)
  }

  override forget(): void {
    if (this.#key !== undefined) this.#shelf.remove(this.#key)
    this.#key = undefined
  }
}
