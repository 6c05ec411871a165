import type { ServedChannelFacts, ServedSessionEvent } from '../../../machines/served-facts.js'
import { servedSessionMachine } from '../../../machines/served-session.js'
import { orders } from '../../../src/testing/index.js'
import { toWalked } from './walked-chart.js'

const inClear: ServedChannelFacts = { secure: false, startTls: true, mechanisms: [], accountRequests: [] }
const encrypted: ServedChannelFacts = {
  secure: true,
  startTls: false,
  mechanisms: ['SCRAM-SHA-1'],
  accountRequests: [],
}
const withAccounts: ServedChannelFacts = { ...encrypted, accountRequests: ['identification', 'registration'] }
const fault = { condition: 'not-well-formed', text: 'no XML' } as const
const overcount = {
  condition: 'undefined-condition',
  text: 'more than was sent',
  overcount: { handled: 3, sent: 2 },
} as const
const domain = 'example.test'

const events: readonly ServedSessionEvent[] = [
  { type: 'header.received', header: { to: domain, version: '1.0' } },
  { type: 'header.received', header: { to: domain, version: undefined } },
  { type: 'header.received', header: { to: undefined, version: '1.0' } },
  { type: 'header.received', header: { to: 'other.test', version: '1.0' } },
  { type: 'tls.requested' },
  { type: 'sasl.begun', mechanism: 'SCRAM-SHA-1' },
  { type: 'sasl.begun', mechanism: 'UNHEARD-OF' },
  { type: 'sasl.responded' },
  { type: 'sasl.aborted' },
  { type: 'account.requested', request: 'identification' },
  { type: 'account.requested', request: 'invitation' },
  { type: 'resource.requested' },
  { type: 'management.requested', wish: { resume: true, patienceMs: undefined } },
  { type: 'management.requested', wish: { resume: true, patienceMs: 5_000 } },
  { type: 'management.requested', wish: { resume: false, patienceMs: undefined } },
  { type: 'resumption.requested', verdict: { kind: 'resumable', resource: 'desk', patienceMs: 5_000 } },
  { type: 'resumption.requested', verdict: { kind: 'unknown', handled: 2 } },
  { type: 'resumption.requested', verdict: { kind: 'overcounted', fault: overcount } },
  { type: 'session.superseded' },
  { type: 'stanza.received' },
  { type: 'element.received' },
  { type: 'stream.ended' },
  { type: 'stream.broken', fault },
  { type: 'session.close', fault: { condition: 'system-shutdown', text: 'good night' } },
  { type: 'transport.closed' },
]

const timeouts = {
  negotiationMs: 60_000,
  tlsMs: 15_000,
  saslMs: 30_000,
  resumptionMs: 300_000,
  closeMs: 2_000,
}
const attemptsAllowed = 2

export const servedSession = toWalked(servedSessionMachine, {
  inputs: [
    { channel: inClear },
    { channel: encrypted },
    { channel: { ...inClear, mechanisms: ['SCRAM-SHA-1'] } },
    { channel: withAccounts },
    { channel: { ...withAccounts, mechanisms: [] }, isBeforeVersionOne: true },
  ].map(({ channel, isBeforeVersionOne = false }) => ({
    domain,
    channel,
    isBeforeVersionOne,
    attempts: attemptsAllowed,
    timeouts,
  })),
  events,
  outcomes: {
    secureChannel: { done: [encrypted] },
    verifyResponse: {
      done: [
        { kind: 'challenged' },
        { kind: 'accepted', username: 'romeo' },
        { kind: 'refused', condition: 'not-authorized' },
      ],
    },
    serveAccount: {
      done: [
        { kind: 'answered' },
        { kind: 'identified', username: 'romeo', resource: 'desk' },
        { kind: 'refused' },
      ],
    },
    bindResource: {
      done: [
        { kind: 'bound', resource: 'desk' },
        { kind: 'refused', condition: 'conflict' },
      ],
    },
  },
  key: ({ context: { timeouts: _waits, domain: _served, ...rest } }) => rest,
  invariants: {
    'nobody is announced who is not authenticated and has no address': (snapshot) =>
      !snapshot.matches({ open: 'established' }) ||
      (snapshot.context.username !== undefined && snapshot.context.resource !== undefined),
    'nobody is authenticated but by the mechanism': ({ context }, last) =>
      last === undefined ||
      context.username === last.from.context.username ||
      last.event.type === 'xstate.done.actor.verifyResponse' ||
      last.event.type === 'xstate.done.actor.serveAccount',
    'a stanza before that ends the stream': (snapshot, last) =>
      last?.event.type !== 'stanza.received' ||
      !last.from.matches({ open: 'negotiating' }) ||
      (snapshot.matches('closing') && snapshot.context.fault?.condition === 'not-authorized'),
    'no mechanism is heard without encryption where none is offered there': (snapshot) =>
      !snapshot.matches({ open: { negotiating: 'authenticating' } }) ||
      snapshot.context.channel.mechanisms.includes(snapshot.context.mechanism),
    'nobody is heard about accounts where that is not offered': (snapshot) =>
      !snapshot.matches({ open: { negotiating: 'serving' } }) ||
      snapshot.context.channel.accountRequests.includes(snapshot.context.request),
    'what is asked about accounts is answered, whatever comes of it': (_snapshot, last) =>
      last?.event.type !== 'xstate.done.actor.serveAccount' ||
      !last.from.matches({ open: { negotiating: 'serving' } }) ||
      orders(last, 'sendAccountAnswer'),
    'a resource is bound by who is authenticated': (snapshot) =>
      !snapshot.matches({ open: { negotiating: 'assigning' } }) || snapshot.context.username !== undefined,
    'whoever was announced is taken back': (snapshot, last) =>
      last === undefined ||
      !last.from.matches({ open: 'established' }) ||
      snapshot.matches({ open: 'established' }) ||
      orders(last, 'withdrawSession'),
    'the end leaves nothing behind': (snapshot, last) =>
      !snapshot.matches('closed') || orders(last, 'destroyTransport'),
    'the last failed attempt ends the stream, and none before': (snapshot, last) => {
      if (last === undefined || !isRefusal(last)) return true
      return last.from.context.attempts <= 1
        ? snapshot.matches('closing') && snapshot.context.fault?.condition === 'policy-violation'
        : snapshot.matches({ open: { negotiating: 'offering' } }) &&
            snapshot.context.attempts === last.from.context.attempts - 1
    },
    'a fault is told before the stream ends': (snapshot, last) =>
      last === undefined ||
      !snapshot.matches('closing') ||
      last.from.matches('closing') ||
      orders(last, 'sendFault'),
    'a header that is wrong is answered by one, and then by the fault': (snapshot, last) =>
      last?.event.type !== 'header.received' ||
      !last.from.matches({ open: { negotiating: 'awaitingHeader' } }) ||
      (orders(last, 'sendHeader') &&
        (orders(last, 'sendFeatures') ? snapshot.matches('open') : snapshot.matches('closing'))),
    'a client that is authenticated restarts the stream': (snapshot, last) =>
      last === undefined ||
      snapshot.context.username === last.from.context.username ||
      last.event.type === 'xstate.done.actor.serveAccount' ||
      (orders(last, 'sendSuccess') && orders(last, 'restartStream')),
    'an earlier session goes on only with who is authenticated, in place of a new one': (_snapshot, last) =>
      !orders(last, 'takeSessionOver') ||
      (last?.from.matches({ open: { negotiating: 'binding' } }) === true &&
        last.from.context.username !== undefined),
    'a client that cannot go on may still bind': (snapshot, last) =>
      !orders(last, 'sendResumptionRefusal') || snapshot.matches({ open: { negotiating: 'binding' } }),
    'stream management comes after an address, and once': (_snapshot, last) =>
      last?.event.type !== 'management.requested' ||
      orders(last, 'sendEnabled') === last.from.matches({ open: { established: 'unmanaged' } }),
    'only who asked for it is waited for': (snapshot, last) =>
      !snapshot.matches({ open: { established: 'hibernating' } }) ||
      last?.from.matches({ open: { established: 'hibernating' } }) === true ||
      (last?.from.matches({ open: { established: 'resumable' } }) === true &&
        last.event.type === 'transport.closed' &&
        orders(last, 'leaveTransport')),
    'nobody is waited for longer than the server likes': ({ context }) =>
      context.patienceMs <= context.timeouts.resumptionMs,
    'a client that does not come back is waited for no longer': (snapshot, last) =>
      last?.event.type.startsWith('xstate.after.resumptionTimeout.') !== true || snapshot.matches('closed'),
    'two connections never share a session': (snapshot, last) =>
      last?.event.type !== 'session.superseded' ||
      !(
        last.from.matches({ open: { established: 'resumable' } }) ||
        last.from.matches({ open: { established: 'hibernating' } })
      ) ||
      !snapshot.matches('open'),
    'who claims more than was sent is cut off, and told by how much': (snapshot, last) =>
      last?.event['verdict'] === undefined ||
      !last.from.matches({ open: { negotiating: 'binding' } }) ||
      Reflect.get(Object(last.event['verdict']), 'kind') !== 'overcounted' ||
      (snapshot.matches('closing') && snapshot.context.fault?.overcount !== undefined),
    'what is unreadable is told and cut off, whenever it comes': (snapshot, last) =>
      last?.event.type !== 'stream.broken' || !last.from.matches('open') || snapshot.matches('disconnecting'),
  },
})

function isRefusal({ actions }: { readonly actions: readonly { readonly type: string }[] }): boolean {
  return actions.some(({ type }) => type === 'countAttempt' || type === 'sendSaslFailure')
}
