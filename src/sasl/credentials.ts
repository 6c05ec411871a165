import { AuthenticationError } from '../errors.js'
import { saslprep } from './saslprep.js'

/**
 * Gives the password when a mechanism needs it, and `undefined` when there is none. It is asked anew each time, so that
 * nobody need keep the password.
 */
export type PasswordSource = () => string | undefined | Promise<string | undefined>

/** Asks for the password; rejects with `AuthenticationError` (`credentials-missing`) when there is none or an empty one. */
export async function takePassword(source: PasswordSource, mechanism: string): Promise<string> {
  const password = await source()
  if (password === undefined || password === '') throw missing('a password is needed', mechanism)
  return password
}

/**
 * SASLprep for a user name or password; throws `AuthenticationError` (`credentials-missing`) when nothing usable is
 * left of it.
 */
export function prepareCredential(text: string, what: string, mechanism: string): string {
  let prepared: string
  try {
    prepared = saslprep(text)
  } catch (cause) {
    throw missing(
      `the ${what} cannot be used: ${cause instanceof Error ? cause.message : 'SASLprep'}`,
      mechanism,
    )
  }
  if (prepared === '') throw missing(`the ${what} is empty`, mechanism)
  return prepared
}

/** Throws RangeError for an authorization identity that no mechanism can carry. */
export function refuseNul(authzid = ''): void {
  if (authzid.includes('\0')) throw new RangeError('an authorization identity must not contain U+0000')
}

function missing(problem: string, mechanism: string): AuthenticationError {
  return new AuthenticationError('credentials-missing', `${mechanism}: ${problem}`, { mechanism })
}
