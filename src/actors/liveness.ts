import { fromPromise, type AnyActorRef } from 'xstate'
import { StanzaError, TransportError } from '../errors.js'
import { toIqElement } from '../stanza/iq.js'
import { toPingElement } from '../stanza/ping.js'
import { meansOf } from './means.js'

/** The deeds of the region that watches over an online session. */
export const livenessActors = {
  probe: fromPromise<void>(async ({ signal, system }) => {
    const { link, management, createId } = meansOf(system)
    const { stream } = link
    if (management.ledger.isTracking) management.requestAck()
    else stream.send(toIqElement({ type: 'get', id: createId(), payload: toPingElement() }))
    await stream.heard(signal)
  }),
  ping: fromPromise<void>(async ({ signal, system }) => {
    try {
      await meansOf(system).bus.request(
        { type: 'get', payload: toPingElement() },
        { signal, timeoutMs: Infinity },
      )
    } catch (error) {
      if (error instanceof StanzaError) return
      if (!(error instanceof TransportError)) throw error
      // There is no room to ask, which the time-out weighs, or the stream has ended, which is told elsewhere.
      await new Promise<never>(() => {})
    }
  }),
}

/** How long nothing has arrived, nor was seen to leave where more waits to: stream management looks while it waits for an answer. */
export const silentMs = ({ system }: { readonly system: AnyActorRef['system'] }) => {
  const { stream } = meansOf(system).link
  const isLeaving = stream.transport.bufferedBytes > 0
  return { silentMs: performance.now() - Math.max(stream.lastReceivedMs, isLeaving ? stream.lastLeftMs : 0) }
}
