/** RFC 6120 §4.9.3: the defined stream error conditions. */
export const streamErrorConditions = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const
export type StreamErrorCondition = (typeof streamErrorConditions)[number]

/** RFC 6120 §6.5: the defined SASL failure conditions. */
export const saslFailureConditions = [
  'aborted',
  'account-disabled',
  'credentials-expired',
  'encryption-required',
  'incorrect-encoding',
  'invalid-authzid',
  'invalid-mechanism',
  'malformed-request',
  'mechanism-too-weak',
  'not-authorized',
  'temporary-auth-failure',
] as const
export type SaslFailureCondition = (typeof saslFailureConditions)[number]

/** RFC 6120 §8.3.3: the defined stanza error conditions. */
export const stanzaErrorConditions = [
  'bad-request',
  'conflict',
  'feature-not-implemented',
  'forbidden',
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-acceptable',
  'not-allowed',
  'not-authorized',
  'policy-violation',
  'recipient-unavailable',
  'redirect',
  'registration-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'subscription-required',
  'undefined-condition',
  'unexpected-request',
] as const
export type StanzaErrorCondition = (typeof stanzaErrorConditions)[number]

/** RFC 6120 §8.3.2: what the sender of a failed stanza may do about it. */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait'

/** Why bytes could not move. */
export const transportErrorReasons = [
  'aborted',
  'certificate-expired',
  'certificate-mismatch',
  'certificate-untrusted',
  'closed',
  'failed',
  'not-connected',
  'overflow',
  'refused',
  'reset',
  'tls-failed',
  'tls-unavailable',
  'unknown-host',
  'unreachable',
] as const
export type TransportErrorReason = (typeof transportErrorReasons)[number]

/** Why the server could not be believed, or why no mechanism was tried: failures that the client itself finds. */
export const ownAuthenticationReasons = [
  'no-mechanism',
  'server-not-verified',
  'credentials-missing',
] as const
/** Why authentication has failed: what the server says, or what the client itself finds. */
export type AuthenticationErrorReason = SaslFailureCondition | (typeof ownAuthenticationReasons)[number]

/**
 * Every failure of the engine is one of these. `code` is stable (`transport.refused`, `stream.conflict`, …), `advice`
 * is a sentence for the person in front of the screen; neither ever carries a secret.
 */
export abstract class XmppError extends Error {
  /** Stable, for programs: what kind of error it is, a dot, and which one. */
  abstract readonly code: string
  /** What to do about it, one sentence. */
  readonly advice: string

  constructor(message: string, advice: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.advice = advice
  }

  /** The plain form that a snapshot, a recording or `--json` keeps. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...Object.entries(this), ['message', this.message]])
  }
}

const transportAdvice: Readonly<Record<TransportErrorReason, string>> = {
  aborted: 'Nothing is wrong: the caller stopped it.',
  'certificate-expired': 'The server must renew its certificate; check the clock of this machine too.',
  'certificate-mismatch':
    'The certificate is for another name: check the domain of the JID, or tell the operator.',
  'certificate-untrusted':
    'Trust the issuing authority with the `ca` option if the server is yours; else do not connect.',
  closed: 'The connection ended; a client that was online comes back by itself.',
  failed: 'Look at the cause; a client that was online comes back by itself.',
  'not-connected': 'Call connect() first, and join() for a room, or wait until that is done.',
  overflow: 'The peer sends or takes more than the limits allow; raise the limit if that is expected.',
  refused: 'Nothing listens there: check host and port, and whether the server runs.',
  reset: 'The connection was cut; a client that was online comes back by itself.',
  'tls-failed': 'The TLS handshake failed: check that this port speaks TLS and which versions it allows.',
  'tls-unavailable':
    'The server offers no encryption here: use a port with STARTTLS or direct TLS, or see `dangerouslyAllowPlaintext`.',
  'unknown-host': 'No such host: check the domain of the JID or give an `endpoint`.',
  unreachable: 'The network does not lead there: check the connection of this machine.',
}

/** Bytes could not move: no route, no listener, no trusted TLS, or the connection ended. */
export class TransportError extends XmppError {
  override readonly name = 'TransportError'
  readonly code: `transport.${TransportErrorReason}`
  readonly reason: TransportErrorReason

  constructor(reason: TransportErrorReason, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, transportAdvice[reason], options)
    this.reason = reason
    this.code = `transport.${reason}`
  }
}

function protocolAdvice(condition: StreamErrorCondition): string {
  return condition === 'policy-violation'
    ? 'The other side sends more than `limits` allow: raise the limit if that is expected.'
    : 'The other side does not speak correct XMPP: check that this is an XMPP server, and report it.'
}

/** The peer broke XML or XMPP; `condition` is the stream error that says so on the wire (RFC 6120 §4.9.3). */
export class ProtocolError extends XmppError {
  override readonly name = 'ProtocolError'
  readonly code: `protocol.${StreamErrorCondition}`
  readonly condition: StreamErrorCondition

  constructor(condition: StreamErrorCondition, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, protocolAdvice(condition), options)
    this.condition = condition
    this.code = `protocol.${condition}`
  }
}

const streamAdvice: Partial<Readonly<Record<StreamErrorCondition, string>>> = {
  conflict:
    'Another client took this resource: let the server choose the resource, or stop the other client.',
  'host-gone': 'This server no longer hosts the domain: check the JID.',
  'host-unknown': 'This server does not host the domain: check the JID and the endpoint.',
  'not-authorized': 'The account may be locked or removed: log in again with valid credentials.',
  'policy-violation': 'The server objects to how this client behaves: read its text, send less.',
  'system-shutdown': 'The server is restarting; a client that was online comes back by itself.',
}

/** An address as it may be shown and kept: its query may be a secret. */
export function withoutQuery(address: string | undefined): string | undefined {
  return address?.replace(/\?[^#]*/, '')
}

/** The server ended the stream with an error (RFC 6120 §4.9). */
export class StreamError extends XmppError {
  override readonly name = 'StreamError'
  readonly code: `stream.${StreamErrorCondition}`
  readonly condition: StreamErrorCondition
  /** The server's own words, if it gave any. */
  readonly text: string | undefined
  readonly #otherAddress: string | undefined
  /** Only with `see-other-host`: where to go, as `host`, `host:port` or a WebSocket URL without its query. */
  readonly otherHost: string | undefined
  /** Local name of an application-specific condition, if there was one. */
  readonly applicationCondition: string | undefined

  constructor(
    condition: StreamErrorCondition,
    details: {
      readonly text?: string | undefined
      readonly otherHost?: string | undefined
      readonly applicationCondition?: string | undefined
    } = {},
  ) {
    super(
      `the server closed the stream: ${condition}${details.text === undefined ? '' : ` (${details.text})`}`,
      streamAdvice[condition] ??
        'See the condition; a client that was online comes back by itself where that can help.',
    )
    this.condition = condition
    this.code = `stream.${condition}`
    this.text = details.text
    this.#otherAddress = details.otherHost
    this.otherHost = withoutQuery(details.otherHost)
    this.applicationCondition = details.applicationCondition
  }

  /** `otherHost` with the query, which may be a secret: nothing that shows or keeps an error shows or keeps this. */
  get otherAddress(): string | undefined {
    return this.#otherAddress
  }
}

const authenticationAdvice: Partial<Readonly<Record<AuthenticationErrorReason, string>>> = {
  'account-disabled': 'The account is disabled: ask the operator of the server.',
  'credentials-expired': 'The password has expired: set a new one.',
  'credentials-missing': 'Give a password (or a client certificate, or an anonymous JID).',
  'encryption-required': 'The server wants encryption first: use STARTTLS or direct TLS.',
  'no-mechanism': 'Client and server share no allowed mechanism: the message says why each was refused.',
  'not-authorized': 'Check user name and password.',
  'server-not-verified': 'The server did not prove that it knows the password: do not trust this connection.',
  'temporary-auth-failure': 'The server cannot check passwords just now: try again in a while.',
}

/** Identity could not be proven, by us to the server or by the server to us (RFC 6120 §6.5). */
export class AuthenticationError extends XmppError {
  override readonly name = 'AuthenticationError'
  readonly code: `authentication.${AuthenticationErrorReason}`
  readonly condition: AuthenticationErrorReason
  /** The SASL mechanism in use, if one had been chosen. */
  readonly mechanism: string | undefined
  /** The server's own words, if it gave any. */
  readonly text: string | undefined

  constructor(
    condition: AuthenticationErrorReason,
    message: string,
    options: {
      readonly mechanism?: string | undefined
      readonly text?: string | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(
      message,
      authenticationAdvice[condition] ?? 'Log in with another mechanism or ask the operator.',
      options,
    )
    this.condition = condition
    this.code = `authentication.${condition}`
    this.mechanism = options.mechanism
    this.text = options.text
  }
}

/** An answer of type `error` to something we sent (RFC 6120 §8.3). */
export class StanzaError extends XmppError {
  override readonly name = 'StanzaError'
  readonly code: `stanza.${StanzaErrorCondition}`
  readonly condition: StanzaErrorCondition
  readonly type: StanzaErrorType
  /** The entity that reports the error, where it said so. */
  readonly by: string | undefined
  /** The other side’s own words, if it gave any. */
  readonly text: string | undefined
  /** `gone` and `redirect` may name another address. */
  readonly alternative: string | undefined
  /** Local name of an application-specific condition, if there was one. */
  readonly applicationCondition: string | undefined

  constructor(
    condition: StanzaErrorCondition,
    type: StanzaErrorType,
    details: {
      readonly text?: string | undefined
      readonly by?: string | undefined
      readonly alternative?: string | undefined
      readonly applicationCondition?: string | undefined
    } = {},
  ) {
    super(
      `the other side answered with ${condition}${details.text === undefined ? '' : ` (${details.text})`}`,
      stanzaAdvice[type],
    )
    this.condition = condition
    this.type = type
    this.code = `stanza.${condition}`
    this.by = details.by
    this.text = details.text
    this.alternative = details.alternative
    this.applicationCondition = details.applicationCondition
  }
}

const stanzaAdvice: Readonly<Record<StanzaErrorType, string>> = {
  auth: 'Provide what the other side asks for, then send it again.',
  cancel: 'Do not send it again as it is.',
  continue: 'Nothing need be done: it was only a warning.',
  modify: 'Change what was sent, then send it again.',
  wait: 'Send it again after a while.',
}

/** Something awaited did not come in time. */
export class TimeoutError extends XmppError {
  override readonly name = 'TimeoutError'
  readonly code: `timeout.${string}`
  /** What was awaited, in words. */
  readonly awaited: string
  readonly timeoutMs: number

  /** @param key the machine-readable end of `code`, e.g. `dial` */
  constructor(key: string, awaited: string, timeoutMs: number) {
    super(
      `${awaited} did not come within ${timeoutMs} ms`,
      'The other side is slow or silent: check that the endpoint is an XMPP server, or raise the time-out.',
    )
    this.code = `timeout.${key}`
    this.awaited = awaited
    this.timeoutMs = timeoutMs
  }
}

export type StoreErrorReason = 'failed' | 'garbage' | 'taken' | 'version'

const storeAdvice: Readonly<Record<StoreErrorReason, string>> = {
  failed: 'Look at the cause, and at the store: nothing leaves that it does not have.',
  garbage: 'Nothing need be done: what could not be read is left out.',
  taken: 'Another process goes on with this session: end one of the two.',
  version: 'What another version of this library has stored is left out.',
}

/** The app's store failed, holds what cannot be read, or has another owner by now. */
export class StoreError extends XmppError {
  override readonly name = 'StoreError'
  readonly code: `store.${StoreErrorReason}`
  readonly reason: StoreErrorReason

  constructor(reason: StoreErrorReason, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, storeAdvice[reason], options)
    this.reason = reason
    this.code = `store.${reason}`
  }
}

/** Something failed that should not be able to: a function that the app gave, or the engine itself. */
export class DefectError extends XmppError {
  override readonly name = 'DefectError'
  readonly code = 'defect.unexpected'

  constructor(cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause)
    super(
      `unexpected failure: ${what}`,
      'Look at the cause: a function given by the app failed, or the engine did.',
      {
        cause,
      },
    )
  }
}
