import type { PageFacts } from '../../machines/archive.js'
import { ProtocolError, TransportError } from '../errors.js'
import type { ArchiveFilter, ArchiveResult } from '../stanza/archive.js'
import type { Jid } from '../stanza/jid.js'
import { parseMessage } from '../stanza/message.js'
import type { ArchiveQueries, PageQuery } from './archive-queries.js'
import { ArchiveTail } from './archive-tail.js'
import type { ArchivedMessage, Timeline } from './timeline.js'

/** Messages that one question asks for, beside those at the end of the last page. */
export const defaultPageSize = 50

const lastOne = { before: '', max: 1 } as const

/** Whose messages are read, and what they are where they pass. */
interface Reading<Told extends Pick<ArchivedMessage, 'id' | 'message'>> {
  /** Default one’s own. */
  readonly archive?: Jid | undefined
  /** What is wanted where no message is known to go on from; default all. */
  readonly since?: () => ArchiveFilter
  /** Bare; whose own messages are known by their id alone. */
  readonly own: () => string
  readonly toTold: (archived: readonly ArchivedMessage[]) => readonly Told[]
}

/** Reads an archive into the order of what passes, a page at a time, from the last message that is known. @see XEP-0313 §4.3.2 */
export class ArchiveReader<Told extends Pick<ArchivedMessage, 'id' | 'message'>> {
  readonly #queries: ArchiveQueries
  readonly #timeline: Timeline<Told>
  readonly #reading: Reading<Told>
  readonly #tail = new ArchiveTail()
  /** Before what may change yet (XEP-0313 §4.3.2): from there it is asked for again, once all the rest is here. */
  #unstable: { readonly after: string | undefined } | undefined

  constructor(queries: ArchiveQueries, timeline: Timeline<Told>, reading: Reading<Told>) {
    this.#queries = queries
    this.#timeline = timeline
    this.#reading = reading
  }

  /** The last message of the archive is the one to go on from. */
  async anchor(signal: AbortSignal): Promise<void> {
    this.#timeline.askPage()
    const { results, end } = await this.#ask({ page: lastOne }, signal)
    this.#timeline.anchor(end.page.last ?? results.at(-1)?.id)
  }

  async readPage(signal: AbortSignal): Promise<PageFacts> {
    const timeline = this.#timeline
    const tail = this.#tail
    timeline.askPage()
    const { last: after } = timeline
    const filter = after === undefined ? this.#reading.since?.() : undefined
    const page = { after, max: defaultPageSize + tail.length }
    const { results, end, isSound } = await this.#ask({ filter, page }, signal)
    if (!isSound) return { complete: false, stable: true }
    const complete = end.complete && !timeline.isDoubtful
    const settled = tail.cut(results, complete)
    if (!complete && after !== undefined && settled.at(-1)?.id === after)
      throw new ProtocolError('policy-violation', 'the archive goes on with what it was to go on from')
    if (!end.stable) this.#unstable ??= { after: timeline.last }
    timeline.takePage(this.#reading.toTold(toMessages(settled)), settled.at(-1)?.id, this.#reading.own())
    // All of it may have something missing before it, unless the archive has gone on for long since.
    if (!end.complete && settled.length === 0)
      tail.hear((await this.#ask({ page: lastOne }, signal)).results[0]?.moment)
    if (!complete || this.#unstable === undefined) return { complete, stable: true }
    timeline.anchor(this.#unstable.after)
    this.#unstable = undefined
    return { complete, stable: false }
  }

  #ask(query: PageQuery, signal: AbortSignal) {
    const { archive } = this.#reading
    return untilOver(this.#queries.fetchPage({ archive, ...query }, { signal, timeoutMs: Infinity }))
  }
}

/** What holds no message that can be read is left out. */
export function toMessages(results: readonly ArchiveResult[]): ArchivedMessage[] {
  return results.flatMap(({ id, moment = 0, message: element }) => {
    const message = element === undefined ? undefined : parseMessage(element)
    return message?.kind === 'message' ? [{ id, moment, message }] : []
  })
}

/** A session that is left answers no more. That it is over is told by itself: until then nothing passes that has to wait. */
export const untilOver = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    if (error instanceof TransportError && error.reason === 'not-connected')
      return new Promise<never>(() => {})
    throw error
  })
