import { assign } from 'xstate'
import type { AuthenticationOutput } from '../../../machines/authentication.js'
import type { BindingInput, BindingOutput } from '../../../machines/binding.js'
import type { ConnectionOutput } from '../../../machines/connection.js'
import { judge } from '../../../machines/policy.js'
import { isFarewell, type LeftBehind, type SessionContext } from '../../../machines/session-context.js'
import type { SessionEvent } from '../../../machines/session-setup.js'
import { sessionMachine } from '../../../machines/session.js'
import { noFeatures } from '../../../machines/stream-facts.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import {
  AuthenticationError,
  ProtocolError,
  StanzaError,
  StoreError,
  StreamError,
  TransportError,
} from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { connection } from './connection.js'
import { sessionKey, type SessionSnapshot } from './session-key.js'
import { ordersInTurn, told } from './told.js'
import { toWalked } from './walked-chart.js'

/** Of the phases of an attempt there is one at a time. */
const phases = ['connection', 'makeAccount', 'authentication', 'binding', 'stanzas', 'closeStream'] as const
const lost = new TransportError('closed', 'the connection ended')
/** After this a server keeps no session. */
const lostCount = new ProtocolError('undefined-condition', 'it acknowledged too much')
const broken = new Error('a defect')
const taken = new StoreError('taken', 'another process has the session')
const elsewhere = new StreamError('see-other-host', { otherHost: 'other.test' })
const unregistered = new StanzaError('conflict', 'cancel')
const unremovable = new StanzaError('not-allowed', 'cancel')
const unauthorized = new AuthenticationError('not-authorized', 'the server refused')

/** What the connection chart can end with, as its own walk found: the session is given nothing else. */
const endings = connection
  .walk()
  .places.flatMap(({ snapshot: { output, context } }) =>
    output === undefined ? [] : [{ output, allowPlaintext: context.allowPlaintext }],
  )

function connectionOutputs(allowPlaintext: boolean): readonly ConnectionOutput[] {
  const outputs = endings.filter((each) => each.allowPlaintext === allowPlaintext).map(({ output }) => output)
  const kinds = new Map(
    outputs.map((output) => [
      output.outcome === 'ready'
        ? `ready ${output.transport.secure}`
        : `failed ${judge(output.error).decision} ${output.transport.secure}`,
      output,
    ]),
  )
  return [...kinds.values()]
}

const outputs = { plain: connectionOutputs(true), secure: connectionOutputs(false) }

const events: readonly SessionEvent[] = [
  { type: 'session.connect' },
  { type: 'session.connect', wish: 1 },
  { type: 'session.connect', wish: 1, registers: true },
  { type: 'account.remove' },
  { type: 'session.disconnect', wish: 1 },
  { type: 'session.close', wish: 1 },
  { type: 'stream.closed' },
  ...[lost, lostCount, elsewhere, new StreamError('conflict'), new StreamError('not-authorized')].map(
    (error) => ({ type: 'stream.ended', error }) as const,
  ),
  { type: 'network.offline' },
  { type: 'network.online' },
  { type: 'system.woken' },
]

/** What stream management may tell while the session is where it is: of a session that goes on it says nothing new. */
function newsAt(snapshot: SessionSnapshot): readonly SessionEvent[] {
  if (snapshot.matches({ active: 'online' })) {
    return snapshot.context.wantsManagement
      ? [
          { type: 'session.kept', previd: 'sm-1', location: 'other.test:5222', maxMs: undefined },
          { type: 'session.unkept' },
        ]
      : []
  }
  return snapshot.matches({ active: 'binding' }) ? [] : [{ type: 'session.lost' }]
}

const failed = (error: AuthenticationError | ProtocolError | TransportError) =>
  ({ outcome: 'failed', error }) as const

const authenticated: readonly AuthenticationOutput[] = [
  { outcome: 'authenticated', mechanism: 'SCRAM-SHA-1', binding: undefined, refusals: [] },
  { outcome: 'identified', mechanism: 'jabber:iq:auth', jid: 'romeo@example.test/desk', refusals: [] },
  failed(unauthorized),
]
const address = {
  jid: 'romeo@example.test/desk',
  header: undefined,
  features: { ...noFeatures, names: ['{urn:xmpp:features:rosterver}ver', '{urn:xmpp:sm:3}sm'] },
} as const
const bound: readonly BindingOutput[] = [{ outcome: 'bound', ...address }, failed(lost), failed(lostCount)]
const endsOfBinding = ({ previd }: BindingInput): readonly BindingOutput[] =>
  previd === undefined
    ? bound
    : [...bound, ...[true, false].map((heard) => ({ outcome: 'resumed', heard, ...address }) as const)]

/** What an earlier process may have left: nothing, or a session that the server keeps. */
const leftBehind: readonly LeftBehind[] = [
  { session: undefined, scramPinned: true },
  { session: { previd: 'sm-0', endpoint: undefined, maxMs: undefined }, scramPinned: false },
]

const base = {
  domain: 'example.test',
  endpoints: ['xmpp://one.test:5222'],
  resource: undefined,
  credentials: { password: true, certificate: false, anonymous: false },
  mechanisms: null,
  wantsRoster: true,
  wantsPresence: true,
  wantsManagement: true,
  hasStore: false,
  timeouts,
  seed: 1,
} as const

/** The chart with a silence that is measured, as an actor does: short at first, long enough at the next look. */
const measured = sessionMachine.provide({
  actions: {
    measureSilence: assign(({ context: { silentMs, timeouts } }) => ({
      silentMs: silentMs === 0 ? timeouts.doubtMs / 2 : timeouts.quietMs,
    })),
  },
})

export const session = toWalked(measured, {
  inputs: [
    { ...base, allowPlaintext: false, reconnect: 'afterOnline' },
    { ...base, allowPlaintext: true, reconnect: 'always' },
    { ...base, allowPlaintext: false, reconnect: 'never' },
    { ...base, allowPlaintext: false, reconnect: 'never', wantsManagement: false },
    { ...base, allowPlaintext: false, reconnect: 'afterOnline', hasStore: true },
  ],
  events: (snapshot) => [...events, ...newsAt(snapshot)],
  outcomes: {
    connection: {
      done: ({ allowPlaintext }) => (allowPlaintext ? outputs.plain : outputs.secure),
      error: [broken],
    },
    authentication: { done: authenticated, error: [broken] },
    binding: { done: endsOfBinding, error: [broken] },
    makeAccount: { done: [undefined], error: [lost, unregistered] },
    removeAccount: { done: [undefined], error: [unremovable] },
    readStore: { done: leftBehind, error: [taken, broken] },
    probe: { done: [undefined], error: [lost] },
    ping: { done: [undefined], error: [lost] },
  },
  key: sessionKey,
  invariants: {
    'no credentials leave unless the stream is encrypted, or the app goes without': (snapshot) =>
      !snapshot.matches({ active: 'authenticating' }) ||
      snapshot.context.transport?.secure === true ||
      snapshot.context.allowPlaintext,
    'after a redirection nothing goes in clear, whatever the app says': (snapshot) =>
      !snapshot.matches({ active: 'authenticating' }) ||
      snapshot.context.redirect === undefined ||
      snapshot.context.transport?.secure === true,
    'who is online is connected, authenticated and bound, in this attempt': (snapshot) =>
      !snapshot.matches({ active: 'online' }) ||
      (snapshot.context.jid !== undefined &&
        snapshot.context.mechanism !== undefined &&
        snapshot.context.transport !== undefined),
    'an attempt begins without what the last has learnt': (snapshot, last) =>
      !snapshot.matches({ active: 'connecting' }) ||
      last?.from.matches({ active: 'connecting' }) === true ||
      isForgotten(snapshot.context),
    'every attempt lets go of its connection': (snapshot, last) =>
      last === undefined ||
      !last.from.matches('active') ||
      (snapshot.matches('active') && !last.actions.some(({ type }) => type === 'beginAttempt')) ||
      orders(last, 'releaseLink'),
    'never two connections at once': (snapshot, last) =>
      (!snapshot.matches('active') ||
        phases.filter((phase) => snapshot.children[phase] !== undefined).length <= 1) &&
      (last?.from.matches('active') !== true ||
        !orders(last, 'beginAttempt') ||
        ordersInTurn(last, 'releaseLink', 'beginAttempt')),
    'nothing of a connection lasts longer than the attempt': (snapshot) =>
      snapshot.matches('active') || phases.every((phase) => snapshot.children[phase] === undefined),
    'roster and presence are told that a session taken over goes on': (snapshot, last) =>
      !isEntered({ active: { online: { course: 'takenOver' } } }, snapshot, last?.from) ||
      ['roster', 'presence'].every(
        (each) =>
          told(last).includes(`${each} session.online`) && !told(last).includes(`${each} session.offline`),
      ),
    'what an earlier process has left is read once, and first': (snapshot) =>
      !snapshot.context.isUnread ||
      !snapshot.matches('active') ||
      snapshot.matches({ active: 'restoring' }) ||
      snapshot.matches({ active: 'closing' }),
    'the roster is told of every session, presence of every new one, but not of one that goes on': (
      snapshot,
      last,
    ) =>
      !isBegun(last?.from) ||
      !snapshot.matches({ active: 'online' }) ||
      snapshot.matches({ active: { online: { course: 'takenOver' } } }) ||
      ['roster', 'presence'].every(
        (each) =>
          told(last).includes(`${each} session.online`) ===
            (each === 'roster' || !snapshot.context.resumed) &&
          (snapshot.context.resumed
            ? !told(last).includes(`${each} session.offline`)
            : last?.from.context.resumption === undefined || told(last).includes(`${each} session.offline`)),
      ),
    'roster and presence are told of the end of every session': (snapshot, last) =>
      last === undefined ||
      !(
        last.event.type === 'session.lost' ||
        isEntered('removed', snapshot, last.from) ||
        (isEntered('offline', snapshot, last.from) && !last.from.matches('removed'))
      ) ||
      ['roster', 'presence'].every((each) => told(last).includes(`${each} session.offline`)),
    'stream management is told of every session, and of the end of every connection': (snapshot, last) =>
      last === undefined || snapshot.matches({ active: 'online' }) === last.from.matches({ active: 'online' })
        ? true
        : told(last).some((each) =>
            snapshot.matches({ active: 'online' })
              ? each === `streamManagement session.${snapshot.context.resumed ? 'resumed' : 'bound'}`
              : snapshot.matches({ active: 'closing' }) ||
                each ===
                  (snapshot.matches('removed')
                    ? 'streamManagement session.ended'
                    : 'streamManagement connection.lost'),
          ),
    'the server is asked to go on with the session that it keeps, once stream management knows': (
      snapshot,
      last,
    ) =>
      !isEntered({ active: 'binding' }, snapshot, last?.from) ||
      told(last).includes('streamManagement session.resuming'),
    'a session is suspended only under the name that the server gave it': (snapshot) =>
      !snapshot.matches({ backingOff: 'suspended' }) || snapshot.context.resumption !== undefined,
    'a session that was lost is never resumed': (snapshot, last) =>
      last === undefined ||
      ((last.event.type !== 'session.lost' || snapshot.context.resumption === undefined) &&
        (snapshot.context.resumption === undefined ||
          last.from.context.resumption !== undefined ||
          last.event.type === 'session.kept' ||
          last.from.matches({ active: 'restoring' })) &&
        (!isEntered({ active: { online: { course: 'resumed' } } }, snapshot, last.from) ||
          last.from.context.resumption !== undefined)),
    'a new session ends the one before': (snapshot, last) =>
      !isBegun(last?.from) ||
      !snapshot.matches({ active: 'online' }) ||
      snapshot.context.resumed ||
      snapshot.context.resumption === undefined,
    'whoever broke the protocol has lost the session': (snapshot) =>
      snapshot.context.error !== lostCount ||
      snapshot.matches('active') ||
      snapshot.context.resumption === undefined,
    'the place that the server would like is tried once, and only where nobody could forge it': (
      { context },
      last,
    ) =>
      last === undefined ||
      context.redirect === undefined ||
      last.from.context.redirect !== undefined ||
      context.hops > last.from.context.hops ||
      (context.resumption?.location === undefined && last.from.context.transport?.secure === true),
    'a connection that is in doubt is probed': (snapshot, last) =>
      last === undefined ||
      !/^(?:network\.(?:offline|online)|system\.woken)$/.test(last.event.type) ||
      !last.from.matches({ active: 'online' }) ||
      snapshot.matches({ active: { online: { liveness: 'doubting' } } }),
    'only silence is probed, and only after the time that it may last': (snapshot) =>
      !snapshot.matches({ active: { online: { liveness: 'probing' } } }) ||
      snapshot.context.silentMs >= snapshot.context.timeouts.quietMs,
    'nothing is heard for less than the whole silence after an answer': (snapshot, last) =>
      !/^xstate\.done\.actor\.p(?:robe|ing)$/.test(last?.event.type ?? '') || snapshot.context.silentMs === 0,
    'an unanswered probe is the end': (snapshot, last) =>
      last === undefined ||
      !/^xstate\.(?:error\.actor\.p(?:robe|ing)|after\.probeTimeout)/.test(last.event.type) ||
      !snapshot.matches({ active: 'online' }),
    'a doubt ends where nothing has come for as long as it may last, and nowhere else': (snapshot, last) =>
      last === undefined ||
      !last.event.type.startsWith('xstate.after.doubtTimeout') ||
      snapshot.context.silentMs >= snapshot.context.timeouts.doubtMs !==
        snapshot.matches({ active: { online: { liveness: 'doubting' } } }),
    'a wish to stop ends what goes on, whenever it comes': (snapshot, last) =>
      last === undefined ||
      last.event.type !== 'session.disconnect' ||
      last.from.matches({ active: 'closing' })
        ? true
        : snapshot.matches({ active: 'closing' }) || snapshot.matches('offline'),
    'a client that was closed for good is never connected again, but for a defect': (snapshot, last) =>
      last?.from.matches({ active: { closing: 'forGood' } }) !== true ||
      snapshot.matches({ active: { closing: 'forGood' } }) ||
      snapshot.matches('closed') ||
      snapshot.context.error?.code === 'defect.unexpected',
    'an account is made before anybody logs in to it, where that is wished': (snapshot, last) =>
      !isEntered({ active: 'authenticating' }, snapshot, last?.from) || !snapshot.context.registers,
    'no account is made but where that is wished, on a connection that may carry a password': (snapshot) =>
      !snapshot.matches({ active: 'registering' }) ||
      (snapshot.context.registers &&
        (snapshot.context.transport?.secure === true || snapshot.context.allowPlaintext)),
    'an account is gone by the server’s word alone: it says so, or authorizes nobody any more': (
      snapshot,
      last,
    ) =>
      !isEntered('removed', snapshot, last?.from) ||
      last?.from.matches({ active: { closing: 'removed' } }) === true ||
      (last?.from.matches({ active: { online: { course: 'removing' } } }) === true &&
        last.event.type === 'stream.ended' &&
        isFarewell(last.event.error)),
    'whose account is gone does not come back by itself': (snapshot, last) =>
      last?.from.matches('removed') !== true ||
      snapshot.context.error?.code === 'defect.unexpected' ||
      snapshot.matches('removed') ||
      last.event.type.startsWith('session.'),
    'nobody comes back by itself who was told not to': (snapshot) =>
      !snapshot.matches('backingOff') ||
      snapshot.context.reconnect === 'always' ||
      (snapshot.context.reconnect === 'afterOnline' && snapshot.context.wasOnline),
    'a failure is waited out before the next attempt': (snapshot, last) =>
      !(last?.from.matches('active') === true && orders(last, 'releaseLink')) ||
      !snapshot.matches({ active: 'connecting' }) ||
      snapshot.context.hops > last.from.context.hops ||
      last.event.type === 'session.connect',
    'redirections end somewhere': ({ context }) => context.hops <= 5,
    'redirections are forgotten with a wait, a stable while or a new wish, and not by being online': (
      snapshot,
      last,
    ) =>
      last === undefined ||
      snapshot.context.hops >= last.from.context.hops ||
      snapshot.matches('backingOff') ||
      last.event.type.startsWith('xstate.after.stableTime.') ||
      last.event.type === 'session.connect',
    'who has to act is told why': (snapshot) =>
      !(snapshot.matches('halted') || snapshot.matches('backingOff')) ||
      (snapshot.context.error !== undefined && snapshot.context.verdict !== undefined),
    'wrong credentials are asked for, not tried again': (snapshot) =>
      snapshot.context.error?.code !== 'authentication.not-authorized' || !snapshot.matches('backingOff'),
    'the address is gone with the session': (snapshot) =>
      !(snapshot.matches('offline') || snapshot.matches('closed')) || snapshot.context.jid === undefined,
    'who has not failed has nothing to wait for': (snapshot) =>
      !snapshot.matches({ active: { online: { course: 'fresh' } } }) ||
      snapshot.context.failures + snapshot.context.hops > 0,
    'failures are forgiven after a stable while, not before': ({ context }, last) =>
      last === undefined ||
      context.failures >= last.from.context.failures ||
      last.event.type.startsWith('xstate.after.stableTime.') ||
      last.event.type === 'session.connect',
  },
})

/** The last phase before a session. */
const isBegun = (from: SessionSnapshot | undefined) =>
  from?.matches({ active: 'binding' }) === true || from?.matches({ active: 'authenticating' }) === true

function isForgotten({
  endpoint,
  transport,
  header,
  mechanism,
  jid,
  features,
  tried,
}: SessionContext): boolean {
  return (
    [endpoint, transport, header, mechanism, jid].every((each) => each === undefined) &&
    features.names.length + tried.length === 0
  )
}

function isEntered(
  state: Parameters<SessionSnapshot['matches']>[0],
  snapshot: SessionSnapshot,
  from: SessionSnapshot | undefined,
): boolean {
  return snapshot.matches(state) && from?.matches(state) !== true
}
