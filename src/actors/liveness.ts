import { fromPromise } from 'xstate'
import { toIqElement } from '../stanza/iq.js'
import { toPingElement } from '../stanza/ping.js'
import type { Link } from './link.js'

export interface LivenessDeeds {
  readonly link: Link
  readonly createId: () => string
}

/** The deeds of the liveness chart. */
export function livenessActors({ link, createId }: LivenessDeeds) {
  return {
    awaitSilence: fromPromise<void, { readonly quietMs: number }>(({ input, signal }) =>
      awaitSilence(() => link.stream.lastReceivedMs, input.quietMs, signal),
    ),

    probe: fromPromise<void>(async ({ signal }) => {
      const { stream } = link
      stream.send(toIqElement({ type: 'get', id: createId(), payload: toPingElement() }))
      await stream.heard(signal)
    }),
  }
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
