import { assign } from 'xstate'
import { livenessMachine } from '../../machines/liveness.js'
import { sessionMachine } from '../../machines/session.js'
import { createClient, type ClientOptions } from '../../src/index.js'
import type { Drivable } from '../../src/testing/drive.js'
import type { Model } from '../../src/testing/drive-model.js'
import { appStimuli } from './app-stimuli.js'
import { authenticationByItself, authenticationStimuli } from './authentication-stimuli.js'
import { bindingStimuli } from './binding-stimuli.js'
import { connectionStimuli } from './connection-stimuli.js'
import { onlineStimuli, presenceByItself } from './online-stimuli.js'
import { SessionRig } from './session-rig.js'

/** The charts alone, but for one deed that looks at the world: silence is measured by what the model has heard. */
let silentMs = 0
const machine = sessionMachine.provide({
  actors: {
    liveness: livenessMachine.provide({ actions: { measureSilence: assign(() => ({ silentMs })) } }),
  },
})

/** The session of a client with these options, and everything that can happen to it. */
export function driveSession(options: Partial<ClientOptions>): Drivable<SessionRig> {
  return {
    machine,
    stimuli: [...appStimuli, ...connectionStimuli, ...authenticationStimuli, ...bindingStimuli, ...onlineStimuli],
    model: {
      byItself: (deed, model) => authenticationByItself(deed, model) ?? presenceByItself(deed, model),
      before: ({ nowMs, notes }) => {
        silentMs = nowMs - Number(notes['heardMs'] ?? 0)
      },
    },
    start: (inspect) => new SessionRig(options, inspect),
    inputOf: inputOfRig,
  }
}

const inputOfRig = ({ client }: SessionRig): unknown => client.actor.getSnapshot().context

/** The input that a client gives its session. */
export function inputOf(options: Partial<ClientOptions>): unknown {
  const { actor } = createClient({ jid: 'alice@example.test', password: 'secret', lang: 'en', endpoint: unopened, ...options })
  const { context } = actor.getSnapshot()
  actor.stop()
  return context
}

const unopened = () => Promise.reject(new TypeError('nobody dials here'))

/** What decides where a session goes next, beside its states. */
export function keyOf({ charts, notes }: Model): unknown {
  const session = charts.get('session')?.snapshot.context ?? {}
  const { verdict, hops, failures, wasOnline, scramPinned, transport, features, error } = session
  const authentication = charts.get('session/authentication')?.snapshot.context
  const connection = charts.get('session/connection')?.snapshot.context
  const presence = charts.get('session/presence')?.snapshot.context
  return [
    verdict?.decision,
    hops,
    Math.min(failures, 4),
    wasOnline,
    scramPinned,
    transport?.secure,
    transport?.framing,
    features?.mechanisms,
    features?.session,
    error?.code,
    authentication?.mechanism?.name,
    authentication?.remaining.length,
    connection?.transport.secure,
    connection?.header?.version,
    connection?.features.starttls,
    presence?.form,
    notes['challenge'],
    notes['signed'],
  ]
}
