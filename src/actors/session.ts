import { fromCallback, fromPromise } from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import { bindingMachine } from '../../machines/binding.js'
import { connectionMachine } from '../../machines/connection.js'
import { livenessMachine } from '../../machines/liveness.js'
import { sessionMachine, type SessionEvent } from '../../machines/session.js'
import { TransportError } from '../errors.js'
import type { StanzaBus } from '../router/stanza-bus.js'
import { toPresenceElement } from '../stanza/presence.js'
import { authenticationActors, type AuthenticationDeeds } from './authentication.js'
import { bindingActors } from './binding.js'
import { connectionActors, type ConnectionDeeds } from './connection.js'
import { livenessActors } from './liveness.js'

export interface SessionDeeds extends ConnectionDeeds, AuthenticationDeeds {
  readonly bus: StanzaBus
  readonly createId: () => string
}

/** The session chart with every deed in place: the one place where charts and actors meet. */
export function provideSession(deeds: SessionDeeds) {
  const { link, bus } = deeds
  return sessionMachine.provide({
    actors: {
      connection: connectionMachine.provide({ actors: connectionActors(deeds) }),
      authentication: authenticationMachine.provide({ actors: authenticationActors(deeds) }),
      binding: bindingMachine.provide({ actors: bindingActors(deeds) }),
      liveness: livenessMachine.provide({ actors: livenessActors(deeds) }),

      holdLink: fromCallback(() => () => {
        link.release()
        bus.close(undefined)
      }),

      stanzas: fromCallback(({ sendBack }) => {
        const report = (event: SessionEvent) => sendBack(event)
        const { stream, account } = link
        if (account === undefined) throw new TransportError('not-connected', 'no address was bound')
        bus.open(stream, account, link.lang)
        let isOver = false
        // Whoever hears of being online hears it before the first stanza; until then nothing is read.
        queueMicrotask(() => {
          if (isOver) return
          stream.flow({
            element: (element) => bus.dispatch(element),
            ended: (error) => report({ type: 'stream.ended', error }),
          })
        })
        return () => {
          isOver = true
          bus.stopSending(stream.end)
        }
      }),

      closeStream: fromPromise<void>(async ({ signal }) => {
        if (!link.hasStream) return
        // RFC 6121 §4.5.1: only who is bound can have said that it is there.
        if (link.account !== undefined) link.stream.send(toPresenceElement({ type: 'unavailable' }))
        await link.stream.close(signal)
      }),
    },
  })
}
