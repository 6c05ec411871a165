import type { Server } from 'node:net'
import { TransportError } from '../../src/errors.js'

export function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

/** The TransportError that a promise rejects with; anything else fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<TransportError> {
  const outcome = await promise.then(
    () => 'it was fulfilled',
    (error: unknown) => error,
  )
  if (outcome instanceof TransportError) return outcome
  throw new Error('a TransportError was expected', { cause: outcome })
}
