import { assign } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { failure, timedOut, toXmppError } from './failure.js'
import { setup } from './setup.js'
import { deed } from './stub.js'
import type { Timeouts } from './timeouts.js'

/** Why there is no account. */
export type RegistrationReason =
  /** The connection is not encrypted, and what is asked for is a password. */
  | 'exposed'
  /** The server makes no accounts this way. */
  | 'unsupported'
  /** The invitation is unknown, used or expired. */
  | 'invitation'
  /** Accounts are made elsewhere: see the URL. */
  | 'redirected'
  /** Something that the server wants to know was not answered. */
  | 'incomplete'
  /** The app gave up. */
  | 'withdrawn'
  /** Somebody has this name. */
  | 'conflict'
  /** What was answered will not do. */
  | 'not-acceptable'
  /** Nobody may do this, or not with this name. */
  | 'not-allowed'
  /** Too many accounts of late: the same may work later. */
  | 'later'
  /** Something else; the error says what. */
  | 'refused'

/** A refusal, as plain facts. */
export interface RegistrationRefusal {
  readonly reason: RegistrationReason
  /** The server's own words, if it gave any. */
  readonly text?: string | undefined
  /** With `redirected` alone: where, by `http:` or `https:`. */
  readonly url?: string | undefined
  /** With `incomplete` alone: what is missing, by name. */
  readonly fields?: readonly string[] | undefined
}

/** What the stream is like that the account is made on. */
export interface RegistrationFacts {
  /** The server offers it, or is from before it could say so. */
  readonly offered: boolean
  /** It takes invitations (XEP-0445). */
  readonly takesInvitations: boolean
  readonly secure: boolean
  /** The app accepts that a password crosses an unencrypted connection. */
  readonly allowPlaintext: boolean
}

export interface RegistrationInput extends RegistrationFacts {
  /** The app has an invitation. */
  readonly isInvited: boolean
  /** There is somebody who can answer otherwise. */
  readonly mayAskAgain: boolean
  /** This client has asked for the account before, and not heard what came of it. */
  readonly mayBeThere: boolean
  readonly timeouts: Timeouts
}

/** How a step ended: it did, or there is a reason why not. */
export type RegistrationAnswer =
  { readonly kind: 'done' } | { readonly kind: 'refused'; readonly refusal: RegistrationRefusal }

export interface RegistrationContext extends RegistrationInput {
  /** How often what was answered may be corrected still. */
  readonly corrections: number
  /** The server was asked for the account, and has not refused. */
  readonly isAsked: boolean
  readonly refusal: RegistrationRefusal | undefined
  readonly error: XmppError | undefined
}

export type RegistrationOutput =
  | { readonly outcome: 'registered' }
  /** The login shows whether the account is this client's own; if not, this is why there is none. */
  | { readonly outcome: 'doubtful'; readonly refusal: RegistrationRefusal }
  | { readonly outcome: 'refused'; readonly refusal: RegistrationRefusal }
  | { readonly outcome: 'failed'; readonly error: XmppError }

/** How a step ended, as guards and actions get it. */
export interface StepParams {
  readonly answer: RegistrationAnswer
}

const answered = ({ event }: { readonly event: { readonly output: RegistrationAnswer } }) => ({
  answer: event.output,
})
const isDone = { type: 'isDone', params: answered } as const
const mayCorrect = { type: 'mayCorrect', params: answered } as const
const refusal = { type: 'noteRefusal', params: answered } as const
const refused = { target: 'refused', actions: refusal } as const
const doubted = {
  guard: { type: 'isDoubtful', params: answered },
  target: 'doubtful',
  actions: refusal,
} as const
const corrected = [refusal, { type: 'countCorrection' }] as const
const broken = { target: 'failed', actions: failure } as const
const late = { target: 'failed', actions: 'noteTimeout' } as const
const because = (reason: RegistrationReason) =>
  ({ target: 'refused', actions: { type: 'noteReason', params: { reason } } }) as const

/**
 * Decides how an account is made before anybody logs in to it: whether the server may be asked at all, what it is shown first,
 * and whether what it refuses may be said otherwise. Refuses to know forms, passwords, invitations and people.
 */
export const registrationMachine = setup({
  types: {} as { context: RegistrationContext; input: RegistrationInput; output: RegistrationOutput },
  actors: {
    presentInvitation: deed<RegistrationAnswer>(),
    requestForm: deed<RegistrationAnswer>(),
    /** Takes as long as a person takes; ends with the connection. */
    fillForm: deed<RegistrationAnswer, { readonly refusal: RegistrationRefusal | undefined }>(),
    submitForm: deed<RegistrationAnswer>(),
  },
  actions: {
    noteReason: assign((_, refusal: RegistrationRefusal) => ({ refusal })),
    noteRefusal: assign((_, { answer }: StepParams) => ({
      refusal: answer.kind === 'refused' ? answer.refusal : undefined,
      isAsked: false,
    })),
    noteAsked: assign({ isAsked: true }),
    countCorrection: assign(({ context }) => ({ corrections: context.corrections - 1 })),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }) => ({ error: timedOut('registration', context.timeouts) })),
  },
  guards: {
    isExposed: ({ context }) => !context.secure && !context.allowPlaintext,
    isInvited: ({ context }) => context.isInvited && context.takesInvitations,
    isUnoffered: ({ context }) => !context.offered,
    isDone: (_, { answer }: StepParams) => answer.kind === 'done',
    isDoubtful: ({ context }, { answer }: StepParams) =>
      answer.kind === 'refused' && isDoubt(context.mayBeThere, answer.refusal),
    mayCorrect: ({ context }, { answer }: StepParams) =>
      context.mayAskAgain &&
      context.corrections > 0 &&
      answer.kind === 'refused' &&
      correctable.has(answer.refusal.reason),
  },
  delays: { registrationTimeout: ({ context }) => context.timeouts.registrationMs },
}).createMachine({
  id: 'registration',
  description: 'From a stream that nobody has logged in on to an account.',
  context: ({ input }) => ({
    ...input,
    corrections: correctionLimit,
    isAsked: false,
    refusal: undefined,
    error: undefined,
  }),
  options: { maxIterations: 1000 },
  output: ({ context: { error, mayBeThere, refusal } }) => {
    if (error !== undefined) return { outcome: 'failed' as const, error }
    if (refusal === undefined) return { outcome: 'registered' as const }
    return { outcome: isDoubt(mayBeThere, refusal) ? ('doubtful' as const) : ('refused' as const), refusal }
  },
  initial: 'choosing',
  states: {
    choosing: {
      description: 'No password for a connection that others can read; an invitation comes first.',
      meta: { spec: 'XEP-0077 §3.1, §7; XEP-0445 §3' },
      always: [
        { guard: 'isExposed', ...because('exposed') },
        { guard: 'isInvited', target: 'presenting' },
        { guard: 'isUnoffered', ...because('unsupported') },
        { target: 'requesting' },
      ],
    },
    presenting: {
      description: 'The invitation is shown; it counts as used once there is an account.',
      meta: { spec: 'XEP-0445 §4' },
      invoke: {
        id: 'presentInvitation',
        src: 'presentInvitation',
        onDone: [{ guard: isDone, target: 'requesting' }, doubted, refused],
        onError: broken,
      },
      after: { registrationTimeout: late },
    },
    requesting: {
      description: 'The server is asked what it wants to know.',
      meta: { spec: 'XEP-0077 §3.1, §5' },
      invoke: {
        id: 'requestForm',
        src: 'requestForm',
        onDone: [{ guard: isDone, target: 'filling' }, doubted, refused],
        onError: broken,
      },
      after: { registrationTimeout: late },
    },
    filling: {
      description: 'The app answers, and is told what was wrong with its last answer.',
      tags: ['person'],
      meta: { spec: 'XEP-0077 §3.1, XEP-0004 §3.2', why: 'a person may have to answer' },
      invoke: {
        id: 'fillForm',
        src: 'fillForm',
        input: ({ context }) => ({ refusal: context.refusal }),
        onDone: [
          { guard: isDone, target: 'submitting', actions: refusal },
          { guard: mayCorrect, target: 'filling', reenter: true, actions: corrected },
          refused,
        ],
        onError: broken,
      },
    },
    submitting: {
      description:
        'The server judges the answer; some refusals can be answered otherwise on the same connection.',
      meta: { spec: 'XEP-0077 §3.1' },
      entry: 'noteAsked',
      invoke: {
        id: 'submitForm',
        src: 'submitForm',
        onDone: [
          { guard: isDone, target: 'registered' },
          { guard: mayCorrect, target: 'filling', actions: corrected },
          doubted,
          refused,
        ],
        onError: broken,
      },
      after: { registrationTimeout: late },
    },
    registered: { type: 'final', description: 'There is an account.' },
    doubtful: {
      type: 'final',
      description:
        'The answer of before is lost, and what it may have said explains this one: the login shows it.',
    },
    refused: { type: 'final', description: 'There is none, and the reason is known.' },
    failed: { type: 'final', description: 'There may be one or not: the connection failed.' },
  },
})

/** How often an app may answer otherwise: servers end streams that try too often. */
const correctionLimit = 5

/** What a server says of an account that is there: its name, its invitation or the turn of whoever asks is used up. */
const doubtful: ReadonlySet<RegistrationReason> = new Set(['conflict', 'invitation', 'later'])
const isDoubt = (mayBeThere: boolean, { reason }: RegistrationRefusal): boolean =>
  mayBeThere && doubtful.has(reason)

/** What other answers can mend. The name is that of the client. */
const correctable: ReadonlySet<RegistrationReason> = new Set(['incomplete', 'not-acceptable'])
