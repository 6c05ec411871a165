import type { Observable } from 'rxjs'
import { fromPromise, type SnapshotFrom } from 'xstate'
import { bookmarksMachine, type BookmarkFacts } from '../../machines/bookmarks.js'
import { toXmppError } from '../../machines/failure.js'
import { StanzaError, type XmppError } from '../errors.js'
import { StateChannel } from '../router/channel.js'
import type { RequestOptions } from '../router/requests.js'
import {
  isRoom,
  parseBookmark,
  toBookmarkItem,
  type Bookmark,
  type BookmarkInput,
  type KeptBookmark,
} from '../stanza/bookmark.js'
import { toJid, type Jid, type JidInput } from '../stanza/jid.js'
import type { PubsubEvent, PubsubItem } from '../stanza/pubsub.js'
import * as ns from '../xml/namespaces.js'
import { announce } from './announcement.js'
import type { FeatureHost } from './feature-host.js'
import type { MucFeature } from './muc.js'
import { publishPrivately } from './private-nodes.js'
import { askAccount, fetchItems, nodeEvents, retractItem } from './pubsub-nodes.js'
import { shownBy } from './shown-by.js'
import { isSynced } from './synced.js'
import { tellOfSession } from './tell-of-session.js'
import { until } from './until.js'

/**
 * Whether the bookmarks are the server’s: `cold` is outside a session, `requesting` before there is an answer,
 * `refreshing` where the list is asked for anew, `failed` a server that gives no list, `unsupported` one that keeps none, or would
 * not keep them to the account.
 */
export type BookmarksState =
  | { readonly status: 'cold' | 'refreshing' | 'requesting' }
  | {
      readonly status: 'synced'
      /** Clients that know only bookmarks of the older kind are shown these by the server (XEP-0402 §5.3). */
      readonly compat: boolean
    }
  | { readonly status: 'failed' | 'unsupported'; readonly error: XmppError | undefined }

/** What `bookmarks` works with. */
export interface BookmarksOptions {
  /** The rooms of the client, in which one is to be. Default none: then the list is kept, and no room is entered. */
  readonly rooms?: Pick<MucFeature, 'room'> | undefined
  /** What one is called where a bookmark does not say; default the localpart of the account. */
  readonly nickname?: string | undefined
}

/**
 * The rooms that one comes back to, the same for all devices of the account. What asks the server for something rejects with
 * `StanzaError` (`feature-not-implemented`: it keeps no bookmarks), `TimeoutError`, or `TransportError` (`not-connected` outside
 * a session).
 */
export interface BookmarksFeature {
  /** By the bare address of the room; replays, and is kept while disconnected. */
  readonly bookmarks$: Observable<ReadonlyMap<string, Bookmark>>
  /** The same as it was told last. */
  readonly bookmarks: ReadonlyMap<string, Bookmark>
  /** Replays. */
  readonly state$: Observable<BookmarksState>
  /** Asks for the list again, or joins a request that is under way. */
  readonly fetch: () => Promise<ReadonlyMap<string, Bookmark>>
  /**
   * Adds a bookmark, or changes what is named of it; what other clients have put into it stays. Rejects with `RangeError` for
   * what is no address of a room, and for what XML cannot carry; with `StanzaError` (`conflict`) where the server does not let
   * the bookmarks be kept to the account.
   * @see XEP-0402 §3.3, §3.4
   */
  readonly set: (room: JidInput, bookmark: BookmarkInput, options?: RequestOptions) => Promise<void>
  /** Removes one; of none, nothing. @see XEP-0402 §3.5 */
  readonly remove: (room: JidInput, options?: RequestOptions) => Promise<void>
}

const answerMs = 30_000

type Published = Pick<PubsubEvent, 'items' | 'retracted'>
type Kept = ReadonlyMap<string, KeptBookmark>

/**
 * Bookmarks for a client, before it connects: `client.use((host) => bookmarks(host, { rooms }))`, with `rooms` of
 * `client.use(muc)`. Rooms with `autojoin` are entered as a session begins, and as soon as any device says so; a room is left
 * once any device takes that back, or removes the bookmark.
 * @example
 * const rooms = client.use(muc)
 * const marks = client.use((host) => bookmarks(host, { rooms, nickname: 'Alice' }))
 * marks.bookmarks$.subscribe((all) => console.log([...all.keys()]))
 * await marks.set('tea@conference.example.test', { name: 'Tea', autojoin: true })
 * @see XEP-0402
 */
export function bookmarks(host: FeatureHost, { nickname, rooms }: BookmarksOptions = {}): BookmarksFeature {
  const { bus, start } = host
  announce(host, `${ns.bookmarks}+notify`)
  const list = new StateChannel<Kept>(new Map())
  /** The end of the change before. */
  let turn = Promise.resolve()

  const enter = ({ jid, nickname: own, password }: KeptBookmark) => {
    const room = rooms?.room(jid)
    const isIn = room?.state.status !== 'outside' && room?.state.status !== 'leaving'
    const wished = [own, nickname, host.account.username].find((name) => isNickname(jid, name))
    if (room === undefined || isIn || wished === undefined) return
    // Why one is not let in, the room tells.
    room.join({ nickname: wished, password }).catch(() => undefined)
  }
  const leave = ({ jid }: KeptBookmark) => {
    const room = rooms?.room(jid)
    if (room !== undefined && room.state.status !== 'outside') void room.leave()
  }
  const take = (next: Kept) => {
    const before = list.value
    list.next(next)
    for (const [key, one] of before) if (one.autojoin && next.get(key)?.autojoin !== true) leave(one)
    for (const [key, one] of next) if (one.autojoin && before.get(key)?.autojoin !== true) enter(one)
  }
  /** Of an event, or of what one has done oneself. */
  const takeItems = (items: readonly PubsubItem[], retracted: readonly string[]) => {
    const gone = new Set(retracted)
    const left = [...list.value].filter(([, { item }]) => !gone.has(item.id ?? ''))
    take(new Map([...left, ...toKept(items)]))
  }

  nodeEvents(bus, ns.bookmarks).subscribe(({ isEmptied, items, publisher, retracted }) => {
    // Anybody may publish on a node of this name, and say so.
    if (publisher.toString() !== bus.account?.bare) return
    if (isEmptied) take(new Map())
    else takeItems(items, retracted)
  })

  const machine = bookmarksMachine.provide({
    actors: {
      fetchBookmarks: fromPromise(({ signal }) =>
        fetchBookmarks(bus, (items) => take(new Map(toKept(items))), signal),
      ),
    },
    actions: {
      enterRooms: () => {
        for (const one of list.value.values()) if (one.autojoin) enter(one)
      },
    },
  })
  const actor = start(machine, { id: 'bookmarks', input: { answerMs } })
  tellOfSession(bus.session$, actor)
  actor.subscribe({ complete: () => list.complete() })

  /**
   * Changes come one after the other, each upon what the server is known to have: otherwise they would undo each other, or
   * what other clients keep there, and a node that is still being made would keep the last one alone.
   */
  const change = async (
    input: JidInput,
    { signal }: RequestOptions,
    publish: (jid: Jid, before: KeptBookmark | undefined) => Promise<Published>,
  ) => {
    const jid = toJid(input)
    if (!isRoom(jid)) throw new RangeError(`${jid.toString()} is no address of a room`)
    const key = jid.toString()
    const deed = async () => {
      await until(actor, isKnown, signal)
      const before = list.value.get(key)
      const { items, retracted } = await publish(jid, before)
      // What was told of it meanwhile is as late, or later.
      if (list.value.get(key) === before) takeItems(items, retracted)
    }
    const done = turn.then(deed)
    turn = done.catch(() => undefined)
    await done
  }

  return {
    bookmarks$: list.stream$,
    get bookmarks() {
      return list.value
    },
    state$: shownBy(actor, toBookmarksState, (before, next) => before.status === next.status),
    fetch: async () => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'bookmarks.fetch' })
      await until(actor, isKnown)
      return list.value
    },
    set: (room, input, options = {}) =>
      change(room, options, async (jid, before) => {
        const item = toBookmarkItem(jid, before, input)
        await publishPrivately(bus, ns.bookmarks, item, options)
        return { items: [item], retracted: [] }
      }),
    remove: (room, options = {}) =>
      change(room, options, async (_, before) => {
        const id = before?.item.id
        if (id === undefined) return { items: [], retracted: [] }
        await retractItem(bus, ns.bookmarks, id, options)
        return { items: [], retracted: [id] }
      }),
  }
}

/** Asks what the server can do first: on one that does not look how a node is before it publishes, others might see. @see XEP-0402 §8 */
async function fetchBookmarks(
  bus: FeatureHost['bus'],
  tell: (items: readonly PubsubItem[]) => void,
  signal: AbortSignal,
): Promise<BookmarkFacts> {
  const options = { signal, timeoutMs: Infinity }
  const { features, hasNodes } = await askAccount(bus, options)
  if (!hasNodes || !features.includes(ns.publishOptions))
    throw new StanzaError('feature-not-implemented', 'cancel')
  await fetchItems(bus, ns.bookmarks, tell, options)
  return { compat: features.includes(`${ns.bookmarks}#compat`) }
}

const toKept = (items: readonly PubsubItem[]) =>
  items.flatMap((item) => {
    const kept = parseBookmark(item)
    return kept === undefined ? [] : [[kept.jid.toString(), kept] as const]
  })

/** What others have written may be none. */
function isNickname(jid: Jid, nickname: string | undefined): nickname is string {
  try {
    return nickname !== undefined && jid.withResource(nickname).resource !== undefined
  } catch {
    return false
  }
}

type BookmarksSnapshot = SnapshotFrom<typeof bookmarksMachine>

/** Whether the list is the server’s; throws why it is not. */
function isKnown(snapshot: BookmarksSnapshot): boolean {
  const { context, status, value } = snapshot
  if (value === 'unsupported') throw toXmppError(context.error)
  if (value === 'refreshing' && status === 'active') return false
  return isSynced(snapshot)
}

const toBookmarksState = ({ value, context: { compat, error } }: BookmarksSnapshot): BookmarksState => {
  if (value === 'synced') return { status: value, compat }
  return value === 'failed' || value === 'unsupported' ? { status: value, error } : { status: value }
}
