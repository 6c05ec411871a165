import { assign } from 'xstate'
import { TimeoutError, type XmppError } from '../src/errors.js'
import { failed, failure, isUnknownRequest, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

export type BookmarksEvent =
  /** Stanzas go both ways: in a new session, or again in one that was resumed. */
  | { readonly type: 'session.live' }
  | { readonly type: 'session.none' }
  /** The app wants the list. */
  | { readonly type: 'bookmarks.fetch' }

export interface BookmarksInput {
  /** How long the server may take to say what it can do and which bookmarks it has, in milliseconds. */
  readonly answerMs: number
}

/** What the server does with bookmarks. */
export interface BookmarkFacts {
  /** It shows them to clients that know bookmarks of the older kind alone (XEP-0402 §5.3). */
  readonly compat: boolean
}

export interface BookmarksContext extends BookmarksInput, BookmarkFacts {
  /** The rooms in the list were entered in this session. */
  readonly hasEntered: boolean
  /** Why the last request for the list failed. */
  readonly error: XmppError | undefined
}

const facts = ({ event }: { readonly event: { readonly output: BookmarkFacts } }) => event.output

/** The list is asked for; wherever that ends, the same is to be said. */
const asking = {
  entry: 'forgetFailure',
  after: { answerTimeout: { target: 'failed', actions: 'noteTimeout' } },
} as const
const refused = [
  { guard: { type: 'isUnsupported', params: failed }, target: 'unsupported', actions: failure },
  { target: 'failed', actions: failure },
] as const
const noteFacts = { type: 'noteFacts', params: facts } as const

/**
 * Decides when the bookmarks of the account are asked for, whether what one has can be relied on, and when the rooms among
 * them are entered: as a session begins, and not as one goes on. Refuses to know the rooms, and their passwords.
 */
export const bookmarksMachine = setup({
  types: {} as { context: BookmarksContext; events: BookmarksEvent; input: BookmarksInput },
  actors: { fetchBookmarks: deed<BookmarkFacts>() },
  actions: {
    /** All of the list that one is to be in. */
    enterRooms: () => {},
    noteFacts: assign((_, params: BookmarkFacts) => ({ compat: params.compat })),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({
      error: new TimeoutError('bookmarks', 'the bookmarks of the account', context.answerMs),
    })),
    forgetFailure: assign({ error: undefined }),
    noteEntered: assign({ hasEntered: true }),
    forgetEntered: assign({ hasEntered: false }),
  },
  guards: {
    /** The server keeps none for an account, or could show them to others. */
    isUnsupported: (_, { error }: { readonly error: unknown }) => isUnknownRequest(error),
    hasEntered: ({ context }) => context.hasEntered,
  },
  delays: { answerTimeout: ({ context }) => context.answerMs },
}).createMachine({
  id: 'bookmarks',
  description: 'The bookmarks of the account: whether they are what the server has.',
  context: ({ input }) => ({ ...input, compat: false, hasEntered: false, error: undefined }),
  initial: 'cold',
  on: { 'session.none': { target: '.cold' } },
  states: {
    cold: {
      description: 'Outside a session: what is known is from before, or nothing.',
      tags: ['idle'],
      meta: { why: 'waits for a session' },
      entry: 'forgetEntered',
      on: { 'session.live': { target: 'requesting' } },
    },
    requesting: {
      ...asking,
      description: 'The list is asked for; the first one of a session says which rooms are entered.',
      meta: { spec: 'XEP-0402 §3.2, §6' },
      invoke: {
        id: 'fetchBookmarks',
        src: 'fetchBookmarks',
        onDone: [
          { guard: 'hasEntered', target: 'synced', actions: noteFacts },
          { target: 'synced', actions: [noteFacts, 'enterRooms', 'noteEntered'] },
        ],
        onError: refused,
      },
    },
    synced: {
      description: 'The list is the server’s; notifications keep it so, in a session that is resumed too.',
      tags: ['idle'],
      meta: { spec: 'XEP-0402 §4', why: 'a session may last' },
      on: { 'bookmarks.fetch': { target: 'refreshing' } },
    },
    refreshing: {
      ...asking,
      description:
        'The list is asked for once more: of the rooms that one has left, none is entered by that.',
      meta: { spec: 'XEP-0402 §3.2' },
      invoke: {
        id: 'fetchBookmarks',
        src: 'fetchBookmarks',
        onDone: { target: 'synced', actions: noteFacts },
        onError: refused,
      },
    },
    failed: {
      description: 'The server gave no list; the error says why.',
      tags: ['person'],
      meta: { spec: 'XEP-0402 §3.2', why: 'asked again by the app, or over the next stream' },
      on: { 'bookmarks.fetch': { target: 'requesting' }, 'session.live': { target: 'requesting' } },
    },
    unsupported: {
      description: 'The server keeps no nodes for an account, or publishes on them unseen how they are.',
      tags: ['person'],
      meta: { spec: 'XEP-0402 §3.3, §6, §8', why: 'asked again by the app, or in the next session' },
      on: { 'bookmarks.fetch': { target: 'requesting' } },
    },
  },
})
