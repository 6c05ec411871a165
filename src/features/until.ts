import { toXmppError } from '../../machines/failure.js'
import { TransportError } from '../errors.js'
import type { Shown } from './shown-by.js'

/**
 * Resolves when what a chart shows fits, or when the chart runs no more; rejects with what `fits` throws, a defect of the chart,
 * or the abort.
 */
export function until<Snapshot extends { readonly status: string; readonly error?: unknown }>(
  chart: Shown<Snapshot>,
  fits: (snapshot: Snapshot) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A chart that runs no more tells so before there is a subscription.
    let leave = () => {}
    const settle = () => {
      leave()
      signal?.removeEventListener('abort', aborted)
    }
    const aborted = () => {
      settle()
      reject(givenUp(signal?.reason))
    }
    const look = () => {
      const snapshot = chart.getSnapshot()
      try {
        if (snapshot.status === 'error') throw toXmppError(snapshot.error)
        if (!fits(snapshot) && snapshot.status === 'active') return
        settle()
        resolve()
      } catch (error) {
        settle()
        reject(error)
      }
    }
    const subscription = chart.subscribe({ next: look, error: look, complete: look })
    leave = () => subscription.unsubscribe()
    signal?.addEventListener('abort', aborted, { once: true })
    look()
  })
}

/** Whether whoever wished has given the wish up: a function, since the compiler takes the flag for as constant as it looks. */
export const isAborted = (signal: AbortSignal | undefined) => signal?.aborted === true

/** Why a wish came to nothing that nobody refused. */
export const givenUp = (cause: unknown) =>
  new TransportError('aborted', 'the wish was given up before it came true', { cause })
