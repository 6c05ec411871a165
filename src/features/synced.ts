import { toXmppError } from '../../machines/failure.js'
import { TransportError, type XmppError } from '../errors.js'

/** What the chart of a list shows that the server keeps. */
interface ListSnapshot {
  readonly status: string
  readonly value: unknown
  readonly context: { readonly error: XmppError | undefined }
}

/** Whether the list is the server’s; throws why it is not, and will not be by itself. */
export function isSynced({ context, status, value }: ListSnapshot): boolean {
  if (value === 'requesting' && status === 'active') return false
  if (value === 'synced') return true
  if (value === 'failed') throw toXmppError(context.error)
  throw new TransportError('not-connected', 'the session is not online')
}
