import { encodeUtf8 } from './bytes.js'
import { refuseNul } from './credentials.js'
import type { SaslMechanism } from './mechanism.js'
import { singleStep } from './single-step.js'

/**
 * EXTERNAL: the client certificate of the TLS layer speaks; `authzid` is needed only where it names several accounts.
 * @see RFC 4422 appendix A, XEP-0178
 */
export function createExternal(options: { readonly authzid?: string | undefined } = {}): SaslMechanism {
  const { authzid = '' } = options
  refuseNul(authzid)
  return { name: 'EXTERNAL', start: async () => singleStep('EXTERNAL', encodeUtf8(authzid)) }
}
