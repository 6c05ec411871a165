import { StanzaError } from '../src/errors.js'
import { isUnknownRequest } from './failure.js'

/** The archive no longer has the message to go on from. @see XEP-0313 §4.3.3 */
export const isForgotten = (error: unknown): boolean =>
  error instanceof StanzaError && error.condition === 'item-not-found'

/** There is no archive to ask, rather than one that would not be asked. @see XEP-0313 §7 */
export const isWithoutArchive = isUnknownRequest
