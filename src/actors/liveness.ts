import { assign, fromPromise } from 'xstate'
import { livenessMachine } from '../../machines/liveness.js'
import { toIqElement } from '../stanza/iq.js'
import { toPingElement } from '../stanza/ping.js'
import { meansOf } from './means.js'

/** The liveness chart with every deed in place. */
export const providedLiveness = livenessMachine.provide({
  actors: {
    probe: fromPromise<void>(async ({ signal, system }) => {
      const { link, management, createId } = meansOf(system)
      const { stream } = link
      if (management.ledger.isTracking) management.requestAck()
      else stream.send(toIqElement({ type: 'get', id: createId(), payload: toPingElement() }))
      await stream.heard(signal)
    }),
  },
  actions: {
    measureSilence: assign(({ system }) => ({
      silentMs: performance.now() - meansOf(system).link.stream.lastReceivedMs,
    })),
  },
})
