import { TransportError } from '../errors.js'

/** The error of whoever gives `signal` up; `deed` completes "… was aborted". */
export function abortedError(deed: string, signal: AbortSignal): TransportError {
  return new TransportError('aborted', `${deed} was aborted`, { cause: signal.reason })
}

/** Runs `listener` once when `signal` aborts; the answer takes it off again. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
