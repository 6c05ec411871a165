import { assign } from 'xstate'
import { TimeoutError, type XmppError } from '../src/errors.js'
import { failure, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

export type BlockingEvent =
  /** Stanzas go both ways: in a new session, or again in one that was resumed. */
  | { readonly type: 'session.live' }
  | { readonly type: 'session.none' }
  /** The app wants the list. */
  | { readonly type: 'blocking.fetch' }

export interface BlockingInput {
  /** How long the server may take to answer, in milliseconds. */
  readonly answerMs: number
}

export interface BlockingContext extends BlockingInput {
  /** Why the last request for the list failed. */
  readonly error: XmppError | undefined
}

/**
 * Decides when the list of blocked addresses is asked for, and whether what one has can be relied on: from the request on the
 * server pushes every change. Refuses to know the addresses.
 */
export const blockingMachine = setup({
  types: {} as { context: BlockingContext; events: BlockingEvent; input: BlockingInput },
  actors: { fetchBlocklist: deed<void>() },
  actions: {
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({
      error: new TimeoutError('blocking', 'the list of blocked addresses', context.answerMs),
    })),
    forgetFailure: assign({ error: undefined }),
  },
  delays: { answerTimeout: ({ context }) => context.answerMs },
}).createMachine({
  id: 'blocking',
  description: 'The list of blocked addresses: whether it is what the server has.',
  context: ({ input }) => ({ ...input, error: undefined }),
  initial: 'cold',
  on: { 'session.none': { target: '.cold' } },
  states: {
    cold: {
      description: 'Outside a session: what is known is from before, or nothing.',
      tags: ['idle'],
      meta: { why: 'waits for a session' },
      on: { 'session.live': { target: 'requesting' } },
    },
    requesting: {
      description: 'The list is asked for; who has asked hears of every change.',
      meta: { spec: 'XEP-0191 §3.2' },
      entry: 'forgetFailure',
      invoke: {
        id: 'fetchBlocklist',
        src: 'fetchBlocklist',
        onDone: { target: 'synced' },
        onError: { target: 'failed', actions: failure },
      },
      after: { answerTimeout: { target: 'failed', actions: 'noteTimeout' } },
    },
    synced: {
      description: 'The list is the server’s; pushes keep it so, in a session that is resumed too.',
      tags: ['idle'],
      meta: { spec: 'XEP-0191 §3.3, §3.4', why: 'a session may last' },
      on: { 'blocking.fetch': { target: 'requesting' } },
    },
    failed: {
      description: 'The server blocks nobody for one, or gave no list; the error says which.',
      tags: ['person'],
      meta: { spec: 'XEP-0191 §3.1', why: 'asked again by the app, or over the next stream' },
      on: { 'blocking.fetch': { target: 'requesting' }, 'session.live': { target: 'requesting' } },
    },
  },
})
