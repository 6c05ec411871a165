import { findDelay } from '../stanza/delay.js'
import type { Message } from '../stanza/message.js'
import { findOriginId, findStanzaId } from '../stanza/stanza-id.js'
import * as ns from '../xml/namespaces.js'
import type { Account } from './trust.js'

/** Messages that are remembered, unless somebody says otherwise; the older half goes first. */
export const recalledMessageLimit = 2_000

/** A message with a longer name, in UTF-16 units, is not remembered by it: nobody fills the memory with a few ids. */
const longestNameUnits = 1_024

/** What of a text goes into its print. */
const printedLength = 64

/**
 * Knows a message that comes a second time, after a session that could not be resumed: sent again by its sender, or by the
 * server that did not hear that it had arrived. An id alone is not enough, since some senders count from one; it counts
 * with the sender's word that it is the same (origin-id), with the server's (stanza-id), or where a delayed message has
 * the same text as well. Whatever a sender says counts for that sender alone: nobody makes another's message a repeat.
 * @see XEP-0198 §4, XEP-0359 §7
 */
export class Repeats {
  readonly #noted: ((key: string, print: number) => void) | undefined
  readonly #limit: number
  /** Messages whose names are among the young. */
  #count = 0
  #young: Map<string, number> | undefined
  #old: Map<string, number> | undefined

  /**
   * @param noted told what is remembered, for whoever keeps it longer
   * @param limit messages that are remembered; at least the last half of them is
   */
  constructor(noted?: (key: string, print: number) => void, limit = recalledMessageLimit) {
    this.#noted = noted
    this.#limit = limit
  }

  /** Remembers what an earlier process has. */
  restore(remembered: Iterable<readonly [string, number]>): void {
    const young = (this.#young ??= new Map())
    for (const [key, print] of remembered) young.set(key, print)
  }

  /** Whether this message was there before; remembers it. */
  has(message: Message, { bare }: Pick<Account, 'bare'>): boolean {
    const { from, id, payloads, type } = message
    if (type === 'error' || from === undefined) return false
    // The resource may be another after a new login; in a room it names who speaks, in private too (XEP-0045 §7.5).
    const speaksInRoom = type === 'groupchat' || payloads.some((payload) => payload.is('x', ns.roomUser))
    const sender = (speaksInRoom ? from : from.bare).toString()
    if (payloads.length === 0) {
      if (id === undefined) return false
      const name = toName(sender, id)
      const print = toPrint(message)
      const isRepeated = this.#recall(name) === print && this.#isOvertaken(sender, id)
      this.#age()
      this.#remember(name, print)
      return isRepeated
    }
    const origin = findOriginId(payloads)
    const stanzaId = findStanzaId(payloads, bare)
    const print = toPrint(message)
    const name = id === undefined ? undefined : toName(sender, id)
    const archiveName = stanzaId === undefined ? undefined : toArchiveName(stanzaId)
    const known = this.#recall(name)
    const isRepeated =
      // Most senders give both the same id.
      (origin !== undefined &&
        ((origin === id ? known : this.#recall(toName(sender, origin))) ??
          this.#recall(toOriginName(sender, origin))) !== undefined) ||
      this.#recall(archiveName) !== undefined ||
      (known === print && (findDelay(payloads) !== undefined || this.#isOvertaken(sender, id)))
    this.#age()
    this.#remember(name, print)
    if (origin !== undefined) this.#remember(toOriginName(sender, origin), print)
    this.#remember(archiveName, print)
    return isRepeated
  }

  #recall(key: string | undefined): number | undefined {
    if (key === undefined) return undefined
    return this.#young?.get(key) ?? this.#old?.get(key)
  }

  /** What was sent again came first, by the name that the message has. */
  #isOvertaken(sender: string, id: string | undefined): boolean {
    return id !== undefined && this.#recall(toOriginName(sender, id)) !== undefined
  }

  /** One more message is remembered. */
  #age(): void {
    if (this.#count >= this.#limit / 2) {
      this.#old = this.#young
      this.#young = undefined
      this.#count = 0
    }
    this.#count++
  }

  #remember(key: string | undefined, print: number): void {
    if (key === undefined || key.length > longestNameUnits) return
    this.#noted?.(key, print)
    const young = (this.#young ??= new Map())
    young.set(key, print)
  }
}

// No address has a line break in it (RFC 7622), so that no sender's words can be read as another's, or as the server's.
const toName = (sender: string, id: string) => `${sender}\n${id}`
const toOriginName = (sender: string, id: string) => `\no${sender}\n${id}`
const toArchiveName = (id: string) => `\na${id}`

/** Tells texts apart well enough beside an equal id of an equal sender. */
function toPrint({ body = '' }: Message): number {
  let print = body.length
  const end = Math.min(body.length, printedLength)
  for (let index = 0; index < end; index++) print = (Math.imul(print, 31) + body.charCodeAt(index)) | 0
  return print
}
