import { findDelay } from '../stanza/delay.js'
import type { Message } from '../stanza/message.js'
import { isOfRoom } from '../stanza/muc.js'
import { findOriginId, findStanzaId } from '../stanza/stanza-id.js'
import { RecalledNames, type NameGiver, type RecalledName } from './recalled-names.js'
import type { Account } from './trust.js'

/** Messages that are remembered, unless somebody says otherwise; the older half goes first. */
export const recalledMessageLimit = 2_000

/** What of a text goes into its print. */
const printedLength = 64

/**
 * Knows a message that comes a second time, after a session that could not be resumed: sent again by its sender, or by the
 * server that did not hear that it had arrived. An id alone is not enough, since some senders count from one; it counts
 * with the sender's word that it is the same (origin-id); with the server's (stanza-id) and the same text, since some servers
 * give two messages of one moment the same; or where a delayed message has the same text as well. Whatever a sender says counts
 * for that sender alone: nobody makes another's message a repeat.
 * @see XEP-0198 §4, XEP-0359 §7
 */
export class Repeats {
  readonly #noted: ((key: string, print: number) => void) | undefined
  readonly #limit: number
  readonly #names = new RecalledNames()
  /** Messages since the names have aged. */
  #count = 0

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
    for (const [key, print] of remembered) {
      const isOrigin = key.startsWith(originMark)
      const isArchived = key.startsWith(archiveMark)
      const from = isOrigin || isArchived ? originMark.length : 0
      const at = key.indexOf('\n', from)
      if (at === -1) continue
      const fact = { print: isOrigin ? undefined : print, isOrigin }
      this.#names.remember(isArchived ? 'archive' : 'sender', key.slice(from, at), key.slice(at + 1), fact)
    }
  }

  /**
   * Whether this message was there before; remembers it.
   * @param isHeard whether somebody is there whom it is told: where nobody is, it is news when it comes again
   */
  has(message: Message, { bare }: Pick<Account, 'bare'>, isHeard = true): boolean {
    const { body, from, id, payloads, subject, type } = message
    if (type === 'error' || from === undefined) return false
    // What a room is about it tells all who enter, those too who have heard it before (XEP-0045 §7.2.15).
    if (type === 'groupchat' && subject !== undefined && body === undefined) return false
    if (id === undefined && payloads.length === 0) return false
    // The resource may be another after a new login; in a room it names who speaks, in private too (XEP-0045 §7.5).
    const speaksInRoom = type === 'groupchat' || isOfRoom(payloads)
    const sender = (speaksInRoom ? from : from.bare).toString()
    const origin = findOriginId(payloads)
    // Whose archive keeps it, that one names it.
    const archived = findStanzaId(payloads, type === 'groupchat' ? from.bare.toString() : bare)
    const print = toPrint(message)
    const known = this.#recall('sender', sender, id)
    // Most senders give both the same id.
    const knownOrigin = origin === id ? known : this.#recall('sender', sender, origin)
    const isRepeated =
      (origin !== undefined && knownOrigin !== undefined) ||
      this.#recall('archive', sender, archived)?.print === print ||
      // What was sent again came first, by the name that the message has; or the server says that it is late.
      (known?.print === print && (known.isOrigin || findDelay(payloads) !== undefined))
    if (!isHeard) return isRepeated
    this.#age()
    if (id !== undefined) this.#remember('sender', sender, id, { print, isOrigin: origin === id }, print)
    if (origin !== undefined && origin !== id)
      this.#remember('sender', sender, origin, { print: undefined, isOrigin: true }, print)
    if (archived !== undefined) this.#remember('archive', sender, archived, { print, isOrigin: false }, print)
    return isRepeated
  }

  #recall(giver: NameGiver, sender: string, id: string | undefined): RecalledName | undefined {
    return id === undefined ? undefined : this.#names.find(giver, sender, id)
  }

  #remember(giver: NameGiver, sender: string, id: string, name: RecalledName, print: number): void {
    if (!this.#names.remember(giver, sender, id, name) || this.#noted === undefined) return
    if (giver === 'archive') this.#noted(`${archiveMark}${sender}\n${id}`, print)
    else {
      if (name.print !== undefined) this.#noted(`${sender}\n${id}`, print)
      if (name.isOrigin) this.#noted(`${originMark}${sender}\n${id}`, print)
    }
  }

  /** One more message is remembered. */
  #age(): void {
    if (this.#count >= this.#limit / 2) {
      this.#names.age()
      this.#count = 0
    }
    this.#count++
  }
}

// No address has a line break in it (RFC 7622), so that no sender's words can be read as another's, or as the server's.
const originMark = '\no'
const archiveMark = '\na'

/** Tells texts apart well enough beside an equal id of an equal sender. */
function toPrint({ body = '' }: Message): number {
  let print = body.length
  const end = Math.min(body.length, printedLength)
  for (let index = 0; index < end; index++) print = (Math.imul(print, 31) + body.charCodeAt(index)) | 0
  return print
}
