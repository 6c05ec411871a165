import type { AuthenticationOutput } from '../../../machines/authentication.js'
import type { BindingOutput } from '../../../machines/binding.js'
import type { ConnectionOutput } from '../../../machines/connection.js'
import { judge } from '../../../machines/policy.js'
import type { SessionContext } from '../../../machines/session-context.js'
import { sessionMachine, type SessionEvent } from '../../../machines/session.js'
import { noFeatures } from '../../../machines/stream-facts.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { AuthenticationError, StreamError, TransportError } from '../../../src/errors.js'
import { orders } from '../../../src/testing/index.js'
import { connection } from './connection.js'
import { toWalked } from './walked-chart.js'

const lost = new TransportError('closed', 'the connection ended')
const broken = new Error('a defect')
const elsewhere = new StreamError('see-other-host', { otherHost: 'other.test' })
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
  { type: 'session.disconnect', wish: 1 },
  { type: 'session.close', wish: 1 },
  { type: 'stream.closed' },
  ...[lost, elsewhere, new StreamError('conflict'), new StreamError('not-authorized')].map(
    (error) => ({ type: 'stream.ended', error }) as const,
  ),
]

const failed = (error: AuthenticationError | TransportError | StreamError) =>
  ({ outcome: 'failed', error }) as const

const authenticated: readonly AuthenticationOutput[] = [
  { outcome: 'authenticated', mechanism: 'SCRAM-SHA-1' },
  failed(unauthorized),
]
const bound: readonly BindingOutput[] = [
  {
    outcome: 'bound',
    jid: 'romeo@example.test/desk',
    header: undefined,
    features: { ...noFeatures, names: ['{urn:xmpp:features:rosterver}ver'] },
  },
  failed(lost),
]

const base = {
  domain: 'example.test',
  endpoints: ['xmpp://one.test:5222'],
  resource: undefined,
  credentials: { password: true, certificate: false, anonymous: false },
  mechanisms: null,
  wantsRoster: true,
  wantsPresence: true,
  timeouts,
  seed: 1,
} as const

export const session = toWalked(sessionMachine, {
  inputs: [
    { ...base, allowPlaintext: false, reconnect: 'afterOnline' },
    { ...base, allowPlaintext: true, reconnect: 'always' },
    { ...base, allowPlaintext: false, reconnect: 'never' },
  ],
  events,
  outcomes: {
    connection: {
      done: ({ allowPlaintext }) => (allowPlaintext ? outputs.plain : outputs.secure),
      error: [broken],
    },
    authentication: { done: authenticated, error: [broken] },
    binding: { done: bound, error: [broken] },
    liveness: { done: [{ error: lost }], error: [broken] },
  },
  key: ({ context }) => [
    context.reconnect,
    context.transport?.secure,
    context.wasOnline,
    Math.min(context.failures, 4),
    context.hops,
    context.jid,
    context.error === undefined ? undefined : judge(context.error).decision,
    context.verdict?.decision,
  ],
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
    'roster and presence are told of every session, and of its end': (snapshot, last) =>
      last === undefined || snapshot.matches({ active: 'online' }) === last.from.matches({ active: 'online' })
        ? true
        : sends(last) === 2,
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
    'who has to act is told why': (snapshot) =>
      !(snapshot.matches('halted') || snapshot.matches('backingOff')) ||
      (snapshot.context.error !== undefined && snapshot.context.verdict !== undefined),
    'wrong credentials are asked for, not tried again': (snapshot) =>
      snapshot.context.error?.code !== 'authentication.not-authorized' || !snapshot.matches('backingOff'),
    'the address is gone with the session': (snapshot) =>
      !(snapshot.matches('offline') || snapshot.matches('closed')) || snapshot.context.jid === undefined,
    'failures are forgiven after a stable while, not before': ({ context }, last) =>
      last === undefined ||
      context.failures >= last.from.context.failures ||
      last.event.type.startsWith('xstate.after.stableTime.') ||
      last.event.type === 'session.connect',
  },
})

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

function sends({ actions }: { readonly actions: readonly { readonly type: string }[] }): number {
  return actions.filter(({ type }) => type === 'xstate.sendTo').length
}
