import { TransportError } from './errors.js'

/** Code that few sessions need, loaded when one does; rejects with `TransportError` (`unreachable`) where it cannot be. */
export async function later<T>(what: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading
  } catch (cause) {
    throw new TransportError('unreachable', `${what} cannot be loaded`, { cause })
  }
}
