import { fromPromise } from 'xstate'
import { toIqElement } from '../stanza/iq.js'
import { toPingElement } from '../stanza/ping.js'
import { meansOf } from './means.js'

/** The deeds of the liveness chart. */
export const livenessActors = {
  awaitSilence: fromPromise<void, { readonly quietMs: number }>(({ input, signal, system }) => {
    const { link } = meansOf(system)
    return awaitSilence(() => link.stream.lastReceivedMs, input.quietMs, signal)
  }),

  probe: fromPromise<void>(async ({ signal, system }) => {
    const { link, createId } = meansOf(system)
    const { stream } = link
    stream.send(toIqElement({ type: 'get', id: createId(), payload: toPingElement() }))
    await stream.heard(signal)
  }),
}

/** One timer, wound up again only when it runs out: what arrives in between costs nothing. */
function awaitSilence(lastReceivedMs: () => number, quietMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout>
    const look = () => {
      const left = quietMs - (performance.now() - lastReceivedMs())
      if (left <= 0) resolve()
      else timer = setTimeout(look, left)
    }
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    look()
  })
}
