import { TransportError } from '../errors.js'

const reasonShown = 123

/**
 * What the code of a WebSocket's end means: `null` for a clean one.
 * @see RFC 6455 §7.4.1
 */
export function closeOutcome(address: string, code: number, reason: string): TransportError | null {
  // 1005: a closing frame without a code.
  if (code === 1000 || code === 1001 || code === 1005) return null
  if (code === 1006) return new TransportError('reset', `${address} was cut without a closing handshake`)
  const words = reason === '' ? '' : ` (${reason.slice(0, reasonShown)})`
  return new TransportError(
    code === 1009 ? 'overflow' : 'closed',
    `${address} was closed with WebSocket code ${code}${words}`,
  )
}
