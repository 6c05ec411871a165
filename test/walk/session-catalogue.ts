import { assign, type InspectionEvent } from 'xstate'
import { sessionMachine } from '../../machines/session.js'
import { streamManagementMachine } from '../../machines/stream-management.js'
import { ns, sessionIn, TransportError, type ClientOptions, type Surroundings } from '../../src/index.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import type { ByItself, Model } from '../../src/testing/drive-model.js'
import { accountStimuli } from './account-stimuli.js'
import { appStimuli } from './app-stimuli.js'
import { authenticationByItself, authenticationStimuli } from './authentication-stimuli.js'
import { bindingStimuli } from './binding-stimuli.js'
import { connectionStimuli } from './connection-stimuli.js'
import { legacyStimuli } from './legacy-stimuli.js'
import {
  managementByItself,
  managementNotes,
  managementStimuli,
  readsNothingMore,
} from './management-stimuli.js'
import { onlineStimuli, presenceByItself } from './online-stimuli.js'
import { discoveringSession } from './dialed-session.js'
import { clientOf, SessionRig, type App } from './session-rig.js'
import { storeStimuli } from './store-stimuli.js'

/** The charts alone, but for what looks at the world: silence is measured by what the model has heard and asked, time by its clock. */
let silentMs = 0
let unansweredMs = 0
let clockMs = 0
let startedMs = 0
const machine = sessionMachine.provide({
  actions: {
    measureSilence: assign(() => ({ silentMs })),
    noteRetryTime: assign(({ context }) => ({ retryAt: startedMs + clockMs + context.retryInMs })),
  },
  actors: {
    streamManagement: streamManagementMachine.provide({
      actions: {
        measureSilence: assign(() => ({ silentMs: Math.max(1, Math.min(silentMs, unansweredMs)) })),
      },
    }),
  },
})

/** Which nobody brings about by one word: the room has to be taken and given while something is said. */
const noRoom = 'see what is announced, in test/features/presence.test.ts and test/machines/presence.test.ts'

const noBinding =
  'no peer here offers channel binding: one that refuses it is played in test/machines/authentication.test.ts'

const defect = 'a chart ends by itself and does not throw: this is for defects'

/** What makes the session that is driven. */
type Make<A extends App> = (rig: SessionRig, inspect: (event: InspectionEvent) => void) => A

/** What cannot be done where nothing more can be written, or nothing can be watched. */
const hindered: ByItself = ({ src }, { notes }) => {
  const watches = src === 'surroundings' || src === 'stanzas'
  if (watches && notes['isBlind'] === true) return { error: new TypeError(blindness) }
  const writes = src === 'probe' || src === 'closeStream'
  return writes && notes['isFull'] === true ? { error: new TransportError('overflow', '') } : undefined
}

const blindness = 'there is nothing to watch here'

/** Everything that can happen to a session. */
const stimuli: readonly Stimulus<SessionRig>[] = [
  ...appStimuli,
  ...connectionStimuli,
  ...authenticationStimuli,
  ...legacyStimuli,
  ...accountStimuli,
  ...bindingStimuli,
  ...onlineStimuli,
  ...managementStimuli,
  ...storeStimuli,
]

function driveSession<A extends App>(make: Make<A>, notes: Model['notes'] = {}): Drivable<SessionRig<A>> {
  return {
    machine,
    stimuli,
    model: {
      notes,
      byItself: (deed, model) =>
        hindered(deed, model) ??
        authenticationByItself(deed, model) ??
        presenceByItself(deed, model) ??
        managementByItself(deed, model),
      notesOf: (name, model) => ({
        ...managementNotes(name, model),
        ...(name === 'releaseLink' ? { isFull: false } : {}),
      }),
      before: ({ nowMs, notes }) => {
        clockMs = nowMs
        silentMs = nowMs - Number(notes['heardMs'] ?? 0)
        unansweredMs = nowMs - Number(notes['askedMs'] ?? 0)
      },
    },
    start: (inspect) => {
      const rig = new SessionRig((each) => make(each, inspect))
      startedMs = Date.now()
      return rig
    },
    inputOf: (rig) => rig.actor.getSnapshot().context,
  }
}

/** The session of a client with these options. */
export const driveClient = (options: Partial<ClientOptions>) =>
  driveSession((rig, inspect) => clientOf({ inspect, ...options }, rig))

/** What others are told of oneself decides nothing of whether a session lasts, and each of it would be searched with it. */
export const withoutPresence = <Rig extends SessionRig>(drivable: Drivable<Rig>): Drivable<Rig> =>
  without(/^(?:hide|sendPresence)\(/, drivable)

/** What makes an account is the test's own, and does not see its connection end. */
export const withoutRegistration = <Rig extends SessionRig>(drivable: Drivable<Rig>): Drivable<Rig> =>
  without(/^register\(/, drivable)

const without = <Rig extends SessionRig>(what: RegExp, drivable: Drivable<Rig>): Drivable<Rig> => ({
  ...drivable,
  stimuli: drivable.stimuli.filter(({ name }) => !what.test(name)),
})

const untilUnread: ReadonlySet<string> = new Set([
  'connect()',
  'disconnect()',
  'dials with TLS',
  'opens a stream of version 1.0',
  'offers PLAIN',
  'succeeds without a signature, awaited: initiate',
  'opens the authenticated stream',
  'offers binding',
  'binds',
  'system.woken',
  'ends its stream too',
])

const wantsNothing: Partial<ClientOptions> = {
  streamManagement: false,
  reconnect: 'never',
  roster: false,
  presence: false,
  dangerouslyAllowPlaintext: true,
}

/** A session that everything can happen to, too much to be searched. */
export const wholeSession = driveSession<App>((rig, inspect) =>
  clientOf({ inspect, reconnect: 'always' }, rig),
)

/** One that an earlier process may have left; its patience ends before a call of the store is given up. */
export const storedSession = driveSession<App>((rig, inspect) =>
  clientOf(
    { inspect, reconnect: 'always', timeouts: { restoreMs: 5_000 }, store: sessionIn(rig.store) },
    rig,
  ),
)

const readClient = driveSession<App>((rig, inspect) =>
  clientOf({ inspect, ...wantsNothing, limits: { outboundLimitBytes: 20_000 } }, rig),
)

/** One whose server reads nothing more once it is online. */
const unreadSession: Drivable<SessionRig> = {
  ...readClient,
  stimuli: [...stimuli.filter(({ name }) => untilUnread.has(name)), readsNothingMore],
}

/** Sessions of every kind that leads somewhere else. */
export const sessions: Readonly<Record<string, Drivable<SessionRig>>> = {
  'that comes back by itself': driveSession<App>((rig, inspect) =>
    clientOf({ inspect, reconnect: 'always', streamManagement: false }, rig),
  ),
  'that outlives its connections': withoutPresence(
    driveSession<App>((rig, inspect) => clientOf({ inspect, reconnect: 'always', presence: false }, rig)),
  ),
  'that wants nothing by itself, not even TLS': driveSession<App>((rig, inspect) =>
    clientOf({ inspect, ...wantsNothing }, rig),
  ),
  'that looks for its server': driveSession(discoveringSession),
  'that an earlier process may have left': withoutPresence(storedSession),
  'whose surroundings cannot be watched': withoutPresence(
    driveSession<App>(
      (rig, inspect) => clientOf({ inspect, ...wantsNothing, reconnect: 'always', surroundings: blind }, rig),
      {
        isBlind: true,
      },
    ),
  ),
  'that nobody reads any more': unreadSession,
}

const blind: Surroundings = {
  watch: () => {
    throw new TypeError(blindness)
  },
}

/** Transitions that nobody outside the client can bring about, and why. */
export const undrivable: Readonly<Record<string, string>> = {
  'session xstate.error.actor.roster 0': defect,
  'session xstate.error.actor.roster 1': defect,
  'session xstate.error.actor.presence 0': defect,
  'session xstate.error.actor.presence 1': defect,
  'session xstate.error.actor.streamManagement 0': defect,
  'session xstate.error.actor.streamManagement 1': defect,
  'presence.online.available presence.refused 0': noRoom,
  'presence.online.unsaid xstate.after.roomPause.presence.online.unsaid 0': noRoom,
  'presence.online.unsaid session.offline 0': noRoom,
  'presence.online.unavailable presence.refused 0': noRoom,
  'presence.online.staying xstate.after.roomPause.presence.online.staying 0': noRoom,
  'presence.online.vanished presence.refused 0': noRoom,
  'presence.online.vanishing xstate.after.roomPause.presence.online.vanishing 0': noRoom,
  'presence.online.vanishing presence.announce 0': noRoom,
  'presence.online.vanishing presence.withdraw 0': noRoom,
  'session.active.connecting xstate.error.actor.connection 0': defect,
  'session.active.authenticating xstate.error.actor.authentication 0': defect,
  'session.active.binding xstate.error.actor.binding 0': defect,
  'session.active.online.liveness.doubting xstate.error.actor.ping 0':
    'what ends a stream is told by the stream, and a ping that finds no room waits: this is for defects',
  'streamManagement.enabling xstate.error.actor.enable 0': defect,
  'streamManagement.live xstate.error.actor.acknowledgements 0': defect,
  'streamManagement.live.measuring always 1':
    'a line that takes some of what waits, and not yet the question, is played in test/router/stream-management.test.ts',
  'streamManagement.suspended session.bound 0': 'whoever can resume asks for that first',
  'streamManagement.suspended session.bound 1': 'whoever can resume asks for that first',
  'authentication.initiating xstate.done.actor.initiate 2': noBinding,
  'authentication.responding xstate.done.actor.answerChallenge 2': noBinding,
  'authentication.verifying xstate.after.saslTimeout.authentication.verifying 0':
    'the proof is compared here: no word of the server is awaited',
}

/** What decides where a session goes next, beside its states; that earlier attempts failed does where one was cut late. */
export function keyOf({ charts, notes }: Model): unknown {
  const { context: presence } = charts.get('session/presence')?.snapshot ?? {}
  const { context: connection } = charts.get('session/connection')?.snapshot ?? {}
  const { context: authentication } = charts.get('session/authentication')?.snapshot ?? {}
  const { context: binding } = charts.get('session/binding')?.snapshot ?? {}
  const { context: session } = charts.get('session')?.snapshot ?? {}
  const { context: management } = charts.get('session/streamManagement')?.snapshot ?? {}
  return [
    presence?.form,
    presence?.isHidden,
    connection && [connection.transport.secure, connection.header?.version, connection.features.starttls],
    authentication && [authentication.mechanism?.name, authentication.remaining.length],
    authentication && [authentication.form, authentication.resource],
    session?.registers,
    session?.isHaunted,
    authentication && [notes['challenge'], notes['signed']],
    binding && [binding.resource, binding.features.session, binding.features.bind, binding.previd],
    binding?.features.names.includes(`{${ns.streamManagement}}sm`),
    session?.resumption,
    [management?.id, management?.maxMs, session?.retryInMs > management?.maxMs],
    management?.unheard,
    [Number(notes['unacknowledged']) > 0, Number(notes['unsent']) > 0, notes['isFull'] === true],
  ]
}
