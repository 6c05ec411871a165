import { anonymousTraceLimit } from './anonymous.js'
import { decodeUtf8 } from './bytes.js'
import type { SaslServerMechanism, SaslServerStep } from './mechanism.js'

/**
 * ANONYMOUS, from the server's side: everybody is welcome as nobody, so `username` is empty and the server makes one
 * up. A trace that is too long or not UTF-8 is `malformed-request`; the trace is not kept.
 * @see RFC 4505, XEP-0175
 */
export function createAnonymousServer(): SaslServerMechanism {
  return { name: 'ANONYMOUS', start: async (initial) => welcome(initial ?? new Uint8Array()) }
}

function welcome(message: Uint8Array): SaslServerStep {
  const trace = decodeUtf8(message)
  if (trace === undefined || Array.from(trace).length > anonymousTraceLimit) {
    return { kind: 'failure', condition: 'malformed-request' }
  }
  return { kind: 'success', username: '', authzid: '', additional: null }
}
