import { TransportError } from '../errors.js'

/** Sends for an action, which must not throw: a session that ends meanwhile is told to the chart by itself. */
export function whileOnline(send: () => void): void {
  try {
    send()
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
  }
}
