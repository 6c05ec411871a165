import { assign, fromCallback, fromPromise, type AnyActorRef } from 'xstate'
import { streamManagementMachine, type EnableAnswer } from '../../machines/stream-management.js'
import { withoutQuery } from '../errors.js'
import { forgetOptions } from './forget-options.js'
import { meansOf } from './means.js'

interface ActionArguments {
  readonly system: AnyActorRef['system']
}

/** The stream management chart with every deed in place. */
export const providedStreamManagement = streamManagementMachine.provide({
  actors: {
    enable: fromPromise<EnableAnswer>(async ({ signal, system }) => {
      const answer = await meansOf(system).management.enable(signal)
      if (answer.kind === 'failed') return { kind: 'refused' }
      const { id, resume, max, location } = answer
      return {
        kind: 'enabled',
        id: resume ? id : undefined,
        maxMs: max === undefined ? undefined : max * 1_000,
        // What is kept of a session holds no secret: a host and a port, or a URL without a query.
        location: withoutQuery(location),
      }
    }),

    acknowledgements: fromCallback(({ self, sendBack, system }) => {
      forgetOptions(self)
      return meansOf(system).management.listen({
        sent: (hasWaited) => sendBack({ type: 'stanza.sent', hasWaited }),
        acknowledged: () => sendBack({ type: 'ack.received' }),
      })
    }),
  },
  actions: {
    endSession: ({ system }: ActionArguments) => {
      const { link, bus, management } = meansOf(system)
      bus.close(link.end)
      management.suspend()
      management.ledger.end()
    },
    beginSession: ({ system }: ActionArguments) => {
      const { link, management } = meansOf(system)
      management.begin(link.stream)
    },
    suspendSession: ({ system }: ActionArguments) => {
      const { bus, management } = meansOf(system)
      bus.suspend()
      management.suspend()
    },
    watchStanzas: ({ system }: ActionArguments) => meansOf(system).management.watch(),
    watchFlood: ({ system }: ActionArguments) => meansOf(system).management.watchFlood(),
    requestAck: ({ system }: ActionArguments) => meansOf(system).management.requestAck(),
    measureSilence: assign(({ system }: ActionArguments) => ({
      silentMs: meansOf(system).management.silentMs,
    })),
  },
})
