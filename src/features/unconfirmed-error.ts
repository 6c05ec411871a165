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
  'room-message': [
    'everybody in the room has it',
    'Enter again, and look for its id in what the room tells: what is not there, say again.',
  ],
  whisper: [
    'the whisper has arrived',
    'Whisper again, once it is clear who has the nickname now: nobody else tells what has become of a whisper.',
  ],
} as const

/** Something was asked or said, and what came of it is lost (see `cause`): nobody here knows whether it is done. */
export class UnconfirmedError extends XmppError {
  override readonly name = 'UnconfirmedError'
  readonly code: `unconfirmed.${keyof typeof deeds}`
  /** What was asked, or said. */
  readonly deed: keyof typeof deeds

  constructor(deed: keyof typeof deeds, cause: XmppError) {
    const [what, advice] = deeds[deed]
    super(`nobody knows whether ${what}: ${cause.message}`, advice, { cause })
    this.deed = deed
    this.code = `unconfirmed.${deed}`
  }
}
