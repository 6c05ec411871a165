import { AuthenticationError } from '../errors.js'
import { later } from '../later.js'

/**
 * Gives the password when a mechanism needs it, and `undefined` when there is none. It is asked anew each time, so that
 * nobody need keep the password.
 */
export type PasswordSource = () => string | undefined | Promise<string | undefined>

/** Asks for the password; rejects with `AuthenticationError` (`credentials-missing`) when there is none or an empty one. */
export async function takePassword(source: PasswordSource, mechanism: string): Promise<string> {
  const password: unknown = await source()
  // What is no text would be sent as the text that it turns into.
  if (typeof password !== 'string' || password === '') throw missing('a password is needed', mechanism)
  return password
}

/**
 * SASLprep for a user name or password; rejects with `AuthenticationError` (`credentials-missing`) when nothing usable is
 * left of it. SASLprep leaves printable ASCII as it is, and its tables are loaded for other texts alone; rejects with
 * `TransportError` (`unreachable`) when they cannot be.
 * @see RFC 4013
 */
export async function prepareCredential(text: string, what: string, mechanism: string): Promise<string> {
  const prepared = printableAscii.test(text) ? text : await prepare(text, what, mechanism)
  if (prepared === '') throw missing(`the ${what} is empty`, mechanism)
  return prepared
}

const printableAscii = /^[ -~]*$/

async function prepare(text: string, what: string, mechanism: string): Promise<string> {
  const { saslprep } = await later('SASLprep', import('./saslprep.js'))
  try {
    return saslprep(text)
  } catch (cause) {
    throw missing(
      `the ${what} cannot be used: ${cause instanceof Error ? cause.message : 'SASLprep'}`,
      mechanism,
    )
  }
}

/** Throws RangeError for an authorization identity that no mechanism can carry. */
export function refuseNul(authzid = ''): void {
  if (authzid.includes('\0')) throw new RangeError('an authorization identity must not contain U+0000')
}

function missing(problem: string, mechanism: string): AuthenticationError {
  return new AuthenticationError('credentials-missing', `${mechanism}: ${problem}`, { mechanism })
}
