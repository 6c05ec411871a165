import {
  authenticationMachine,
  type IdentifyAnswer,
  type LegacyFieldsAnswer,
  type SaslAnswer,
} from '../../../machines/authentication.js'
import type { MechanismFacts } from '../../../machines/mechanism-choice.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { AuthenticationError, saslFailureConditions, StanzaError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const password = { password: true, certificate: false, anonymous: false }
const facts: MechanismFacts = {
  offered: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'],
  offeredBindings: ['tls-exporter'],
  channelBindings: ['tls-exporter'],
  credentials: password,
  legacy: false,
  secure: true,
  allowPlaintext: false,
  scramPinned: false,
  allowed: null,
}
const unbound = { ...facts, channelBindings: [] }
const inClear = { ...unbound, secure: false }

const answers: readonly SaslAnswer[] = [
  { kind: 'challenge' },
  { kind: 'success' },
  ...saslFailureConditions.map((condition) => ({ kind: 'failure', condition, text: undefined }) as const),
]
const broken = [new AuthenticationError('server-not-verified', 'the signature is wrong')]

const jid = 'romeo@example.test/desk'
const conflict = new StanzaError('conflict', 'cancel')
const fields: readonly LegacyFieldsAnswer[] = [
  { kind: 'fields', digest: true, password: true },
  { kind: 'fields', digest: false, password: true },
  { kind: 'fields', digest: false, password: false },
  { kind: 'refused', error: new StanzaError('service-unavailable', 'cancel') },
]
const identifications: readonly IdentifyAnswer[] = [
  { kind: 'identified', jid },
  { kind: 'refused', error: conflict, conflict: true },
  { kind: 'refused', error: unauthorized(), conflict: false },
]

const exchanging = ['initiating', 'responding', 'verifying'] as const

export const authentication = toWalked(authenticationMachine, {
  inputs: [
    facts,
    inClear,
    { ...inClear, allowPlaintext: true },
    { ...facts, scramPinned: true },
    unbound,
    { ...unbound, scramPinned: true },
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
    { ...facts, offered: [], legacy: true },
    { ...inClear, offered: [], legacy: true },
    { ...inClear, offered: [], legacy: true, allowPlaintext: true },
    { ...facts, offered: [], legacy: true, scramPinned: true },
    { ...facts, allowed: ['jabber:iq:auth'] },
  ].map((each) => ({ facts: each, resource: 'desk', timeouts })),
  outcomes: {
    initiate: { done: answers, error: broken },
    answerChallenge: { done: answers, error: broken },
    verifyServer: { error: broken },
    requestFields: { done: fields, error: broken },
    identify: { done: identifications, error: broken },
  },
  key: ({ context: { facts, remaining, mechanism, error, form, jid: address, resource } }) => [
    facts,
    remaining,
    mechanism,
    error?.code,
    [form, address, resource],
  ],
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
        : value === 'identified'
          ? output?.outcome === 'identified' && output.jid === jid
          : value !== 'failed' || output?.outcome === 'failed',
    'once a bound mechanism was refused, nothing is tried that somebody on the way could take over': ({
      value,
      context: { mechanism, refusals },
    }) =>
      !isExchanging(value) ||
      mechanism?.gs2 === 'p' ||
      !refusals.some(
        ({ name, reason }) => name.endsWith('-PLUS') && reason.startsWith('the server answered'),
      ),
    'no mechanism is tried twice': ({ context }) =>
      context.remaining.every(({ name }) => name !== context.mechanism?.name),
    'another mechanism is tried only where that can help': ({ value, context }, last) =>
      value !== 'initiating' ||
      last === undefined ||
      context.error?.code === 'authentication.aborted' ||
      context.error?.code === 'authentication.invalid-mechanism',
    'what was before SASL is used where there is none, or where the app asks for it': ({ value, context }) =>
      !(value === 'requestingFields' || value === 'identifying') ||
      (context.facts.legacy && context.facts.offered.length === 0) ||
      context.facts.allowed?.includes('jabber:iq:auth') === true,
    'nobody is identified but by the server’s word, and SCRAM is never given up for that': (
      { value, context },
      last,
    ) =>
      value !== 'identified' ||
      (last?.event.type === 'xstate.done.actor.identify' && !context.facts.scramPinned),
    'a password by itself crosses an encrypted connection, unless the app allows otherwise': ({
      value,
      context,
    }) =>
      value !== 'identifying' ||
      context.form === 'digest' ||
      context.facts.secure ||
      context.facts.allowPlaintext,
    'a taken resource is given up once': ({ value, context }, last) =>
      last === undefined ||
      last.from.value !== 'identifying' ||
      value !== 'identifying' ||
      (last.from.context.resource !== undefined && context.resource === undefined),
    'something is sent only in an exchange': ({ value, context }) =>
      !isExchanging(value) || context.mechanism !== undefined,
  },
})

function isExchanging(value: string): boolean {
  return exchanging.some((each) => each === value)
}

function unauthorized(): AuthenticationError {
  return new AuthenticationError('not-authorized', 'the server refused')
}
