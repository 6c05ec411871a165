import { encodeUtf8 } from './bytes.js'
import type { SaslMechanism } from './mechanism.js'
import { singleStep } from './single-step.js'

/** Characters that a trace may have (RFC 4505 §2). */
export const anonymousTraceLimit = 255

/**
 * ANONYMOUS: no identity at all. `trace` is a word for the operator's log and goes nowhere else; none by default.
 * Throws RangeError when it is longer than 255 characters.
 * @see RFC 4505, XEP-0175
 */
export function createAnonymous(options: { readonly trace?: string | undefined } = {}): SaslMechanism {
  const { trace = '' } = options
  if (Array.from(trace).length > anonymousTraceLimit) {
    throw new RangeError(`a trace has at most ${anonymousTraceLimit} characters`)
  }
  const response = trace === '' ? null : encodeUtf8(trace)
  return { name: 'ANONYMOUS', start: async () => singleStep('ANONYMOUS', response) }
}
