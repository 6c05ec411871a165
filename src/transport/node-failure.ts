import { TransportError, type TransportErrorReason } from '../errors.js'

/** Names what Node reports: `deed` completes "… failed", e.g. `connecting to 127.0.0.1:5222`. */
export function toTransportError(
  cause: unknown,
  deed: string,
  fallback: TransportErrorReason = 'failed',
): TransportError {
  if (cause instanceof TransportError) {
    return new TransportError(cause.reason, `${deed} failed: ${cause.message}`, { cause: cause.cause })
  }
  const code = codeOf(cause)
  const reason = reasons.get(code) ?? (isTlsCode(code) ? 'tls-failed' : fallback)
  const told = messageOf(cause)
  const words = told.includes(code) ? told : `${told} (${code})`
  return new TransportError(reason, `${deed} failed: ${words}`, { cause })
}

const reasons: ReadonlyMap<string, TransportErrorReason> = new Map([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_NODATA', 'unknown-host'],
  ['EAI_NONAME', 'unknown-host'],
  // The resolver could not be asked: that is the network's fault, not the name's.
  ['EAI_AGAIN', 'unreachable'],
  ['ECONNREFUSED', 'refused'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['ERR_SOCKET_CONNECTION_TIMEOUT', 'unreachable'],
  ['ECONNABORTED', 'reset'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ERR_STREAM_DESTROYED', 'closed'],
  ['ERR_STREAM_WRITE_AFTER_END', 'closed'],
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-expired'],
  ['CRL_HAS_EXPIRED', 'certificate-untrusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-mismatch'],
  ['HOSTNAME_MISMATCH', 'certificate-mismatch'],
  ['CERT_CHAIN_TOO_LONG', 'certificate-untrusted'],
  ['CERT_REJECTED', 'certificate-untrusted'],
  ['CERT_REVOKED', 'certificate-untrusted'],
  ['CERT_SIGNATURE_FAILURE', 'certificate-untrusted'],
  ['CERT_UNTRUSTED', 'certificate-untrusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-untrusted'],
  ['INVALID_CA', 'certificate-untrusted'],
  ['INVALID_PURPOSE', 'certificate-untrusted'],
  ['PATH_LENGTH_EXCEEDED', 'certificate-untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
])

const isTlsCode = (code: string): boolean => /^(ERR_SSL_|ERR_TLS_|EPROTO$|UNABLE_TO_)/.test(code)

/** Several addresses failing is one error with many inside: a refusal says most, since there somebody answered. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError) {
    const codes = cause.errors.map(codeOf)
    return codes.find((code) => code === 'ECONNREFUSED') ?? codes[0] ?? ''
  }
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return ''
  return typeof cause.code === 'string' ? cause.code : ''
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ')
  // OpenSSL's own message names its source files; the reason alone says as much.
  if (cause instanceof Error && 'reason' in cause && codeOf(cause).startsWith('ERR_SSL_')) {
    return String(cause.reason)
  }
  return cause instanceof Error && cause.message !== '' ? cause.message : 'no reason was given'
}
