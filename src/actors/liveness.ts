import { fromCallback, fromPromise, type AnyEventObject } from 'xstate'
import type { LivenessEvent } from '../../machines/liveness.js'
import { toIqElement } from '../stanza/iq.js'
import { toPingElement } from '../stanza/ping.js'
import { meansOf } from './means.js'

/** The deeds of the liveness chart. */
export const livenessActors = {
  /** One timer, wound up again only when it runs out: what arrives in between costs nothing. */
  silence: fromCallback<AnyEventObject, { readonly quietMs: number }>(({ input, sendBack, system }) => {
    const { stream } = meansOf(system).link
    const report = (event: LivenessEvent) => sendBack(event)
    let timer: ReturnType<typeof setTimeout>
    const wind = () => {
      const left = input.quietMs - (performance.now() - stream.lastReceivedMs)
      if (left <= 0) report({ type: 'silence.lasted' })
      else timer = setTimeout(wind, left)
    }
    wind()
    return () => clearTimeout(timer)
  }),

  probe: fromPromise<void>(async ({ signal, system }) => {
    const { link, createId } = meansOf(system)
    const { stream } = link
    stream.send(toIqElement({ type: 'get', id: createId(), payload: toPingElement() }))
    await stream.heard(signal)
  }),
}
