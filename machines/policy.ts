import {
  AuthenticationError,
  DefectError,
  ProtocolError,
  StanzaError,
  StreamError,
  TimeoutError,
  TransportError,
  type SaslFailureCondition,
  type StoreError,
  type StreamErrorCondition,
  type TransportErrorReason,
  type XmppError,
} from '../src/errors.js'

/** How soon to try again. */
export type Pace = 'soon' | 'backoff' | 'slow' | 'restart'

/** What to do after a failure, and why. */
export type Verdict =
  | {
      readonly decision: 'retry'
      readonly pace: Pace
      /** Failures for this reason in a row after which to stop; `Infinity` for none. */
      readonly limit: number
      readonly because: string
    }
  | { readonly decision: 'elsewhere'; readonly because: string }
  | { readonly decision: 'credentials'; readonly because: string }
  | {
      readonly decision: 'stop'
      readonly because: string
      /** The same may well work later, without any change. */
      readonly later: boolean
    }

const retry = (pace: Pace, because: string, limit = Infinity): Verdict => ({
  decision: 'retry',
  pace,
  limit,
  because,
})
const stop = (because: string): Verdict => ({ decision: 'stop', because, later: false })
const credentials = (because: string): Verdict => ({ decision: 'credentials', because })

const ours = 'the server says this client broke the protocol'
const setUp = 'the server and this client are set up for different things'
const load = 'the server is busy or broken'

/** @see RFC 6120 §4.9.3 */
const streamErrors: Readonly<Record<StreamErrorCondition, Verdict>> = {
  'bad-format': retry('backoff', ours, 3),
  'bad-namespace-prefix': stop(ours),
  conflict: stop('another client has taken this resource; taking it back would never end'),
  'connection-timeout': retry('soon', 'the server heard nothing from us for too long'),
  'host-gone': retry('backoff', 'the domain may have moved', 1),
  'host-unknown': retry('backoff', 'the domain may be served elsewhere', 1),
  'improper-addressing': retry('backoff', ours, 3),
  'internal-server-error': retry('backoff', load),
  'invalid-from': stop(ours),
  'invalid-namespace': stop(ours),
  'invalid-xml': retry('backoff', ours, 3),
  'not-authorized': credentials('the account may be locked or removed'),
  'not-well-formed': retry('backoff', ours, 3),
  'policy-violation': retry('slow', 'the server objects to how this client behaves'),
  'remote-connection-failed': retry('backoff', load),
  reset: retry('soon', 'the server wants a fresh stream'),
  'resource-constraint': retry('slow', load),
  'restricted-xml': retry('backoff', ours, 3),
  'see-other-host': { decision: 'elsewhere', because: 'the server names another host' },
  'system-shutdown': retry('restart', 'the server is restarting'),
  'undefined-condition': retry('backoff', 'the server gave no defined reason'),
  'unsupported-encoding': stop(ours),
  'unsupported-feature': stop(setUp),
  'unsupported-stanza-type': retry('backoff', ours, 3),
  'unsupported-version': stop(setUp),
}

/** @see RFC 6120 §6.5 */
const saslFailures: Readonly<Record<SaslFailureCondition, Verdict>> = {
  aborted: stop('the exchange was aborted'),
  'account-disabled': stop('the account is disabled'),
  'credentials-expired': credentials('the password has expired'),
  'encryption-required': stop(setUp),
  'incorrect-encoding': stop(ours),
  'invalid-authzid': stop('this account may not act for that address'),
  'invalid-mechanism': stop(setUp),
  'malformed-request': stop(ours),
  'mechanism-too-weak': stop(setUp),
  'not-authorized': credentials('the server does not accept these credentials'),
  'temporary-auth-failure': retry('backoff', load),
}

/** Refusals of the mechanism, not of the credentials. */
const mechanismRefusals: ReadonlySet<SaslFailureCondition> = new Set(['aborted', 'invalid-mechanism'])

const untrusted = 'the certificate cannot be believed'

const transportErrors: Readonly<Record<TransportErrorReason, Verdict>> = {
  aborted: stop('the app stopped it'),
  'certificate-expired': stop(untrusted),
  'certificate-mismatch': stop(untrusted),
  'certificate-untrusted': stop(untrusted),
  closed: retry('backoff', 'the connection ended'),
  failed: retry('backoff', 'the connection failed'),
  'not-connected': retry('backoff', 'the connection ended'),
  overflow: retry('backoff', 'a limit was passed', 3),
  refused: retry('backoff', 'the server may be restarting'),
  reset: retry('backoff', 'the connection was cut'),
  'tls-failed': retry('backoff', 'the TLS handshake failed', 3),
  'tls-unavailable': stop('encryption is required'),
  'unknown-host': retry('backoff', 'the network or its DNS may be away'),
  unreachable: retry('backoff', 'the network may be away'),
}

/** Apart, since the second time in a row tells more than the first. */
const unbound = 'the server did not bind in time'
const late = 'the server did not answer in time'

/** By its code: an app without a store carries none of its errors. */
const storeFailed: StoreError['code'] = 'store.failed'
const bindTimeout: TimeoutError['code'] = 'timeout.bind'

/** After this refusal another mechanism may still succeed with the same credentials. */
export function mayTryOtherMechanism(condition: SaslFailureCondition): boolean {
  return mechanismRefusals.has(condition)
}

/**
 * The one table of what follows a failure: try again (how soon, how often), ask for credentials, go elsewhere, stop.
 * @see RFC 6120 §3.3, §4.9.3, §6.5
 */
export function judge(error: XmppError): Verdict {
  if (error instanceof StreamError) return streamErrors[error.condition]
  if (error instanceof TransportError) return transportErrors[error.reason]
  if (error instanceof TimeoutError) return retry('backoff', error.code === bindTimeout ? unbound : late)
  if (error instanceof ProtocolError) return retry('backoff', 'the server broke the protocol', 3)
  if (error.code === storeFailed) return retry('backoff', 'the store does not work just now')
  if (error.code.startsWith('store.')) return stop('another process goes on with the session')
  if (error instanceof DefectError) return stop('something failed that should not be able to')
  if (error instanceof AuthenticationError) {
    switch (error.condition) {
      case 'credentials-missing':
        return credentials('no credentials were given')
      case 'no-mechanism':
        return stop('no mechanism is both offered and allowed')
      case 'server-not-verified':
        return stop('the server did not prove who it is')
      default:
        return saslFailures[error.condition]
    }
  }
  if (error instanceof StanzaError && error.type === 'wait') return retry('backoff', load)
  return stop('the server refused the session')
}

const unproven = 'a network in between may speak for the server; it was reached before'

/**
 * The same for a session that was online before, where whoever has failed has not proven to be the server: a certificate that
 * cannot be believed, or words in clear, are anybody's on the way, and do not end what the server has not ended. Nothing is
 * believed for it: the next attempt asks for as much proof.
 * @see RFC 6120 §13.7.2, RFC 7590 §3.4
 */
export function judgeUnproven(error: XmppError): Verdict {
  const verdict = judge(error)
  if (!isAnybodys(error)) return verdict
  // A reason of its own, so that nothing of it counts against the server.
  return retry(verdict.decision === 'retry' ? verdict.pace : 'backoff', unproven)
}

/** Whether anybody on the way to the server can bring it about. */
function isAnybodys(error: XmppError): boolean {
  if (error instanceof TransportError) return /^(?:certificate|tls)-/.test(error.reason)
  return error instanceof ProtocolError || error instanceof StreamError
}

/** Stream errors after which a server may still keep the session for whoever comes back. */
const survivable: ReadonlySet<StreamErrorCondition> = new Set([
  'connection-timeout',
  'internal-server-error',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'system-shutdown',
])

/**
 * Whether the server may still keep the session after this failure. Whoever broke the protocol has lost count; whoever has answered
 * all but the request to go on will not go on, unless the connection was gone just then, which is not so twice.
 * @param times how often it has failed for this reason in a row
 * @see XEP-0198 §5
 */
export function maySurvive(error: XmppError, times: number): boolean {
  if (error instanceof StreamError) return survivable.has(error.condition)
  if (error instanceof TimeoutError) return error.code !== bindTimeout || times === 1
  return error.code === storeFailed || error instanceof TransportError
}

/** Full jitter: bounds of the random delay for each pace, in milliseconds. `backoff` doubles with each failure in a row. */
export const paces = {
  soon: { floorMs: 0, baseMs: 1_000, growing: false, capMs: 1_000 },
  backoff: { floorMs: 0, baseMs: 1_000, growing: true, capMs: 300_000 },
  slow: { floorMs: 60_000, baseMs: 60_000, growing: true, capMs: 600_000 },
  restart: { floorMs: 0, baseMs: 60_000, growing: false, capMs: 60_000 },
} as const satisfies Readonly<Record<Pace, object>>

/**
 * The delay before the next attempt: floor plus a fraction of the ceiling that grows with the failures in a row.
 * @param failures how many attempts in a row have failed, at least 1
 * @param chance in [0, 1)
 * @see RFC 6120 §3.3
 */
export function backoffMs(pace: Pace, failures: number, chance: number): number {
  const { floorMs, baseMs, growing, capMs } = paces[pace]
  const ceiling = growing ? Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 20)) : baseMs
  return Math.round(floorMs + ceiling * chance)
}

/** The next value of a small pure generator (mulberry32), so that a chart can draw lots without knowing chance. */
export function draw(seed: number): { readonly chance: number; readonly seed: number } {
  const next = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return { chance: ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296, seed: next }
}
