import { AuthenticationError } from '../errors.js'
import type { AuthenticationErrorReason, SaslFailureCondition } from '../errors.js'

/** RFC 5802 §7: what a server may answer in `e=`, and the SASL failure (RFC 6120 §6.5) by which it reports that. */
export const scramFailures = {
  'invalid-encoding': 'malformed-request',
  'extensions-not-supported': 'malformed-request',
  'invalid-proof': 'not-authorized',
  'channel-bindings-dont-match': 'not-authorized',
  'server-does-support-channel-binding': 'not-authorized',
  'channel-binding-not-supported': 'malformed-request',
  'unsupported-channel-binding-type': 'malformed-request',
  'unknown-user': 'not-authorized',
  'invalid-username-encoding': 'malformed-request',
  'no-resources': 'temporary-auth-failure',
  'other-error': 'malformed-request',
} as const satisfies Readonly<Record<string, SaslFailureCondition>>
export type ScramErrorValue = keyof typeof scramFailures

/** A SCRAM message broke the grammar of RFC 5802 §7; `value` is what a server answers to it. The text is not repeated. */
export class ScramGrammarError extends Error {
  override readonly name = 'ScramGrammarError'
  readonly value: ScramErrorValue

  constructor(value: ScramErrorValue, message: string) {
    super(message)
    this.value = value
  }
}

/** Two errors say that client and server do not see the same connection: that is not a wrong password. */
const tampering: Partial<Readonly<Record<ScramErrorValue, string>>> = {
  'channel-bindings-dont-match': 'the server sees another TLS connection than this client',
  'server-does-support-channel-binding':
    'the server does offer channel binding, but its offer did not reach this client',
}

const clientReasons: Partial<Readonly<Record<ScramErrorValue, AuthenticationErrorReason>>> = {
  'channel-bindings-dont-match': 'server-not-verified',
  'server-does-support-channel-binding': 'server-not-verified',
  'channel-binding-not-supported': 'invalid-mechanism',
  'unsupported-channel-binding-type': 'invalid-mechanism',
  'other-error': 'not-authorized',
}

/** What the client makes of the server's `e=`; a value that RFC 5802 does not know counts as `other-error`. */
export function toAuthenticationError(value: string, mechanism: string): AuthenticationError {
  const known = isKnown(value) ? value : 'other-error'
  return new AuthenticationError(
    clientReasons[known] ?? scramFailures[known],
    tampering[known] ?? `the server refused ${mechanism}: ${known}`,
    { mechanism, text: known },
  )
}

const isKnown = (value: string): value is ScramErrorValue => Object.hasOwn(scramFailures, value)
