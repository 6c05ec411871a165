import { XmppError } from '../errors.js'

const deeds = {
  'account-removal': [
    'the account is removed',
    'Connect again: where the login is refused the account is gone, else it is there and can be removed.',
  ],
  'password-change': [
    'the password is changed',
    'Connect again: where the old password is refused, another connect() tries the new one.',
  ],
} as const

/** The server was asked, and its answer is lost (see `cause`): nobody here knows whether it has done what was asked. */
export class UnconfirmedError extends XmppError {
  override readonly name = 'UnconfirmedError'
  readonly code: `unconfirmed.${keyof typeof deeds}`
  /** What was asked. */
  readonly deed: keyof typeof deeds

  constructor(deed: keyof typeof deeds, cause: XmppError) {
    const [what, advice] = deeds[deed]
    super(`nobody knows whether ${what}: ${cause.message}`, advice, { cause })
    this.deed = deed
    this.code = `unconfirmed.${deed}`
  }
}
