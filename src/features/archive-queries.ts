import { ProtocolError } from '../errors.js'
import {
  findArchiveResult,
  parseArchiveEnd,
  toArchiveQuery,
  toResultName,
  type ArchiveEnd,
  type ArchiveFilter,
  type ArchiveResult,
} from '../stanza/archive.js'
import type { Jid } from '../stanza/jid.js'
import type { PageRequest } from '../stanza/result-set.js'
import type { OrderedRequestOptions } from '../router/requests.js'
import type { FeatureHost } from './feature-host.js'

/** One answer of an archive, oldest first. */
export interface ArchivePage {
  readonly results: readonly ArchiveResult[]
  readonly end: ArchiveEnd
  /**
   * `false`: the session moved to another connection meanwhile, and what a server mixes up then may still come, or stand in
   * the wrong place. It is to be asked for again.
   */
  readonly isSound: boolean
}

/** What is asked of an archive. */
export interface PageQuery {
  /** Whose archive; one's own where it is left out. */
  readonly archive?: Jid | undefined
  readonly filter?: ArchiveFilter | undefined
  readonly page: PageRequest & { readonly max: number }
}

interface Open {
  readonly archive: string
  readonly max: number
  readonly results: ArchiveResult[]
  /** A server that did not count the question when the session moved answers it twice. */
  readonly names: Set<string>
  exceeds: boolean
  hasMoved: boolean
}

/**
 * Questions to archives and the results that belong to them: from the archive that was asked, while it is being asked, and
 * with the id of the question. Everything else that says it came out of an archive is dropped.
 * @see XEP-0313 §8.2
 */
export class ArchiveQueries {
  readonly #bus: FeatureHost['bus']
  readonly #createId: () => string
  readonly #open = new Map<string, Open>()

  constructor({ bus, createId }: Pick<FeatureHost, 'bus' | 'createId'>) {
    this.#bus = bus
    this.#createId = createId
    bus.message$.subscribe(({ from, payloads }) => {
      if (this.#open.size === 0 || payloads.length === 0) return
      const result = findArchiveResult(payloads)
      const open = this.#open.get(result?.queryId ?? '')
      if (result === undefined || open === undefined || from?.toString() !== open.archive) return
      const name = toResultName(result)
      if (open.names.has(name)) return
      open.names.add(name)
      if (open.results.length < open.max) open.results.push(result)
      else open.exceeds = true
    })
    bus.session$.subscribe((standing) => {
      if (standing === 'suspended') for (const open of this.#open.values()) open.hasMoved = true
    })
  }

  /** One page; rejects with `StanzaError`, `TimeoutError`, `TransportError`, or `ProtocolError` for an answer that is none. */
  async fetchPage(
    { archive, filter = {}, page }: PageQuery,
    options?: OrderedRequestOptions,
  ): Promise<ArchivePage> {
    const queryId = this.#createId()
    const open: Open = {
      archive: (archive ?? this.#bus.account?.bare ?? '').toString(),
      max: page.max,
      results: [],
      names: new Set(),
      exceeds: false,
      hasMoved: false,
    }
    this.#open.set(queryId, open)
    try {
      const payload = toArchiveQuery(queryId, filter, page)
      const answer = await this.#bus.request(
        { type: 'set', to: archive, payload },
        // What comes after the end is none of its results.
        { ...options, answered: () => this.#open.delete(queryId) },
      )
      const end = readEnd(open, answer.payload && parseArchiveEnd(answer.payload))
      return { results: open.results, end, isSound: !open.hasMoved || isFull(open, end) }
    } finally {
      this.#open.delete(queryId)
    }
  }
}

/** Whether all that fits on the page is on it, from the first one to the last. */
function isFull({ results, max }: Open, { page }: ArchiveEnd): boolean {
  return results.length === max && results[0]?.id === page.first && results.at(-1)?.id === page.last
}

function readEnd({ results, exceeds, hasMoved, max }: Open, end: ArchiveEnd | undefined): ArchiveEnd {
  if (end === undefined) throw new ProtocolError('bad-format', 'the answer of the archive has no end')
  if (exceeds)
    throw new ProtocolError('policy-violation', `the archive sends more than the ${max} messages asked for`)
  if (!end.complete && results.length === 0 && !hasMoved) {
    throw new ProtocolError('bad-format', 'the archive sends nothing and says that more follows')
  }
  return end
}
