import { Channel } from '../router/channel.js'
import { Repeats } from '../router/repeats.js'
import { toArchivedName } from '../stanza/archive.js'
import type { Message } from '../stanza/message.js'

/** A message where it belongs among all of an account. */
export interface ArchivedMessage {
  /** What the archive calls it; `undefined` where it says nothing, as of what never was archived. */
  readonly id: string | undefined
  /** When one’s server received it, or the room that has kept it, by their word; in milliseconds since 1970 began. */
  readonly moment: number
  readonly message: Message
}

/** What is known of the archive while messages pass. */
export interface Standing {
  /** Nothing that came before is missing. */
  readonly isGapless: boolean
  /** There is one: without it, what a message says it is called there is the word of anybody (XEP-0313 §3.5). */
  readonly isArchived: boolean
}

/**
 * Messages that wait while those before them are fetched; then the oldest are left to the archive where it has them, and else
 * pass. Where something may be missing before what passes, the archive is asked after as many: it brings none that is forgotten.
 */
export const heldMessageLimit = 1_000

/** Messages that are remembered, so that none comes twice, and as many that were sent; the older half goes first. */
export const knownMessageLimit = 4_000

/** The messages of one account or room in their order, each once, live or out of the archive. */
export class Timeline<Told extends Pick<ArchivedMessage, 'id' | 'message'>> {
  readonly #messages = new Channel<Told>()
  readonly message$ = this.#messages.stream$
  #last: string | undefined
  #held: Told[] = []
  /** The archive has what was sent again twice, by names of its own. */
  readonly #repeats = new Repeats(undefined, knownMessageLimit)
  readonly #known = new Names()
  /** What is sent makes nothing forgotten that was told. */
  #sent: Names | undefined
  #isDoubtful = false
  /** Messages that were told since the archive was asked, and are not known to follow all that came before. */
  #loose = 0

  /** @param last the last message that the app knows of an earlier run, as the archive calls it */
  constructor(last: string | undefined) {
    this.#last = last
  }

  /** What there is up to here is known; what follows may be missing. */
  get last(): string | undefined {
    return this.#last
  }

  /** Something may be missing that is not on the page which was asked for last. */
  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  /** The archive may have got what never came here. */
  doubt(): void {
    this.#isDoubtful = true
  }

  anchor(last: string | undefined): void {
    this.#last = last
  }

  /** The client itself sends this, from its full JID: it is no news when it comes out of the archive. */
  noteSent(from: string, id: string): void {
    this.#sent ??= new Names()
    this.#sent.add(toSent(from, id))
  }

  /**
   * A live message waits.
   * @param isFetched what has a name in the archive is being fetched
   * @returns the oldest, where too many wait and nothing else brings it
   */
  hold(message: Told, isFetched = true): Told | undefined {
    this.#held.push(message)
    if (this.#held.length <= heldMessageLimit) return undefined
    const oldest = this.#held.shift()
    if (!isFetched || oldest?.id === undefined) return oldest
    this.doubt()
    return undefined
  }

  /** A live message passes. @returns whether it is the last one that is known now */
  pass(message: Told, own: string, { isGapless, isArchived }: Standing): boolean {
    const id = isArchived ? message.id : undefined
    if (!this.#tell({ ...message, id }, own)) return false
    if (!isGapless && (this.#loose += 1) === heldMessageLimit) this.doubt()
    if (!isGapless || id === undefined) return false
    this.#last = id
    return true
  }

  /** What is held, which is left to whoever takes it. */
  takeHeld(): readonly Told[] {
    const held = this.#held
    this.#held = []
    return held
  }

  /** A message was told before it was known what the archive calls it. */
  know({ id, message }: Told): void {
    if (id !== undefined) this.#known.add(toArchived(id, message))
  }

  /** Whether a message was told by what the archive calls it, or is the last that was known before. */
  knows({ id, message }: Told): boolean {
    return id !== undefined && (id === this.#last || this.#known.has(toArchived(id, message)))
  }

  /** A page is asked for: it has everything that was received by now. */
  askPage(): void {
    this.#isDoubtful = false
    this.#loose = 0
  }

  /** A page has come, up to `last`. */
  takePage(page: readonly Told[], last: string | undefined, own: string): void {
    this.#last = last ?? this.#last
    for (const message of page) this.#tell(message, own)
  }

  complete(): void {
    this.#messages.complete()
  }

  /** @returns whether it was not known */
  #tell(archived: Told, own: string): boolean {
    const { id, message } = archived
    const name = id === undefined ? undefined : toArchived(id, message)
    if (name !== undefined && this.#known.has(name)) return false
    if (name !== undefined) this.#known.add(name)
    if (message.from?.bare.toString() === own && this.#isOwnKnown(archived, own)) return false
    if (this.#repeats.has(message, { bare: own })) return false
    this.#messages.next(archived)
    return true
  }

  /**
   * Whether this client has sent it, or the copy of what another device has sent came already: the archive may have a name for
   * it that the copy did not have. Others count from one as well: an id alone is not enough. What a device sends to the account
   * itself is there as sent and as received, each with a name of its own.
   */
  #isOwnKnown({ id, message }: Told, own: string): boolean {
    const { from, to } = message
    if (message.id === undefined) return false
    if (this.#sent?.has(toSent(from?.toString(), message.id)) === true) return true
    const copy = toCopy(message, own)
    if (from?.resource !== undefined && (to?.bare.toString() ?? own) === own) {
      const isKnown = this.#known.has(`noted ${copy}`)
      this.#known.add(`noted ${copy}`)
      return isKnown
    }
    const [before, now] = id === undefined ? ['named', 'nameless'] : ['nameless', 'named']
    if (this.#known.delete(`${before} ${copy}`)) return true
    this.#known.add(`${now} ${copy}`)
    return false
  }
}

/** Of those that are added, the latest half of the limit at least. */
class Names {
  #young = new Set<string>()
  #old = new Set<string>()

  has(name: string): boolean {
    return this.#young.has(name) || this.#old.has(name)
  }

  add(name: string): void {
    this.#young.add(name)
    if (this.#young.size < knownMessageLimit / 2) return
    this.#old = this.#young
    this.#young = new Set()
  }

  /** @returns whether it was there */
  delete(name: string): boolean {
    return this.#young.delete(name) || this.#old.delete(name)
  }
}

const toArchived = (id: string, { from, id: messageId }: Message): string =>
  `archive ${toArchivedName(id, from?.toString(), messageId)}`

const toSent = (from: string | undefined, id: string): string => `${from} ${id}`

/** Tells what a device has sent from all else that it has; what names nobody is for the account itself (RFC 6120 §10.3.1). */
const toCopy = ({ body, from, id, to }: Message, own: string): string =>
  JSON.stringify([from?.toString(), to?.toString() ?? own, id, body])
