import type { SaslStep } from './mechanism.js'
import { malformed } from './refusals.js'

/**
 * The only step of a mechanism in which the client says everything at once and the server proves nothing. An empty
 * challenge is answered by the same words, once: that is how a server asks which did not take them with the request.
 */
export function singleStep(mechanism: string, response: Uint8Array | null): SaslStep {
  return {
    response,
    next: async (challenge) => {
      if (challenge.length > 0)
        throw malformed(mechanism, 'the server challenged, but there is nothing to answer')
      return lastStep(mechanism, response)
    },
    finish: (additional) => finish(mechanism, additional),
  }
}

function lastStep(mechanism: string, response: Uint8Array | null): SaslStep {
  return {
    response,
    next: () => Promise.reject(malformed(mechanism, 'the server challenged more than once')),
    finish: (additional) => finish(mechanism, additional),
  }
}

async function finish(mechanism: string, additional: Uint8Array | null): Promise<void> {
  if (additional !== null && additional.length > 0) {
    throw malformed(mechanism, 'success came with data that the mechanism does not know')
  }
}
