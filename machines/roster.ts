import { assign } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { failure, timedOut, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export type RosterEvent =
  /** The session is usable, or is so again over another stream; `versioned`: the server offers roster versioning. */
  | { readonly type: 'session.online'; readonly versioned: boolean }
  | { readonly type: 'session.offline' }
  | { readonly type: 'roster.fetch' }

export interface RosterInput {
  /** Ask for the roster on coming online, without being told. */
  readonly wanted: boolean
  readonly timeouts: Timeouts
}

export interface RosterContext extends RosterInput {
  readonly versioned: boolean
  /** Why the last request for the roster failed. */
  readonly error: XmppError | undefined
}

/** Which roster is asked for: all of it, or what has changed since the version at hand. */
export interface FetchRosterInput {
  readonly versioned: boolean
}

/**
 * Decides when the contact list is asked for and whether what one has can be relied on. From the request on the server
 * pushes every change, so a synced roster stays so as long as the session. Refuses to know the contacts: results and
 * pushes are data, applied in the order in which they arrive; a chart that saw each of them would only be slower.
 */
export const rosterMachine = setup({
  types: {} as { context: RosterContext; input: RosterInput; events: RosterEvent },
  actors: { fetchRoster: deed<void, FetchRosterInput>() },
  actions: {
    noteOffer: assign((_, params: { readonly versioned: boolean }) => ({ versioned: params.versioned })),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({ error: timedOut('roster', context.timeouts) })),
    forgetFailure: assign({ error: undefined }),
  },
  guards: { isWanted: ({ context }) => context.wanted },
  delays: { rosterTimeout: ({ context }) => context.timeouts.rosterMs },
}).createMachine({
  id: 'roster',
  description: 'The contact list: whether it is what the server has.',
  context: ({ input }) => ({ ...input, versioned: false, error: undefined }),
  initial: 'cold',
  on: { 'session.offline': { target: '.cold' } },
  states: {
    cold: {
      description: 'Outside a session: what is known is from before, or nothing.',
      tags: ['idle'],
      meta: { spec: 'RFC 6121 §2.6.1', why: 'a session has to come first' },
      on: {
        'session.online': [
          {
            guard: 'isWanted',
            target: 'requesting',
            actions: { type: 'noteOffer', params: ({ event }) => event },
          },
          { target: 'unasked', actions: { type: 'noteOffer', params: ({ event }) => event } },
        ],
      },
    },
    unasked: {
      description: 'The app wants no roster so far: the server sends no pushes.',
      tags: ['idle'],
      meta: { spec: 'RFC 6121 §2.2', why: 'the app asks when it wants to' },
      on: { 'roster.fetch': { target: 'requesting' } },
    },
    requesting: {
      description: 'The roster is asked for: all of it, or by the version one has.',
      meta: { spec: 'RFC 6121 §2.1.3, §2.6.2' },
      entry: 'forgetFailure',
      invoke: {
        id: 'fetchRoster',
        src: 'fetchRoster',
        input: ({ context }) => ({ versioned: context.versioned }),
        onDone: { target: 'synced' },
        onError: { target: 'failed', actions: failure },
      },
      after: { rosterTimeout: { target: 'failed', actions: 'noteTimeout' } },
    },
    synced: {
      description: 'The roster is the server’s; pushes keep it so.',
      tags: ['idle'],
      meta: { spec: 'RFC 6121 §2.1.6, §2.6.3', why: 'pushes are data' },
      on: { 'roster.fetch': { target: 'requesting' } },
    },
    failed: {
      description:
        'The server gave no roster, or its answer did not outlast the connection; the error says which.',
      tags: ['person'],
      meta: { spec: 'RFC 6121 §2.1.4, XEP-0198 §5', why: 'asked again by the app, or over the next stream' },
      on: {
        'roster.fetch': { target: 'requesting' },
        'session.online': {
          target: 'requesting',
          actions: { type: 'noteOffer', params: ({ event }) => event },
        },
      },
    },
  },
})
