import { assign } from 'xstate'
import { ProtocolError, type XmppError } from '../src/errors.js'
import { failure, timedOut, toXmppError, type Wait } from './failure.js'
import { setup } from './setup.js'
import {
  managementFeature,
  noFeatures,
  type StreamFeatureFacts,
  type StreamHeaderFacts,
} from './stream-facts.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface BindingInput {
  /** The resource to ask for; `undefined` lets the server make one. */
  readonly resource: string | undefined
  /** What the server calls the session that can be resumed, if there is one (XEP-0198). */
  readonly previd: string | undefined
  readonly timeouts: Timeouts
}

/** What is asked for. */
export interface BindInput {
  readonly resource: string | undefined
  /** The session before was asked for, and nobody waits for the answer: a refusal may come first. */
  readonly mayRefuseBefore: boolean
}

/** What the server made of the bind request; a conflict is an answer, not a failure. */
export type BindAnswer =
  | { readonly kind: 'bound'; readonly jid: string }
  | { readonly kind: 'refused'; readonly error: XmppError; readonly conflict: boolean }

/** What the server made of the request to resume; refused, a resource can still be bound. */
export type ResumeAnswer =
  | {
      readonly kind: 'resumed'
      readonly jid: string
      /** It acknowledges more than it had before: something that was said over an earlier connection was heard. */
      readonly heard: boolean
    }
  | { readonly kind: 'refused' }

export interface BindingContext extends BindingInput {
  readonly header: StreamHeaderFacts | undefined
  readonly features: StreamFeatureFacts
  readonly jid: string | undefined
  /** The address is that of the session before. */
  readonly resumed: boolean
  /** The server has acknowledged more of it than before. */
  readonly heard: boolean
  readonly error: XmppError | undefined
}

export type BindingOutput =
  | ({ readonly outcome: 'bound' } & BoundFacts)
  /** The session before goes on; `heard`: the server has acknowledged more of it than before. */
  | ({ readonly outcome: 'resumed'; readonly heard: boolean } & BoundFacts)
  | { readonly outcome: 'failed'; readonly error: XmppError }

/** What is known of a session that has an address. */
interface BoundFacts {
  readonly jid: string
  /** Of the stream that was opened after authentication. */
  readonly header: StreamHeaderFacts | undefined
  readonly features: StreamFeatureFacts
}

/** What the server answered, as guards and actions get it. */
export interface AnswerParams {
  readonly answer: BindAnswer
}

/** The same of the request to resume. */
export interface ResumeParams {
  readonly answer: ResumeAnswer
}

const isManaged = ({ features }: Pick<BindingContext, 'features'>) =>
  features.names.includes(managementFeature)

/**
 * Decides how an authenticated stream becomes a session with an address: stream restart, the session before where it can be
 * resumed, else resource binding, and the legacy session request where a server still insists on it. Refuses to know how a
 * request is answered on the wire.
 */
export const bindingMachine = setup({
  types: {} as { context: BindingContext; input: BindingInput; output: BindingOutput },
  actors: {
    /** Asks to resume in the same flight: whoever kept a session offered that. */
    reopenStream: deed<StreamHeaderFacts, { readonly previd: string | undefined }>(),
    receiveFeatures: deed<StreamFeatureFacts>(),
    resumeSession: deed<ResumeAnswer, { readonly previd: string }>(),
    bindResource: deed<BindAnswer, BindInput>(),
    establishSession: deed<void>(),
  },
  actions: {
    keepHeader: assign((_, params: { readonly header: StreamHeaderFacts }) => ({ header: params.header })),
    keepFeatures: assign((_, params: { readonly features: StreamFeatureFacts }) => ({
      features: params.features,
    })),
    keepJid: assign((_, { answer }: AnswerParams) => ({
      jid: answer.kind === 'bound' ? answer.jid : undefined,
    })),
    keepSession: assign((_, { answer }: ResumeParams) => ({
      jid: answer.kind === 'resumed' ? answer.jid : undefined,
      resumed: true,
      heard: answer.kind === 'resumed' && answer.heard,
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
    /** One that manages streams no longer may leave the request unanswered, or refuse it. */
    mayResume: ({ context }) => context.previd !== undefined && isManaged(context),
    isResumed: (_, { answer }: ResumeParams) => answer.kind === 'resumed',
    hasNoBind: ({ context }) => !context.features.bind,
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
    resumed: false,
    heard: false,
    error: undefined,
  }),
  options: { maxIterations: 1000 },
  output: ({ context }) => toOutput(context),
  initial: 'reopening',
  states: {
    reopening: {
      description:
        'After authentication a new stream begins on the same connection; what is to be resumed is said in the same flight.',
      meta: { spec: 'RFC 6120 §6.4.6, §4.3.3, XEP-0198 §5' },
      invoke: {
        id: 'reopenStream',
        src: 'reopenStream',
        input: ({ context }) => ({ previd: context.previd }),
        onDone: {
          target: 'awaitingFeatures',
          actions: { type: 'keepHeader', params: ({ event }) => ({ header: event.output }) },
        },
        onError: { target: 'failed', actions: failure },
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
        onDone: {
          target: 'choosing',
          actions: { type: 'keepFeatures', params: ({ event }) => ({ features: event.output }) },
        },
        onError: { target: 'failed', actions: failure },
      },
      after: {
        featuresTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'features' } } },
      },
    },
    choosing: {
      description: 'The session before, where there is one and the server still knows such, or a new one.',
      meta: { spec: 'XEP-0198 §5, RFC 6120 §7.4' },
      always: [
        { guard: 'mayResume', target: 'resuming' },
        { guard: 'hasNoBind', target: 'failed', actions: 'noteUnbindable' },
        { target: 'requesting' },
      ],
    },
    resuming: {
      description: 'The server was asked to go on with the session before; it answers behind its features.',
      meta: { spec: 'XEP-0198 §5' },
      invoke: {
        id: 'resumeSession',
        src: 'resumeSession',
        input: ({ context }) => ({ previd: context.previd ?? '' }),
        onDone: [
          {
            guard: { type: 'isResumed', params: ({ event }) => ({ answer: event.output }) },
            target: 'bound',
            actions: { type: 'keepSession', params: ({ event }) => ({ answer: event.output }) },
          },
          { guard: 'hasNoBind', target: 'failed', actions: 'noteUnbindable' },
          { target: 'requesting' },
        ],
        onError: { target: 'failed', actions: failure },
      },
      after: {
        bindTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'bind' } } },
      },
    },
    requesting: {
      description: 'A resource is asked for; a taken one is given up for one of the server’s making.',
      meta: { spec: 'RFC 6120 §7.6, §7.7' },
      invoke: {
        id: 'bindResource',
        src: 'bindResource',
        input: ({ context }) => ({
          resource: context.resource,
          mayRefuseBefore: context.previd !== undefined && !isManaged(context),
        }),
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
        onError: { target: 'failed', actions: failure },
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
        onError: { target: 'failed', actions: failure },
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
    const { features, header, heard, jid, resumed } = context
    const facts = { jid, header, features }
    return resumed ? { outcome: 'resumed', heard, ...facts } : { outcome: 'bound', ...facts }
  }
  return {
    outcome: 'failed',
    error: context.error ?? new ProtocolError('undefined-condition', 'the server bound no address'),
  }
}
