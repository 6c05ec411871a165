import { assign } from 'xstate'
import { TimeoutError, type XmppError } from '../src/errors.js'
import { failure, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'

export type CarbonsEvent =
  /** Stanzas go both ways: in a new session, or again in one that was resumed. */
  { readonly type: 'session.live' } | { readonly type: 'session.none' }

export interface CarbonsInput {
  /** How long the server may take to answer, in milliseconds. */
  readonly answerMs: number
}

export interface CarbonsContext extends CarbonsInput {
  readonly error: XmppError | undefined
}

/**
 * Decides when the server is asked for copies: once in each session, and again where it did not answer. Refuses to know what
 * is copied.
 */
export const carbonsMachine = setup({
  types: {} as { context: CarbonsContext; events: CarbonsEvent; input: CarbonsInput },
  actors: { enableCarbons: deed<void>() },
  actions: {
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({
      error: new TimeoutError('carbons', 'the answer to the request for copies', context.answerMs),
    })),
    forgetFailure: assign({ error: undefined }),
  },
  delays: { answerTimeout: ({ context }) => context.answerMs },
}).createMachine({
  id: 'carbons',
  description: 'Whether the server copies what others of the account say and hear.',
  context: ({ input }) => ({ ...input, error: undefined }),
  initial: 'off',
  states: {
    off: {
      description: 'No session.',
      tags: ['idle'],
      meta: { why: 'waits for a session' },
      on: { 'session.live': { target: 'enabling' } },
    },
    enabling: {
      description: 'The server is asked.',
      meta: { spec: 'XEP-0280 §4' },
      entry: 'forgetFailure',
      invoke: {
        id: 'enableCarbons',
        src: 'enableCarbons',
        onDone: { target: 'on' },
        onError: { target: 'refused', actions: failure },
      },
      on: { 'session.none': { target: 'off' } },
      after: { answerTimeout: { target: 'refused', actions: 'noteTimeout' } },
    },
    on: {
      description: 'Copies come, in this session and where it is resumed.',
      tags: ['idle'],
      meta: { spec: 'XEP-0280 §4', why: 'a session may last' },
      on: { 'session.none': { target: 'off' } },
    },
    refused: {
      description: 'The server makes no copies, or did not answer.',
      tags: ['idle'],
      meta: { spec: 'XEP-0280 §4.1', why: 'the next stream may be another server’s' },
      on: { 'session.none': { target: 'off' }, 'session.live': { target: 'enabling' } },
    },
  },
})
