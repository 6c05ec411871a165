import { assign, raise, sendTo, stateIn } from 'xstate'
import type { XmppError } from '../src/errors.js'
import { authenticationMachine, type AuthenticationOutput } from './authentication.js'
import { bindingMachine, type BindingOutput } from './binding.js'
import { connectionMachine, type ConnectionOutput } from './connection.js'
import { timedOut, toXmppError, type Wait } from './failure.js'
import {
  drawBackoff,
  fromAuthentication,
  fromBinding,
  fromConnection,
  fromLeftBehind,
  isFarewell,
  judgeFailure,
  redirection,
  type LeftBehind,
  type Resumption,
  type SessionContext,
  type SessionInput,
} from './session-context.js'
import { presenceMachine } from './presence.js'
import type { RegistrationFacts } from './registration.js'
import { rosterMachine } from './roster.js'
import type { Wished } from './session-wish.js'
import { setup } from './setup.js'
import { managementFeature, noFeatures } from './stream-facts.js'
import { streamManagementMachine, type StreamManagementNews } from './stream-management.js'
import { deed, stream } from './stub.js'

/** `wish` numbers the wishes of the app, so that each caller can tell which one was heard and which one ended. */
export type SessionEvent =
  /** `registers`: the account is made first. */
  | { readonly type: 'session.connect'; readonly wish?: number; readonly registers?: boolean }
  | { readonly type: 'session.disconnect'; readonly wish?: number }
  /** Disconnects for good. */
  | { readonly type: 'session.close'; readonly wish?: number }
  /** The account itself is to end, while online. */
  | { readonly type: 'account.remove' }
  | { readonly type: 'stream.closed' }
  | { readonly type: 'stream.ended'; readonly error: XmppError }
  | StreamManagementNews
  | SurroundingsEvent

/** What happens around the client: the network has come or changed, it has gone, the machine has woken. */
export type SurroundingsEvent = { readonly type: 'network.offline' | 'network.online' | 'system.woken' }

/** What a session does, asks and waits for, by name. */
export const session = setup({
  types: {} as {
    context: SessionContext
    events: SessionEvent
    input: SessionInput
    children: {
      roster: 'roster'
      presence: 'presence'
      streamManagement: 'streamManagement'
      connection: 'connection'
      authentication: 'authentication'
      binding: 'binding'
      stanzas: 'stanzas'
      probe: 'probe'
      ping: 'ping'
      surroundings: 'surroundings'
      closeStream: 'closeStream'
      readStore: 'readStore'
      makeAccount: 'makeAccount'
      removeAccount: 'removeAccount'
    }
  },
  actors: {
    roster: rosterMachine,
    presence: presenceMachine,
    streamManagement: streamManagementMachine,
    connection: connectionMachine,
    authentication: authenticationMachine,
    binding: bindingMachine,
    /** What arrives goes to whom it is for; what ends the stream, or happens around the client meanwhile, is told. */
    stanzas: stream(),
    probe: deed<void>(),
    ping: deed<void>(),
    /** What happens around the client. */
    surroundings: stream(),
    closeStream: deed<void>(),
    readStore: deed<LeftBehind>(),
    /** The app's own: rejects with why there is no account. */
    makeAccount: deed<void, RegistrationFacts>(),
    removeAccount: deed<void>(),
  },
  actions: {
    releaseLink: () => {},
    saveResumption: () => {},
    reportClosed: raise({ type: 'stream.closed' }),
    beginWish: assign(({ context }, { wish = context.wish, registers = false }: Wished) => ({
      wish,
      registers,
      failures: 0,
      hops: 0,
      redirect: undefined,
      wasOnline: false,
      error: undefined,
      verdict: undefined,
    })),
    joinWish: assign(({ context }, { wish = context.wish }: Wished) => ({ wish })),
    endWish: assign(({ context }, { wish = context.wish }: Wished) => ({
      wish,
      ended: wish,
      jid: undefined,
      redirect: undefined,
      error: undefined,
      verdict: undefined,
      retryInMs: 0,
    })),
    beginAttempt: assign({
      endpoint: undefined,
      transport: undefined,
      header: undefined,
      features: noFeatures,
      mechanism: undefined,
      binding: undefined,
      refusals: [],
      jid: undefined,
      tried: [],
      retryInMs: 0,
    }),
    keepConnection: assign((_, { output }: { readonly output: ConnectionOutput }) => fromConnection(output)),
    keepAuthentication: assign(({ context }, { output }: { readonly output: AuthenticationOutput }) =>
      fromAuthentication(context, output),
    ),
    keepBinding: assign((_, { output }: { readonly output: BindingOutput }) => fromBinding(output)),
    noteRegistered: assign({ registers: false }),
    noteOnline: assign({
      silentMs: 0,
      wasOnline: true,
      error: undefined,
      verdict: undefined,
    }),
    tellRosterOnline: sendTo('roster', ({ context }) => ({
      type: 'session.online' as const,
      versioned: context.features.names.includes(rosterVersioning),
    })),
    tellPresenceOnline: sendTo('presence', { type: 'session.online' }),
    tellRosterOffline: sendTo('roster', { type: 'session.offline' }),
    tellPresenceOffline: sendTo('presence', { type: 'session.offline' }),
    tellBound: sendTo('streamManagement', ({ context }) => ({
      type: 'session.bound' as const,
      offered: context.wantsManagement && context.features.names.includes(managementFeature),
    })),
    tellResuming: sendTo('streamManagement', { type: 'session.resuming' }),
    tellResumed: sendTo('streamManagement', (_, { output }: { readonly output: BindingOutput }) => ({
      type: 'session.resumed' as const,
      heard: output.outcome === 'resumed' && output.heard,
    })),
    tellEnded: sendTo('streamManagement', { type: 'session.ended' }),
    tellLost: sendTo('streamManagement', ({ context }) => ({
      type: 'connection.lost' as const,
      resumable: context.resumption !== undefined,
    })),
    keepResumption: assign((_, { location, maxMs, previd }: Omit<Resumption, 'isLeft'>) => ({
      resumption: { location, maxMs, previd, isLeft: false },
    })),
    keepLeft: assign(({ context }, params: { readonly output: LeftBehind }) =>
      fromLeftBehind(context, params.output),
    ),
    tellLeft: sendTo('streamManagement', (_, { output }: { readonly output: LeftBehind }) => ({
      type: 'session.left' as const,
      id: output.session?.previd ?? '',
      maxMs: output.session?.maxMs,
    })),
    takeOver: assign(({ context }) => ({
      resumption: context.resumption && { ...context.resumption, isLeft: false },
    })),
    forgetResumption: assign({ resumption: undefined }),
    noteRetryTime: assign({ retryAt: 0 }),
    forgiveFailures: assign({ failures: 0, hops: 0 }),
    forgetGhost: assign({ isHaunted: false }),
    noteFailure: assign((_, params: { readonly error: unknown }) => ({ error: toXmppError(params.error) })),
    noteTimeout: assign(({ context }, { wait }: { readonly wait: Wait }) => ({
      error: timedOut(wait, context.timeouts),
    })),
    measureSilence: assign(({ context }) => ({ silentMs: context.timeouts.quietMs })),
    breakSilence: assign({ silentMs: 0 }),
    judgeFailure: assign(({ context }) => judgeFailure(context)),
    drawBackoff: assign(({ context }) => drawBackoff(context)),
    followRedirect: assign(({ context }) => ({ hops: context.hops + 1, redirect: redirection(context) })),
  },
  guards: {
    isClosing: stateIn({ active: 'closing' }),
    isReady: (_, { output }: { readonly output: ConnectionOutput }) => output.outcome === 'ready',
    isToRegister: ({ context }, { output }: { readonly output: ConnectionOutput }) =>
      output.outcome === 'ready' && context.registers,
    isIdentified: (_, { output }: { readonly output: AuthenticationOutput }) =>
      output.outcome === 'identified',
    isFarewell: (_, { error }: { readonly error: unknown }) => isFarewell(error),
    isAuthenticated: (_, { output }: { readonly output: AuthenticationOutput }) =>
      output.outcome === 'authenticated',
    isBound: (_, { output }: { readonly output: BindingOutput }) => output.outcome === 'bound',
    /** The session that was to go on is over. */
    isBoundInstead: ({ context }, { output }: { readonly output: BindingOutput }) =>
      output.outcome === 'bound' && context.resumption !== undefined,
    isResumed: (_, { output }: { readonly output: BindingOutput }) => output.outcome === 'resumed',
    isTakenOver: ({ context }, { output }: { readonly output: BindingOutput }) =>
      output.outcome === 'resumed' && context.resumption?.isLeft === true,
    isUnread: ({ context }) => context.isUnread,
    hasLeft: (_, { output }: { readonly output: LeftBehind }) => output.session !== undefined,
    isSuspended: ({ context }) => context.verdict?.decision === 'retry' && context.resumption !== undefined,
    hasNoGhost: ({ context }) => !context.isHaunted,
    hasNotFailed: ({ context: { failures, hops, isHaunted } }) => failures === 0 && hops === 0 && !isHaunted,
    isSilent: ({ context }) => context.silentMs >= context.timeouts.quietMs,
    isCut: ({ context }) => context.silentMs >= context.timeouts.doubtMs,
    mayGoElsewhere: ({ context }) => context.verdict?.decision === 'elsewhere',
    needsCredentials: ({ context }) => context.verdict?.decision === 'credentials',
    mayRetry: ({ context }) => context.verdict?.decision === 'retry',
  },
  delays: {
    backoff: ({ context }) => context.retryInMs,
    restoreTimeout: ({ context }) => context.timeouts.restoreMs,
    /** What silence still lacks. */
    silence: ({ context }) => context.timeouts.quietMs - context.silentMs,
    probeTimeout: ({ context }) => context.timeouts.probeMs,
    doubtTimeout: ({ context }) => context.timeouts.doubtMs,
    closeTimeout: ({ context }) => context.timeouts.closeMs,
    removalTimeout: ({ context }) => context.timeouts.removalMs,
    stableTime: ({ context }) => context.timeouts.stableMs,
    ghostTime: ({ context }) => context.timeouts.ghostMs,
  },
})

const rosterVersioning = '{urn:xmpp:features:rosterver}ver'
