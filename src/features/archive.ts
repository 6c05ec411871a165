import type { Observable } from 'rxjs'
import { fromPromise } from 'xstate'
import {
  archiveMachine,
  defaultArchiveTimeouts,
  type ArchiveEvent,
  type ArchiveTimeouts,
} from '../../machines/archive.js'
import { isWithoutArchive } from '../../machines/archive-refusals.js'
import { toTimeouts, type Given } from '../../machines/timeouts.js'
import type { XmppError } from '../errors.js'
import { isOwnSide, type Account } from '../router/trust.js'
import { toResultName, type ArchiveFilter, type ArchiveResult } from '../stanza/archive.js'
import { isCarbon } from '../stanza/carbons.js'
import { findDelayBy } from '../stanza/delay.js'
import { toJid, type JidInput } from '../stanza/jid.js'
import type { Message } from '../stanza/message.js'
import { toPingElement } from '../stanza/ping.js'
import { parsePresence } from '../stanza/presence.js'
import { findStanzaId } from '../stanza/stanza-id.js'
import * as ns from '../xml/namespaces.js'
import { ArchiveQueries, type ArchivePage } from './archive-queries.js'
import { ArchiveReader, defaultPageSize, toMessages, untilOver } from './archive-reader.js'
import { readCopy } from './carbons.js'
import { startOfAlike } from './archive-tail.js'
import type { FeatureHost } from './feature-host.js'
import { shownBy } from './shown-by.js'
import { tellOfSession } from './tell-of-session.js'
import { Timeline, type ArchivedMessage } from './timeline.js'

/** Where catching up stands. */
export type ArchiveState =
  /** `offline`: no session. `anchoring`: the end of the archive is looked for. `catchingUp`: what was missed is fetched. */
  | { readonly status: 'anchoring' | 'catchingUp' | 'offline' }
  /** Messages come as they are sent; `gap`: why some before them are missing for good, or may be. */
  | { readonly status: 'live'; readonly gap: XmppError | undefined }
  /**
   * Messages come as they are sent. `incomplete`: some are missing until `catchUp()` or the next session, or may be where there
   * is no `error`: the archive says that what it has sent may change yet.
   */
  | { readonly status: 'incomplete' | 'unavailable'; readonly error: XmppError | undefined }

/** What a search has found. */
export interface FoundMessage extends ArchivedMessage {
  /** `false`: the archive says that this, or its place, may change yet; whoever keeps it asks again (XEP-0313 §4.3.2). */
  readonly stable: boolean
}

/** Which messages to fetch, and in which order. */
export interface ArchiveSearch extends ArchiveFilter {
  /** Whose archive, such as a room’s; default one’s own. */
  readonly archive?: JidInput | undefined
  /** Only what follows this message, as the archive calls it; with `newestFirst`, what comes before it. */
  readonly beyond?: string | undefined
  /** Default: oldest first. */
  readonly newestFirst?: boolean | undefined
  /** Messages that one request asks for, beside those at the end of the last page: 1 to 1000; default 50. */
  readonly pageSize?: number | undefined
  /** How long to wait for each page, in milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined
  /** Ends the search: the page that is awaited, or the next one, fails with `transport.aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** Where `archive` begins, and how long it waits. */
export interface ArchiveOptions {
  /**
   * The `id` of the last message that an earlier run of the app has seen: what came after it is fetched first. Default: what was
   * before is left to `query`.
   */
  readonly after?: string | undefined
  /** Milliseconds for each wait; what is left out keeps its default. */
  readonly timeouts?: Given<ArchiveTimeouts> | undefined
}

/** The archive of one’s account. */
export interface ArchiveFeature {
  /**
   * Every message that others send, and other devices of one’s own with carbons: in order, each once, across sessions. What
   * was missed comes before what is sent now. Of what this client sends itself nothing comes back, unless it has sent two
   * thousand since, or an earlier process has sent it that did not leave it in the `store`: that is as if another device had.
   */
  readonly message$: Observable<ArchivedMessage>
  /** Replays. */
  readonly state$: Observable<ArchiveState>
  /** Fetches messages page by page, as they are asked for; throws `StanzaError`, `TimeoutError`, `TransportError`, `ProtocolError`. */
  query(search?: ArchiveSearch): AsyncIterable<FoundMessage>
  /** Tries again where catching up has failed. */
  catchUp(): void
}

/**
 * A turn in which the session says that it is available. What comes before a server knows that goes into the archive alone:
 * a question that was asked first would miss it.
 */
const sessionHasSpoken = Promise.resolve()

const largestPageSize = 1_000

/**
 * The archive for a client: `client.use(archive)`, before it connects.
 * @example
 * const history = client.use(archive)
 * history.message$.subscribe(({ message }) => console.log(message.from?.toString(), message.body))
 * for await (const { message } of history.query({ with: 'bob@example.test', newestFirst: true })) console.log(message.body)
 * @see XEP-0313
 */
export function archive(host: FeatureHost, options: ArchiveOptions = {}): ArchiveFeature {
  const { bus, start } = host
  const timeouts = toTimeouts(defaultArchiveTimeouts, options.timeouts)
  const queries = new ArchiveQueries(host)
  const timeline = new Timeline<ArchivedMessage>(options.after)
  /** As the server knows it: only then what is sent to the account comes here, not to the archive alone (RFC 6121 §8.5.2.1). */
  let isAvailable = false
  let bare = ''
  const own = () => (bare = bus.account?.bare ?? bare)
  /** Of what an earlier process has left it does not say whether it was sent. */
  const isLeft = ({ message: { from, id } }: ArchivedMessage) =>
    id !== undefined && from?.bare.toString() === own() && host.memory?.deliveryOf(id) !== undefined
  const reader = new ArchiveReader(queries, timeline, {
    own,
    toTold: (archived) => archived.filter((each) => !isLeft(each)),
  })

  const machine = archiveMachine.provide({
    actors: {
      findLast: fromPromise(async ({ signal }) => {
        await sessionHasSpoken
        await reader.anchor(signal)
      }),
      fetchPage: fromPromise(async ({ signal }) => {
        await sessionHasSpoken
        return reader.readPage(signal)
      }),
      askBehind: fromPromise(async ({ signal }) => {
        const ping = { type: 'get', payload: toPingElement() } as const
        await untilOver(bus.request(ping, { signal, timeoutMs: Infinity }))
      }),
    },
    actions: { releaseMessages: () => queueMicrotask(() => release()) },
  })
  const actor = start(machine, {
    id: 'archive',
    input: {
      anchored: options.after !== undefined,
      timeouts,
    },
  })
  const isHolding = () => actor.getSnapshot().hasTag('holding')
  const tell = (event: ArchiveEvent) => {
    if (actor.getSnapshot().status === 'active') actor.send(event)
  }
  const pass = (message: ArchivedMessage) => {
    const { value, context } = actor.getSnapshot()
    const isUnasked = value === 'unavailable' || value === 'adrift'
    // What came before the first one was not missed.
    const isFirst = isUnasked && !context.anchored
    const isGapless = isFirst || (isAvailable && (isUnasked || value === 'live'))
    const isArchived = value === 'live' || !isWithoutArchive(context.error)
    if (timeline.pass(message, own(), { isGapless, isArchived }) && isFirst) tell({ type: 'message.named' })
  }
  const release = () => {
    if (isHolding()) return
    // The archive has what is missing.
    if (timeline.isDoubtful && actor.getSnapshot().value === 'live') tell({ type: 'archive.retry' })
    else for (const message of timeline.takeHeld()) pass(message)
  }

  const hold = (live: ArchivedMessage) => {
    const isFetched = actor.getSnapshot().matches('catchingUp')
    const oldest = timeline.hold(live, isFetched)
    // Whether there is an archive that has it is not known before it has answered.
    if (oldest !== undefined) timeline.pass(oldest, own(), { isGapless: false, isArchived: isFetched })
  }

  tellOfSession(bus.session$, actor)
  bus.sent$.subscribe((element) => {
    const id = element.attribute('id')
    const from = bus.account?.full
    if (element.name === 'message' && id !== undefined && from !== undefined) timeline.noteSent(from, id)
    if (element.name !== 'presence' || element.attribute('to') !== undefined) return
    const wasAvailable = isAvailable
    isAvailable = takesAll(parsePresence(element))
    if (wasAvailable || !isAvailable) return
    timeline.doubt()
    queueMicrotask(release)
  })
  bus.session$.subscribe((standing) => {
    if (standing === 'none') isAvailable = false
    if (standing !== 'suspended') return
    // A server may mix up what comes while it moves a session to another connection: the archive has the order.
    timeline.doubt()
    tell({ type: 'session.suspended' })
  })
  bus.message$.subscribe({
    next: (message) => {
      const live = readLive(message, { bare: own() }, readCopy(message, bus.account)?.message)
      if (live === undefined) return
      release()
      if (isHolding()) hold(live)
      else pass(live)
    },
    complete: () => timeline.complete(),
  })

  return {
    message$: timeline.message$,
    state$: shownBy(actor, toArchiveState, (before, next) => JSON.stringify(before) === JSON.stringify(next)),
    query: (search = {}) => fetchAll(queries, search),
    catchUp: () => tell({ type: 'archive.retry' }),
  }
}

/**
 * What came last is asked for once more, with what is called alike: where a page ends between two such messages, nothing that
 * follows the one would bring the other.
 */
async function* fetchAll(
  queries: ArchiveQueries,
  search: ArchiveSearch,
): AsyncGenerator<FoundMessage, void, void> {
  const {
    archive: whose,
    newestFirst = false,
    pageSize = defaultPageSize,
    signal,
    timeoutMs,
    ...filter
  } = search
  if (!(Number.isInteger(pageSize) && pageSize > 0 && pageSize <= largestPageSize)) {
    throw new RangeError(`pageSize must lie between 1 and ${largestPageSize}, not ${pageSize}`)
  }
  const from = whose === undefined ? undefined : toJid(whose)
  let cursor = search.beyond
  let edge: readonly ArchiveResult[] = []
  for (let isOver = false; !isOver;) {
    const max = pageSize + edge.length
    const page = newestFirst ? { before: cursor ?? '', max } : { after: cursor, max }
    const { results, end, isSound }: ArchivePage = await queries.fetchPage(
      { archive: from, filter, page },
      { signal, timeoutMs },
    )
    if (!isSound) continue
    const ordered = newestFirst ? results.toReversed() : results
    const known = new Set(edge.map(toResultName))
    const news = ordered.filter((result) => !known.has(toResultName(result)))
    for (const message of toMessages(news)) yield { ...message, stable: end.stable }
    const start = news.length === 0 ? ordered.length : startOfAlike(ordered)
    cursor = ordered[start - 1]?.id ?? cursor
    edge = ordered.slice(start)
    isOver = end.complete
  }
}

/** What of a message that arrives has a place among the others: itself, or what was copied; never what says it was archived. */
function readLive(
  arrived: Message,
  account: Pick<Account, 'bare'>,
  copied: Message | undefined,
): ArchivedMessage | undefined {
  const isWrapped = arrived.payloads.some((payload) => isCarbon(payload) || payload.is('result', ns.archive))
  const message = isWrapped ? copied : arrived
  if (message === undefined) return undefined
  const { from, payloads, type } = message
  const room = type === 'groupchat' ? from?.bare.toString() : undefined
  // Whoever else has held it back, it was received now; nothing was received later.
  const held = findDelayBy(payloads, (holder) => holder === room || isOwnSide(holder, account))
  return {
    id: findStanzaId(payloads, account.bare),
    moment: Math.min(held?.moment ?? Infinity, Date.now()),
    message,
  }
}

/** Whether a resource that says so gets what is sent to the bare JID. @see RFC 6121 §8.5.2.1.1 */
const takesAll = (said: ReturnType<typeof parsePresence>): boolean =>
  said.kind === 'presence' && said.type === undefined && said.priority >= 0

interface ArchiveSnapshot {
  readonly value: unknown
  readonly context: { readonly error: XmppError | undefined }
}

function toArchiveState({ value, context: { error } }: ArchiveSnapshot): ArchiveState {
  const status: unknown = typeof value === 'object' && value !== null ? Object.keys(value)[0] : value
  switch (status) {
    case 'anchoring':
    case 'catchingUp':
      return { status }
    case 'live':
      return { status, gap: error }
    case 'incomplete':
    case 'unavailable':
      return { status, error }
    default:
      return { status: 'offline' }
  }
}
