import { findDelay } from '../stanza/delay.js'
import type { Message } from '../stanza/message.js'
import { findOriginId, findStanzaId } from '../stanza/stanza-id.js'
import type { Account } from './trust.js'

/** Ids of messages that are remembered; the older half goes first. */
export const rememberedIdLimit = 2_000

/** What of a text goes into its print. */
const printedLength = 64

/**
 * Knows a message that comes a second time, after a session that could not be resumed: sent again by its sender, or by the
 * server that did not hear that it had arrived. An id alone is not enough, since some senders count from one; it counts
 * with the sender's word that it is the same (origin-id), with the server's (stanza-id), or where a delayed message has
 * the same text as well.
 * @see XEP-0198 §4, XEP-0359 §5
 */
export class Repeats {
  readonly #noted: ((key: string, print: number) => void) | undefined
  #young: Map<string, number> | undefined
  #old: Map<string, number> | undefined

  /** @param noted told what is remembered, for whoever keeps it longer */
  constructor(noted?: (key: string, print: number) => void) {
    this.#noted = noted
  }

  /** Remembers what an earlier process has. */
  restore(remembered: Iterable<readonly [string, number]>): void {
    for (const [key, print] of remembered) this.#keep(key, print)
  }

  /** Whether this message was there before; remembers it. */
  has(message: Message, { bare }: Account): boolean {
    const { from, id, payloads, type } = message
    if (type === 'error' || from === undefined) return false
    // The resource may be another after a new login; in a room it names who speaks.
    const sender = (type === 'groupchat' ? from : from.bare).toString()
    const print = toPrint(message)
    const key = id === undefined ? undefined : `${sender} ${id}`
    if (payloads.length === 0) {
      if (key !== undefined) this.#remember(key, print)
      return false
    }
    const origin = findOriginId(payloads)
    const stanzaId = findStanzaId(payloads, bare)
    const archiveKey = stanzaId === undefined ? undefined : `archive ${stanzaId}`
    const known = this.#recall(key)
    // Most senders give both the same id.
    const originKey = origin === undefined || origin === id ? key : `${sender} ${origin}`
    const knownOrigin = originKey === key ? known : this.#recall(originKey)
    const isRepeated =
      (origin !== undefined && knownOrigin !== undefined) ||
      this.#recall(archiveKey) !== undefined ||
      (known === print && findDelay(payloads) !== undefined)
    if (key !== undefined) this.#remember(key, print)
    if (originKey !== undefined && originKey !== key) this.#remember(originKey, print)
    if (archiveKey !== undefined) this.#remember(archiveKey, print)
    return isRepeated
  }

  #recall(key: string | undefined): number | undefined {
    if (key === undefined) return undefined
    return this.#young?.get(key) ?? this.#old?.get(key)
  }

  #remember(key: string, print: number): void {
    this.#noted?.(key, print)
    this.#keep(key, print)
  }

  #keep(key: string, print: number): void {
    const young = (this.#young ??= new Map())
    young.set(key, print)
    if (young.size < rememberedIdLimit / 2) return
    this.#old = young
    this.#young = undefined
  }
}

/** Tells texts apart well enough beside an equal id of an equal sender. */
function toPrint({ body = '' }: Message): number {
  let print = body.length
  const end = Math.min(body.length, printedLength)
  for (let index = 0; index < end; index++) print = (Math.imul(print, 31) + body.charCodeAt(index)) | 0
  return print
}
