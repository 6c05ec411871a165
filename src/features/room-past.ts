import type { Observable } from 'rxjs'
import type { PageFacts } from '../../machines/archive.js'
import { isForgotten } from '../../machines/archive-refusals.js'
import type { Jid } from '../stanza/jid.js'
import type { ArchiveQueries } from './archive-queries.js'
import { ArchiveReader } from './archive-reader.js'
import { forgetOldest } from './forget-oldest.js'
import { heldMessageLimit, Timeline, type ArchivedMessage } from './timeline.js'
import type { RoomMessage } from './room.js'

/** What was said before the session was lost is asked for again so much further back, in milliseconds: clocks differ. */
export const overlapMs = 60_000

/** Where a message of a room has its place. */
export type RoomPlace =
  /** Behind what is yet to be fetched, as the room has told it of the past, or as it is said. */
  | 'heldAsPast'
  | 'heldAsSaid'
  /** Nothing before it is missing. */
  | 'next'
  /** Something before it may be missing. */
  | 'somewhere'

/** The rooms whose messages they are know them by what their archives call them. @see XEP-0359 §4 */
const nobody = ''
const gapless = { isGapless: true, isArchived: true }
const gapped = { isGapless: false, isArchived: true }

/**
 * What is said in one room: each message once, live, as the room tells it of the past, or out of its archive, and in its order.
 * @see XEP-0045 §7.2.13, XEP-0313 §6.3
 */
export class RoomPast {
  readonly #timeline = new Timeline<RoomMessage>(undefined)
  readonly #reader: ArchiveReader<RoomMessage>
  /** What the room has told of the past, and has to wait. */
  #told: RoomMessage[] = []
  /** Messages that the archive has sent since one came in. */
  #count = 0
  /** These, where it has said that they are all. */
  #fetched: number | undefined
  /** The last message of an earlier run, where that is all that is known. */
  #after: string | undefined
  /** Messages that were told, and the room did not say by which name its archive has them. */
  readonly #nameless = new Set<string>()
  /** What the archive has sent since one came in, as it would be known without a name. */
  readonly #recalled = new Set<string>()
  #spokenAt: number | undefined

  /** @param toSaid reads what the archive has, as it would be read were it said now */
  constructor(
    jid: Jid,
    queries: ArchiveQueries,
    toSaid: (archived: readonly ArchivedMessage[]) => readonly RoomMessage[],
  ) {
    this.#reader = new ArchiveReader<RoomMessage>(queries, this.#timeline, {
      archive: jid,
      since: () => ({ start: Math.max(0, (this.#spokenAt ?? 0) - overlapMs) }),
      own: () => nobody,
      toTold: (archived) => {
        const said = toSaid(archived)
        this.#count += said.length
        return said.filter((each) => !this.#wasNameless(each))
      },
    })
  }

  get message$(): Observable<RoomMessage> {
    return this.#timeline.message$
  }

  /** What was said since can be asked for. */
  get knowsLast(): boolean {
    return this.#timeline.last !== undefined || this.#spokenAt !== undefined
  }

  /** When something was said last that has its place, in milliseconds since 1970. */
  get spokenAt(): number | undefined {
    return this.#spokenAt
  }

  /** One enters anew, and knows of the past no more than this. @param after what the archive calls the last message */
  begin(after: string | undefined): void {
    this.#timeline.anchor(after)
    this.#after = after
    this.#spokenAt = undefined
  }

  /** All that was said before now is told, unless it has to wait. */
  noteSilence(place: RoomPlace): void {
    if (!isHeld(place)) this.#spokenAt = Date.now()
  }

  take(said: RoomMessage, place: RoomPlace): void {
    if (place === 'heldAsPast') this.#holdAsTold(said)
    else if (place === 'heldAsSaid') this.#passUnkept(this.#timeline.hold(said))
    else this.#pass(said, place === 'next')
  }

  async fetchPage(signal: AbortSignal): Promise<PageFacts> {
    const { last } = this.#timeline
    this.#fetched = undefined
    // The one to go on from is forgotten, and when it was said is known as little.
    if (!this.knowsLast) return { complete: true, stable: true }
    try {
      const page = await this.#reader.readPage(signal)
      if (page.complete) this.#fetched = this.#count
      return page
    } catch (error) {
      if (isForgotten(error) && last !== undefined) this.#timeline.anchor(undefined)
      throw error
    }
  }

  /** What waits passes. @param isGapless nothing before it is missing */
  release(isGapless: boolean): void {
    const told = this.#fetched === undefined ? this.#told : this.#unheard(this.#fetched)
    this.#told = []
    this.#fetched = undefined
    this.#count = 0
    if (isGapless) this.#after = undefined
    for (const said of [...told, ...this.#timeline.takeHeld()]) {
      if (said.id !== undefined || !this.#recalled.delete(toNameless(said))) this.#pass(said, isGapless)
    }
    this.#recalled.clear()
  }

  complete(): void {
    this.#timeline.complete()
  }

  #pass(said: RoomMessage, isGapless: boolean): void {
    // Whatever it is dated, it is said by now.
    this.#spokenAt = Math.max(this.#spokenAt ?? 0, Math.min(said.moment ?? Infinity, Date.now()))
    this.#timeline.pass(said, nobody, isGapless ? gapless : gapped)
    if (said.id === undefined && said.message.id !== undefined) remember(this.#nameless, toNameless(said))
  }

  /** Whether the archive has what was told already; each time that it was. */
  #wasNameless(said: RoomMessage): boolean {
    const name = toNameless(said)
    if (!this.#nameless.delete(name)) {
      remember(this.#recalled, name)
      return false
    }
    this.#timeline.know(said)
    return true
  }

  #holdAsTold(said: RoomMessage): void {
    // What waits since the last time was said before.
    this.#told.push(...this.#timeline.takeHeld(), said)
    if (this.#told.length <= heldMessageLimit) return
    this.#passUnkept(this.#told.shift())
  }

  /** What waits no longer passes, unless the archive has it. */
  #passUnkept(oldest: RoomMessage | undefined): void {
    if (oldest !== undefined && oldest.id === undefined) this.#pass(oldest, false)
  }

  /**
   * What the room tells of the past was mostly heard before, or had by the archive. Of an earlier run nothing is known but its
   * last message: what the archive keeps, and did not have behind that one, was before, unless the room tells it behind all that
   * the archive had at the time.
   */
  #unheard(fetched: number): readonly RoomMessage[] {
    const after = this.#after
    if (after === undefined) return this.#told
    const following = this.#told.slice(this.#told.findIndex(({ id }) => id === after) + 1)
    const known = following.findLastIndex((said) => this.#timeline.knows(said))
    const end = known === -1 && fetched === 0 ? following.length : known + 1
    return following.filter(({ id }, index) => id === undefined || index >= end)
  }
}

function remember(names: Set<string>, name: string): void {
  names.add(name)
  if (names.size > heldMessageLimit) forgetOldest(names)
}

/** By whom, with which id and what. */
const toNameless = ({ body, message: { from, id } }: RoomMessage): string =>
  JSON.stringify([from?.toString(), id, body])

const isHeld = (place: RoomPlace): boolean => place === 'heldAsPast' || place === 'heldAsSaid'
