import { assign } from 'xstate'
import { ProtocolError, type XmppError } from '../src/errors.js'
import { timedOut, toXmppError, type Wait } from './failure.js'
import { setup } from './setup.js'
import { noFeatures, type StreamFeatureFacts, type StreamHeaderFacts } from './stream-facts.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface BindingInput {
  /** The resource to ask for; `undefined` lets the server make one. */
  readonly resource: string | undefined
  readonly timeouts: Timeouts
}

/** What the server made of the bind request; a conflict is an answer, not a failure. */
export type BindAnswer =
  | { readonly kind: 'bound'; readonly jid: string }
  | { readonly kind: 'refused'; readonly error: XmppError; readonly conflict: boolean }

export interface BindingContext extends BindingInput {
  readonly header: StreamHeaderFacts | undefined
  readonly features: StreamFeatureFacts
  readonly jid: string | undefined
  readonly error: XmppError | undefined
}

export type BindingOutput =
  | {
      readonly outcome: 'bound'
      readonly jid: string
      /** Of the stream that was opened after authentication. */
      readonly header: StreamHeaderFacts | undefined
      readonly features: StreamFeatureFacts
    }
  | { readonly outcome: 'failed'; readonly error: XmppError }

/** What the server answered, as guards and actions get it. */
export interface AnswerParams {
  readonly answer: BindAnswer
}

/**
 * Decides how an authenticated stream becomes a session with an address: stream restart, resource binding, and the legacy
 * session request where a server still insists on it. Refuses to know how a request is answered on the wire.
 */
export const bindingMachine = setup({
  types: {} as { context: BindingContext; input: BindingInput; output: BindingOutput },
  actors: {
    reopenStream: deed<StreamHeaderFacts>('reopenStream'),
    receiveFeatures: deed<StreamFeatureFacts>('receiveFeatures'),
    bindResource: deed<BindAnswer, { readonly resource: string | undefined }>('bindResource'),
    establishSession: deed<void>('establishSession'),
  },
  actions: {
    keepHeader: assign((_, params: { readonly header: StreamHeaderFacts }) => ({ header: params.header })),
    keepFeatures: assign((_, params: { readonly features: StreamFeatureFacts }) => ({
      features: params.features,
    })),
    keepJid: assign((_, { answer }: AnswerParams) => ({
      jid: answer.kind === 'bound' ? answer.jid : undefined,
    })),
    dropResource: assign({ resource: undefined }),
    noteRefusal: assign(({ context }, { answer }: AnswerParams) => ({
      error: answer.kind === 'refused' ? answer.error : context.error,
    })),
    noteUnbindable: assign({
      error: () =>
        new ProtocolError(
          'unsupported-feature',
          'the server offers no resource binding after authentication',
        ),
    }),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }, params: { readonly wait: Wait }) => ({
      error: timedOut(params.wait, context.timeouts),
    })),
  },
  guards: {
    hasBind: (_, params: { readonly features: StreamFeatureFacts }) => params.features.bind,
    isBound: (_, { answer }: AnswerParams) => answer.kind === 'bound',
    mayDropResource: ({ context }, { answer }: AnswerParams) =>
      answer.kind === 'refused' && answer.conflict && context.resource !== undefined,
    isSessionRequired: ({ context }) => context.features.session === 'required',
  },
  delays: {
    headerTimeout: ({ context }) => context.timeouts.headerMs,
    featuresTimeout: ({ context }) => context.timeouts.featuresMs,
    bindTimeout: ({ context }) => context.timeouts.bindMs,
  },
}).createMachine({
  id: 'binding',
  description: 'From an authenticated stream to a full JID.',
  context: ({ input }) => ({
    ...input,
    header: undefined,
    features: noFeatures,
    jid: undefined,
    error: undefined,
  }),
  options: { maxIterations: 1000 },
  output: ({ context }) => toOutput(context),
  initial: 'reopening',
  states: {
    reopening: {
      description: 'After authentication a new stream begins on the same connection.',
      meta: { spec: 'RFC 6120 §6.4.6, §4.3.3' },
      invoke: {
        id: 'reopenStream',
        src: 'reopenStream',
        onDone: {
          target: 'awaitingFeatures',
          actions: { type: 'keepHeader', params: ({ event }) => ({ header: event.output }) },
        },
        onError: { target: 'failed', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        headerTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'header' } } },
      },
    },
    awaitingFeatures: {
      description: 'The server announces what may be negotiated by an authenticated client.',
      meta: { spec: 'RFC 6120 §4.3.2, §7.4' },
      invoke: {
        id: 'receiveFeatures',
        src: 'receiveFeatures',
        onDone: [
          {
            guard: { type: 'hasBind', params: ({ event }) => ({ features: event.output }) },
            target: 'requesting',
            actions: { type: 'keepFeatures', params: ({ event }) => ({ features: event.output }) },
          },
          { target: 'failed', actions: 'noteUnbindable' },
        ],
        onError: { target: 'failed', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        featuresTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'features' } } },
      },
    },
    requesting: {
      description: 'A resource is asked for; a taken one is given up for one of the server’s making.',
      meta: { spec: 'RFC 6120 §7.6, §7.7' },
      invoke: {
        id: 'bindResource',
        src: 'bindResource',
        input: ({ context }) => ({ resource: context.resource }),
        onDone: [
          {
            guard: { type: 'isBound', params: ({ event }) => ({ answer: event.output }) },
            target: 'addressed',
            actions: { type: 'keepJid', params: ({ event }) => ({ answer: event.output }) },
          },
          {
            guard: { type: 'mayDropResource', params: ({ event }) => ({ answer: event.output }) },
            target: 'requesting',
            reenter: true,
            actions: 'dropResource',
          },
          {
            target: 'failed',
            actions: { type: 'noteRefusal', params: ({ event }) => ({ answer: event.output }) },
          },
        ],
        onError: { target: 'failed', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        bindTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'bind' } } },
      },
    },
    addressed: {
      description: 'The address is known; servers before RFC 6121 may want a session as well.',
      meta: { spec: 'RFC 6120 §7.3, RFC 3921 §3' },
      always: [{ guard: 'isSessionRequired', target: 'establishing' }, { target: 'bound' }],
    },
    establishing: {
      description: 'The legacy session request, only where the server does not call it optional.',
      meta: { spec: 'RFC 3921 §3' },
      invoke: {
        id: 'establishSession',
        src: 'establishSession',
        onDone: { target: 'bound' },
        onError: { target: 'failed', actions: { type: 'noteFailure', params: ({ event }) => event } },
      },
      after: {
        bindTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'bind' } } },
      },
    },
    bound: { type: 'final', description: 'The session has a full JID.' },
    failed: { type: 'final', description: 'No address; the error says why.' },
  },
})

function toOutput(context: BindingContext): BindingOutput {
  if (context.error === undefined && context.jid !== undefined) {
    return { outcome: 'bound', jid: context.jid, header: context.header, features: context.features }
  }
  return {
    outcome: 'failed',
    error: context.error ?? new ProtocolError('undefined-condition', 'the server bound no address'),
  }
}
