import { fromCallback, fromPromise } from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import { bindingMachine } from '../../machines/binding.js'
import { connectionMachine } from '../../machines/connection.js'
import { livenessMachine } from '../../machines/liveness.js'
import { sessionMachine, type SessionEvent } from '../../machines/session.js'
import { TransportError } from '../errors.js'
import type { StanzaBus } from '../router/stanza-bus.js'
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

      holdLink: fromCallback(() => () => link.release()),

      stanzas: fromCallback(({ sendBack }) => {
        const report = (event: SessionEvent) => sendBack(event)
        const { stream, account } = link
        if (account === undefined) throw new TransportError('not-connected', 'no address was bound')
        bus.open(stream, account, link.lang)
        stream.flow({
          element: (element) => bus.dispatch(element),
          ended: (error) => report({ type: 'stream.ended', error }),
        })
        return () => bus.close(stream.end)
      }),

      closeStream: fromPromise<void>(({ signal }) =>
        link.hasStream ? link.stream.close(signal) : Promise.resolve(),
      ),
    },
  })
}
