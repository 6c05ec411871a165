import { authenticationMachine, type SaslAnswer } from '../../../machines/authentication.js'
import type { MechanismFacts } from '../../../machines/mechanism-choice.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { AuthenticationError, saslFailureConditions } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const password = { password: true, certificate: false, anonymous: false }
const facts: MechanismFacts = {
  offered: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256-PLUS'],
  offeredBindings: ['tls-exporter'],
  channelBindings: ['tls-exporter'],
  credentials: password,
  secure: true,
  allowPlaintext: false,
  scramPinned: false,
  allowed: null,
}
const inClear = { ...facts, secure: false, channelBindings: [] }

const answers: readonly SaslAnswer[] = [
  { kind: 'challenge' },
  { kind: 'success' },
  ...saslFailureConditions.map((condition) => ({ kind: 'failure', condition, text: undefined }) as const),
]
const broken = [new AuthenticationError('server-not-verified', 'the signature is wrong')]

const exchanging = ['initiating', 'responding', 'verifying'] as const

export const authentication = toWalked(authenticationMachine, {
  inputs: [
    facts,
    inClear,
    { ...inClear, allowPlaintext: true },
    { ...facts, scramPinned: true },
    {
      ...facts,
      credentials: { password: false, certificate: true, anonymous: false },
      offered: ['EXTERNAL'],
    },
    {
      ...facts,
      credentials: { password: false, certificate: false, anonymous: true },
      offered: ['ANONYMOUS'],
    },
    { ...facts, credentials: { password: false, certificate: false, anonymous: false } },
    { ...facts, offered: [] },
  ].map((each) => ({ facts: each, timeouts })),
  outcomes: {
    initiate: { done: answers, error: broken },
    answerChallenge: { done: answers, error: broken },
    verifyServer: { error: broken },
  },
  key: ({ context: { facts, remaining, mechanism, error } }) => [facts, remaining, mechanism, error?.code],
  invariants: {
    'a password crosses an encrypted connection, unless the app allows otherwise': ({ value, context }) =>
      !isExchanging(value) ||
      context.mechanism?.name !== 'PLAIN' ||
      context.facts.secure ||
      context.facts.allowPlaintext,
    'a password is never sent once SCRAM has worked': ({ context }) =>
      context.mechanism?.name !== 'PLAIN' || !context.facts.scramPinned,
    'success counts once the server has proven itself, and not before': ({ value }, last) =>
      value !== 'authenticated' || last?.event.type === 'xstate.done.actor.verifyServer',
    'who is authenticated has no error, who is not has one': ({ value, output }) =>
      value === 'authenticated'
        ? output?.outcome === 'authenticated' && output.mechanism !== ''
        : value !== 'failed' || output?.outcome === 'failed',
    'no mechanism is tried twice': ({ context }) =>
      context.remaining.every(({ name }) => name !== context.mechanism?.name),
    'another mechanism is tried only where that can help': ({ value, context }, last) =>
      value !== 'initiating' ||
      last === undefined ||
      context.error?.code === 'authentication.aborted' ||
      context.error?.code === 'authentication.invalid-mechanism',
    'something is sent only in an exchange': ({ value, context }) =>
      !isExchanging(value) || context.mechanism !== undefined,
  },
})

function isExchanging(value: string): boolean {
  return exchanging.some((each) => each === value)
}
