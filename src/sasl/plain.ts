import { encodeUtf8 } from './bytes.js'
import { prepareCredential, refuseNul, takePassword } from './credentials.js'
import type { PasswordSource } from './credentials.js'
import type { SaslMechanism } from './mechanism.js'
import { singleStep } from './single-step.js'

/** What PLAIN needs. */
export interface PlainOptions {
  readonly username: string
  readonly password: PasswordSource
  /** Another identity to act as; none by default. */
  readonly authzid?: string | undefined
}

/**
 * PLAIN: the password itself, so only for a channel that is encrypted and verified. The server proves nothing.
 * `start` rejects with `AuthenticationError` (`credentials-missing`) without a usable name or password.
 * @see RFC 4616
 */
export function createPlain({ authzid = '', password, username }: PlainOptions): SaslMechanism {
  refuseNul(authzid)
  const name = 'PLAIN'
  return {
    name,
    start: async () => {
      const authcid = await prepareCredential(username, 'user name', name)
      const passwd = await prepareCredential(await takePassword(password, name), 'password', name)
      return singleStep(name, encodeUtf8(`${authzid}\0${authcid}\0${passwd}`))
    },
  }
}
