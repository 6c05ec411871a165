import { detach } from '../xml/interner.js'

/** What is known of a message by one of its names. */
export interface RecalledName {
  /** Tells the text of the message that had this name for its id from others; `undefined` where none had. */
  readonly print: number | undefined
  /** It is a name that the sender promises to give no other message. */
  readonly isOrigin: boolean
}

/** Whose word a name is. */
export type NameGiver = 'archive' | 'sender'

/** Names whose ids have the same hash are a list. */
interface Entry {
  readonly giver: NameGiver
  readonly sender: string
  readonly id: string
  print: number | undefined
  isOrigin: boolean
  readonly next: Entry | undefined
}

/** A longer name, in UTF-16 units, is not remembered: nobody fills the memory with a few ids. */
const longestNameUnits = 1_024

/** How much of an id goes into its hash, from its end. */
const hashedLength = 64

/**
 * Names of messages, in two generations of which the older one goes at once. They are found by a number that is made of the
 * id alone: a map of texts looks into the memory of each text that it compares, which is what a lookup costs.
 */
export class RecalledNames {
  #young: Map<number, Entry> | undefined
  #old: Map<number, Entry> | undefined

  find(giver: NameGiver, sender: string, id: string): RecalledName | undefined {
    if (this.#young === undefined && this.#old === undefined) return undefined
    const hash = toHash(id)
    const young = findIn(this.#young?.get(hash), giver, sender, id)
    const old = findIn(this.#old?.get(hash), giver, sender, id)
    if (young === undefined || old === undefined) return young ?? old
    return { print: young.print ?? old.print, isOrigin: young.isOrigin || old.isOrigin }
  }

  /** What is known already stays known. Answers whether it is remembered at all. */
  remember(giver: NameGiver, sender: string, id: string, { print, isOrigin }: RecalledName): boolean {
    if (sender.length + id.length > longestNameUnits) return false
    const young = (this.#young ??= new Map<number, Entry>())
    const hash = toHash(id)
    const next = young.get(hash)
    const entry = findIn(next, giver, sender, id)
    if (entry === undefined) young.set(hash, { giver, sender, id: detach(id), print, isOrigin, next })
    else {
      if (print !== undefined) entry.print = print
      if (isOrigin) entry.isOrigin = true
    }
    return true
  }

  /** A new generation begins. */
  age(): void {
    this.#old = this.#young
    this.#young = undefined
  }
}

function findIn(list: Entry | undefined, giver: NameGiver, sender: string, id: string): Entry | undefined {
  let entry = list
  while (entry !== undefined && (entry.id !== id || entry.giver !== giver || entry.sender !== sender))
    entry = entry.next
  return entry
}

/** A small number, as engines keep numbers best. */
function toHash(id: string): number {
  let hash = id.length
  for (let index = Math.max(0, id.length - hashedLength); index < id.length; index++)
    hash = (Math.imul(hash, 31) + id.charCodeAt(index)) | 0
  return hash & 0x3fff_ffff
}
