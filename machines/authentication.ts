import { assign } from 'xstate'
import { AuthenticationError, type SaslFailureCondition, type XmppError } from '../src/errors.js'
import { failure, timedOut, toXmppError, type Wait } from './failure.js'
import {
  chooseMechanisms,
  legacyMechanism,
  type MechanismCandidate,
  type MechanismFacts,
  type MechanismRefusal,
} from './mechanism-choice.js'
import { mayTryOtherMechanism } from './policy.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

export interface AuthenticationInput {
  readonly facts: MechanismFacts
  /** The resource to ask for, where it is asked for here (XEP-0078); `undefined` lets the client make one. */
  readonly resource: string | undefined
  readonly timeouts: Timeouts
}

/** What the server said; its data stays with the exchange, outside the chart. */
export type SaslAnswer =
  | { readonly kind: 'challenge' }
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly condition: SaslFailureCondition; readonly text: string | undefined }

/** The chosen mechanism, and the whole offer for mechanisms that can protect it (XEP-0474). */
export interface InitiateInput {
  readonly mechanism: MechanismCandidate | undefined
  readonly offer: {
    readonly mechanisms: readonly string[]
    readonly channelBindings: readonly string[] | undefined
  }
}

/** How `jabber:iq:auth` proves the password: by a digest of it, or by itself. */
export type LegacyForm = 'digest' | 'password'

/** What the server takes of `jabber:iq:auth`; a digest needs the id of a stream as well. */
export type LegacyFieldsAnswer =
  | { readonly kind: 'fields'; readonly digest: boolean; readonly password: boolean }
  | { readonly kind: 'refused'; readonly error: XmppError }

export interface IdentifyInput {
  readonly form: LegacyForm
  readonly resource: string | undefined
}

/** What the server made of the identification; a conflict is about the resource. */
export type IdentifyAnswer =
  | { readonly kind: 'identified'; readonly jid: string }
  | { readonly kind: 'refused'; readonly error: XmppError; readonly conflict: boolean }

export interface AuthenticationContext extends AuthenticationInput {
  readonly remaining: readonly MechanismCandidate[]
  readonly refusals: readonly MechanismRefusal[]
  readonly mechanism: MechanismCandidate | undefined
  readonly form: LegacyForm
  /** Known where identification gives an address too. */
  readonly jid: string | undefined
  readonly error: XmppError | undefined
}

export type AuthenticationOutput =
  | {
      readonly outcome: 'authenticated'
      readonly mechanism: string
      /** The type of channel binding, where there was one. */
      readonly binding: string | undefined
      /** Why each of the other mechanisms that the server offers was not used. */
      readonly refusals: readonly MechanismRefusal[]
    }
  /** There is an address already, and nothing to bind. */
  | {
      readonly outcome: 'identified'
      readonly mechanism: string
      readonly jid: string
      readonly refusals: readonly MechanismRefusal[]
    }
  | { readonly outcome: 'failed'; readonly error: XmppError }

/** What the server answered, as guards and actions get it. */
export interface AnswerParams {
  readonly answer: SaslAnswer
}

/** The same of `jabber:iq:auth`. */
export interface FieldsParams {
  readonly answer: LegacyFieldsAnswer
}
export interface IdentifyParams {
  readonly answer: IdentifyAnswer
}

const answered = ({ event }: { readonly event: { readonly output: SaslAnswer } }) => ({
  answer: event.output,
})
const refusal = { type: 'noteRefusal', params: answered } as const

/** What follows, at any step, from an answer that ends the exchange. */
const unlessChallenged = [
  { guard: { type: 'isSuccess', params: answered }, target: 'verifying' },
  {
    guard: { type: 'isBindingRefused', params: answered },
    target: 'choosing',
    actions: [refusal, 'dropUnbound'],
  },
  { guard: { type: 'mayTryNext', params: answered }, target: 'choosing', actions: refusal },
  { target: 'failed', actions: refusal },
] as const

/**
 * Decides which mechanism is tried, when the next one, and when the server may be believed. Refuses to know passwords, keys,
 * nonces and signatures: those live and die in the exchange that the actors hold.
 */
export const authenticationMachine = setup({
  types: {} as { context: AuthenticationContext; input: AuthenticationInput; output: AuthenticationOutput },
  actors: {
    initiate: deed<SaslAnswer, InitiateInput>(),
    answerChallenge: deed<SaslAnswer>(),
    verifyServer: deed<void>(),
    requestFields: deed<LegacyFieldsAnswer>(),
    identify: deed<IdentifyAnswer, IdentifyInput>(),
  },
  actions: {
    takeMechanism: assign(({ context }) => ({
      mechanism: context.remaining[0],
      remaining: context.remaining.slice(1),
    })),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }, params: { readonly wait: Wait }) => ({
      error: timedOut(params.wait, context.timeouts, context.mechanism?.name),
    })),
    noteRefusal: assign(({ context }, { answer }: AnswerParams) => ({
      error: answer.kind === 'failure' ? toError(answer, context.mechanism?.name) : context.error,
      refusals:
        answer.kind === 'failure' && context.mechanism !== undefined
          ? [
              ...context.refusals,
              { name: context.mechanism.name, reason: `the server answered ${answer.condition}` },
            ]
          : context.refusals,
    })),
    // Whoever ends TLS on the way cannot bind, and could refuse it to hear the rest (RFC 5802 §6).
    dropUnbound: assign(({ context: { remaining, refusals } }) => ({
      remaining: remaining.filter(isBound),
      refusals: [
        ...refusals,
        ...remaining
          .filter((each) => !isBound(each))
          .map(({ name }) => ({ name, reason: refusedBindingReason })),
      ],
    })),
    forgetRefusal: assign({ error: undefined }),
    keepForm: assign((_, { form }: { readonly form: LegacyForm }) => ({ form })),
    keepJid: assign((_, { answer }: IdentifyParams) => ({
      jid: answer.kind === 'identified' ? answer.jid : undefined,
      error: undefined,
    })),
    dropResource: assign({ resource: undefined }),
    noteUnidentified: assign(({ context }, { answer }: IdentifyParams | FieldsParams) => ({
      error: answer.kind === 'refused' ? answer.error : noForm(context),
    })),
    noteNoMechanism: assign(({ context }) => ({
      error:
        context.error === undefined || context.refusals.some(({ reason }) => reason === refusedBindingReason)
          ? noMechanism(context)
          : context.error,
    })),
  },
  guards: {
    isExhausted: ({ context }) => context.remaining.length === 0,
    isLegacy: ({ context }) => context.remaining[0]?.name === legacyMechanism,
    hasDigest: (_, { answer }: FieldsParams) => answer.kind === 'fields' && answer.digest,
    maySendPassword: ({ context: { facts } }, { answer }: FieldsParams) =>
      answer.kind === 'fields' && answer.password && (facts.secure || facts.allowPlaintext),
    isIdentified: (_, { answer }: IdentifyParams) => answer.kind === 'identified',
    mayDropResource: ({ context }, { answer }: IdentifyParams) =>
      answer.kind === 'refused' && answer.conflict && context.resource !== undefined,
    isChallenge: (_, { answer }: AnswerParams) => answer.kind === 'challenge',
    isSuccess: (_, { answer }: AnswerParams) => answer.kind === 'success',
    isBindingRefused: ({ context: { mechanism } }, { answer }: AnswerParams) =>
      isOfMechanism(answer) && mechanism !== undefined && isBound(mechanism),
    mayTryNext: ({ context }, { answer }: AnswerParams) =>
      isOfMechanism(answer) && context.remaining.length > 0,
  },
  delays: {
    saslTimeout: ({ context }) => context.timeouts.saslMs,
  },
}).createMachine({
  id: 'authentication',
  description:
    'SASL: one mechanism after the other, strongest first, until one has proven both sides; where there is no SASL, what was before it.',
  context: ({ input }) => {
    const choice = chooseMechanisms(input.facts)
    return {
      ...input,
      remaining: choice.candidates,
      refusals: choice.refusals,
      mechanism: undefined,
      form: 'digest' as const,
      jid: undefined,
      error: undefined,
    }
  },
  options: { maxIterations: 1000 },
  output: ({ context }) =>
    context.error === undefined ? toSuccess(context) : { outcome: 'failed' as const, error: context.error },
  initial: 'choosing',
  states: {
    choosing: {
      description:
        'The strongest mechanism that both sides have and that is safe here; the others carry a reason.',
      meta: { spec: 'RFC 6120 §6.3.3, XEP-0440' },
      always: [
        { guard: 'isExhausted', target: 'failed', actions: 'noteNoMechanism' },
        { guard: 'isLegacy', target: 'requestingFields', actions: 'takeMechanism' },
        { target: 'initiating', actions: 'takeMechanism' },
      ],
    },
    initiating: {
      description: 'The mechanism and its initial response are sent.',
      meta: { spec: 'RFC 6120 §6.4.2' },
      invoke: {
        id: 'initiate',
        src: 'initiate',
        input: ({ context: { mechanism, facts } }) => ({
          mechanism,
          offer: { mechanisms: facts.offered, channelBindings: facts.offeredBindings ?? undefined },
        }),
        onDone: [
          {
            guard: { type: 'isChallenge', params: answered },
            target: 'responding',
          },
          ...unlessChallenged,
        ],
        onError: { target: 'failed', actions: failure },
      },
      after: {
        saslTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'sasl' } } },
      },
    },
    responding: {
      description: 'The server’s challenge is checked and answered.',
      meta: { spec: 'RFC 6120 §6.4.3' },
      invoke: {
        id: 'answerChallenge',
        src: 'answerChallenge',
        onDone: [
          {
            guard: { type: 'isChallenge', params: answered },
            target: 'responding',
            reenter: true,
          },
          ...unlessChallenged,
        ],
        onError: { target: 'failed', actions: failure },
      },
      after: {
        saslTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'sasl' } } },
      },
    },
    verifying: {
      description: 'Success counts only once the server has proven that it knows the secret too.',
      meta: { spec: 'RFC 6120 §6.4.6, RFC 5802 §3' },
      invoke: {
        id: 'verifyServer',
        src: 'verifyServer',
        onDone: { target: 'authenticated', actions: 'forgetRefusal' },
        onError: { target: 'failed', actions: failure },
      },
      after: {
        saslTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'sasl' } } },
      },
    },
    requestingFields: {
      description: 'A server without SASL is asked what it takes: a digest, or the password itself.',
      meta: { spec: 'XEP-0078 §3.1' },
      invoke: {
        id: 'requestFields',
        src: 'requestFields',
        onDone: [
          {
            guard: { type: 'hasDigest', params: ({ event }) => ({ answer: event.output }) },
            target: 'identifying',
            actions: { type: 'keepForm', params: { form: 'digest' } },
          },
          {
            guard: { type: 'maySendPassword', params: ({ event }) => ({ answer: event.output }) },
            target: 'identifying',
            actions: { type: 'keepForm', params: { form: 'password' } },
          },
          {
            target: 'failed',
            actions: { type: 'noteUnidentified', params: ({ event }) => ({ answer: event.output }) },
          },
        ],
        onError: { target: 'failed', actions: failure },
      },
      after: {
        saslTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'sasl' } } },
      },
    },
    identifying: {
      description:
        'The server is told who this is, and as which resource; a taken one is given up for another.',
      meta: { spec: 'XEP-0078 §3.1' },
      invoke: {
        id: 'identify',
        src: 'identify',
        input: ({ context: { form, resource } }) => ({ form, resource }),
        onDone: [
          {
            guard: { type: 'isIdentified', params: ({ event }) => ({ answer: event.output }) },
            target: 'identified',
            actions: { type: 'keepJid', params: ({ event }) => ({ answer: event.output }) },
          },
          {
            guard: { type: 'mayDropResource', params: ({ event }) => ({ answer: event.output }) },
            target: 'identifying',
            reenter: true,
            actions: 'dropResource',
          },
          {
            target: 'failed',
            actions: { type: 'noteUnidentified', params: ({ event }) => ({ answer: event.output }) },
          },
        ],
        onError: { target: 'failed', actions: failure },
      },
      after: {
        saslTimeout: { target: 'failed', actions: { type: 'noteTimeout', params: { wait: 'sasl' } } },
      },
    },
    identified: { type: 'final', description: 'The server knows who this is, and the address is agreed.' },
    authenticated: { type: 'final', description: 'Both sides are who they say they are.' },
    failed: { type: 'final', description: 'Not authenticated; the error says why.' },
  },
})

const refusedBindingReason = 'the server offers channel binding, and has refused it'

const isBound = ({ gs2 }: MechanismCandidate): boolean => gs2 === 'p'

/** It is a refusal of the mechanism, not of the credentials. */
const isOfMechanism = (answer: SaslAnswer): boolean =>
  answer.kind === 'failure' && mayTryOtherMechanism(answer.condition)

const noForm = ({ facts }: AuthenticationContext) =>
  new AuthenticationError(
    'no-mechanism',
    facts.secure || facts.allowPlaintext
      ? 'the server takes neither a digest nor a password'
      : 'the server takes only the password itself, and the connection is not encrypted',
    { mechanism: legacyMechanism },
  )

function toSuccess({ jid, mechanism, refusals, remaining }: AuthenticationContext): AuthenticationOutput {
  const name = mechanism?.name ?? ''
  if (jid !== undefined) return { outcome: 'identified', mechanism: name, jid, refusals }
  return {
    outcome: 'authenticated',
    mechanism: name,
    binding: mechanism?.binding,
    refusals: [...refusals, ...remaining.map(({ name }) => ({ name, reason: 'a stronger one has worked' }))],
  }
}

function toError(
  failure: { readonly condition: SaslFailureCondition; readonly text: string | undefined },
  mechanism: string | undefined,
): AuthenticationError {
  const said = failure.text === undefined ? '' : ` (${failure.text})`
  return new AuthenticationError(
    failure.condition,
    `the server refused ${mechanism}: ${failure.condition}${said}`,
    {
      mechanism,
      text: failure.text,
    },
  )
}

function noMechanism(context: AuthenticationContext): AuthenticationError {
  const { credentials } = context.facts
  if (!credentials.password && !credentials.certificate && !credentials.anonymous) {
    return new AuthenticationError('credentials-missing', 'no credentials were given')
  }
  const reasons = context.refusals.map((refusal) => `${refusal.name} (${refusal.reason})`).join(', ')
  return new AuthenticationError(
    'no-mechanism',
    `no usable mechanism: ${reasons || 'the server offers none'}`,
  )
}
