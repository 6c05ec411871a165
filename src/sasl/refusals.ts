import { AuthenticationError } from '../errors.js'

/** The server's words break the grammar of the mechanism. */
export function malformed(mechanism: string, problem: string, cause?: unknown): AuthenticationError {
  return new AuthenticationError('malformed-request', `${mechanism}: ${problem}`, { mechanism, cause })
}

/** The server has not proven that it is the one that knows the password. */
export function unverified(mechanism: string, problem: string): AuthenticationError {
  return new AuthenticationError('server-not-verified', `${mechanism}: ${problem}`, { mechanism })
}
