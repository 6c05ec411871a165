import {
  assign,
  createActor,
  fromCallback,
  fromPromise,
  type Actor,
  type ActorOptions,
  type AnyActorRef,
} from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import { bindingMachine } from '../../machines/binding.js'
import { connectionMachine } from '../../machines/connection.js'
import { presenceMachine } from '../../machines/presence.js'
import type { RegistrationFacts } from '../../machines/registration.js'
import { rosterMachine } from '../../machines/roster.js'
import { sessionMachine } from '../../machines/session.js'
import type { SessionEvent } from '../../machines/session-setup.js'
import {
  resumptionEndpoint,
  type LeftBehind,
  type SessionContext,
  type SessionInput,
} from '../../machines/session-context.js'
import { TransportError, type XmppError } from '../errors.js'
import type { StreamSink } from '../router/xml-stream.js'
import { toRemovalElement } from '../stanza/account-removal.js'
import { toPresenceElement } from '../stanza/presence.js'
import type { XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { authenticationActors } from './authentication.js'
import { bindingActors } from './binding.js'
import { connectionActors } from './connection.js'
import { livenessActors, silentMs } from './liveness.js'
import { presenceActions, presenceActors } from './presence.js'
import { rosterActors } from './roster.js'
import { forgetOptions } from './forget-options.js'
import { inspectCheaply } from './inspection.js'
import { equip, meansOf, type SessionMeans } from './means.js'
import { providedStreamManagement } from './stream-management.js'
import { watchSurroundings } from './surroundings.js'

/** The deeds of the session chart itself. */
const sessionActors = {
  stanzas: fromCallback(({ self, sendBack, system }) => {
    forgetOptions(self)
    const means = meansOf(system)
    const { link, bus, management, memory, surroundings } = means
    const { stream, account } = link
    if (account === undefined) throw new TransportError('not-connected', 'no address was bound')
    const traffic = new Traffic(means, sendBack)
    const leaveSurroundings = surroundings.watch((type) => sendBack({ type }))
    bus.open(management.ledger, account, link.lang)
    const unwatch = memory?.watch((error) => traffic.ended(error))
    // Whoever hears of being online hears it before the first stanza; until then nothing is read.
    queueMicrotask(() => {
      if (traffic.isOver) return
      memory?.replay()
      stream.flow(traffic)
    })
    return () => {
      traffic.isOver = true
      leaveSurroundings()
      unwatch?.()
    }
  }),

  readStore: fromPromise<LeftBehind>(async ({ signal, system }) => {
    const { memory } = meansOf(system)
    return memory === undefined ? { session: undefined, scramPinned: false } : memory.restore(signal)
  }),

  makeAccount: fromPromise<void, RegistrationFacts>(async ({ input, signal, system }) =>
    meansOf(system).account.make?.(input, signal),
  ),

  removeAccount: fromPromise<void>(async ({ signal, system }) => {
    await meansOf(system).bus.request(
      { type: 'set', payload: toRemovalElement() },
      { signal, timeoutMs: Infinity },
    )
  }),

  closeStream: fromPromise<void>(async ({ signal, system }) => {
    const { link, bus, management, memory } = meansOf(system)
    if (!link.hasStream) return
    // What waits to be stored may still leave.
    await memory?.settle().catch(() => undefined)
    if (signal.aborted || !link.hasStream) return
    management.acknowledge()
    // There will be no other occasion.
    management.ledger.sendRest()
    if (management.ledger.isTracking && management.ledger.unacknowledged > 0) management.requestAck()
    // RFC 6121 §4.5.1: only in a session one can have said that one is there. It counts like any other stanza.
    if (link.account !== undefined && link.account === bus.account) {
      bus.send(toPresenceElement({ type: 'unavailable' }))
    }
    // So may the farewell, where something has come meanwhile that is stored first.
    if (memory !== undefined) await memory.settle().catch(() => undefined)
    if (signal.aborted || !link.hasStream) return
    bus.stopSending(link.stream.end)
    await link.stream.close(signal)
  }),
}

/** What a session does with what arrives; in a class, since a function for each takes three times the memory. */
class Traffic implements StreamSink {
  isOver = false
  readonly #means: SessionMeans
  readonly #tell: (event: SessionEvent) => void

  constructor(means: SessionMeans, tell: (event: SessionEvent) => void) {
    this.#means = means
    this.#tell = tell
  }

  element(element: XmlElement): void {
    const { bus, management } = this.#means
    if (element.namespace === ns.streamManagement) return management.take(element)
    bus.dispatch(element)
    management.count(element)
  }

  ended(error: XmppError): void {
    this.#tell({ type: 'stream.ended', error })
  }
}

interface ActionArguments {
  readonly context: SessionContext
  readonly system: AnyActorRef['system']
}

const sessionActions = {
  releaseLink: ({ context, system }: ActionArguments) =>
    meansOf(system).link.release(context.resumption !== undefined),
  saveResumption: ({ context, system }: ActionArguments) => {
    const { jid, resumption } = context
    meansOf(system).memory?.keepSession(
      resumption === undefined || jid === undefined
        ? null
        : {
            previd: resumption.previd,
            jid,
            maxMs: resumption.maxMs ?? null,
            endpoint: resumptionEndpoint(context) ?? null,
          },
    )
  },
}

/** The charts with every deed in place, made once for all sessions: the one place where charts and actors meet. */
const providedMachine = sessionMachine.provide({
  actions: {
    ...sessionActions,
    measureSilence: assign(silentMs),
    noteRetryTime: assign(({ context }) => ({ retryAt: Date.now() + context.retryInMs })),
  },
  actors: {
    ...sessionActors,
    ...livenessActors,
    roster: rosterMachine.provide({ actors: rosterActors }),
    presence: presenceMachine.provide({ actors: presenceActors, actions: presenceActions }),
    connection: connectionMachine.provide({ actors: connectionActors }),
    authentication: authenticationMachine.provide({ actors: authenticationActors }),
    binding: bindingMachine.provide({ actors: bindingActors }),
    streamManagement: providedStreamManagement,
    surroundings: watchSurroundings,
  },
})

/** A session that has yet to start; its deeds are done with these means and no others. */
export function createSession(
  means: SessionMeans,
  options: Pick<ActorOptions<typeof sessionMachine>, 'inspect'> & { readonly input: SessionInput },
): Actor<typeof sessionMachine> {
  const session = createActor(providedMachine, options)
  if (typeof options.inspect === 'function') inspectCheaply(session, options.inspect)
  equip(session.system, means)
  return session
}

/** Starts it, with the charts that last as long as it does. */
export function startSession(session: Actor<typeof sessionMachine>): void {
  session.start()
  forgetOptions(session)
  for (const chart of Object.values(session.getSnapshot().children)) forgetOptions(chart)
}
