import type { RegistrationReason, RegistrationRefusal } from '../../machines/registration.js'
import { XmppError } from '../errors.js'

const words: Readonly<Record<RegistrationReason, readonly [what: string, advice: string]>> = {
  conflict: ['the name is taken', 'Choose another name.'],
  exposed: [
    'the connection is not encrypted',
    'Use a port with STARTTLS or direct TLS: a new password is for nobody else.',
  ],
  incomplete: [
    'not everything was answered that the server asks',
    'Give a function as `fill` that answers the fields.',
  ],
  invitation: ['the server does not take the invitation', 'Ask for another invitation: it may have expired.'],
  later: ['the server makes no more accounts just now', 'Try again in a while.'],
  'not-acceptable': [
    'the server does not accept what was answered',
    'Choose another password, or answer otherwise: the text may say what will do.',
  ],
  'not-allowed': ['the server does not allow it', 'Choose another name, or ask the operator for an account.'],
  redirected: [
    'accounts are made elsewhere',
    'Open the `url`, and log in with the account that is made there.',
  ],
  refused: ['the server refused', 'Look at the text, or ask the operator for an account.'],
  unsupported: ['the server makes no accounts this way', 'Ask the operator for an account.'],
  withdrawn: ['the app gave up', 'Nothing is wrong: no account was asked for.'],
}

/** There is no account (XEP-0077): `reason` says why. */
export class RegistrationError extends XmppError {
  override readonly name = 'RegistrationError'
  readonly code: `registration.${RegistrationReason}`
  readonly reason: RegistrationReason
  /** The server's own words, if it gave any. */
  readonly text: string | undefined
  /** With `redirected` alone: where accounts are made, by `http:` or `https:`. */
  readonly url: string | undefined
  /** With `incomplete` alone: what is missing, by name. */
  readonly fields: readonly string[]

  constructor({ reason, text, url, fields = [] }: RegistrationRefusal) {
    const [what, advice] = words[reason]
    const missing = fields.length === 0 ? '' : `: ${fields.join(', ')}`
    super(`there is no account: ${what}${missing}${text === undefined ? '' : ` (${text})`}`, advice)
    this.code = `registration.${reason}`
    this.reason = reason
    this.text = text
    this.url = url
    this.fields = fields
  }
}
