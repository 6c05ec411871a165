import { TransportError } from '../errors.js'

/**
 * Sends for an action, which must not throw: a session that ends meanwhile is told to the chart by itself.
 * @returns why it was not sent where the session goes on: too much waits to leave
 */
export function whileOnline(send: () => void): TransportError | undefined {
  try {
    send()
    return undefined
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    return error.reason === 'not-connected' ? undefined : error
  }
}
