import { toXmppError } from '../../machines/failure.js'
import { StanzaError, TransportError, XmppError } from '../errors.js'
import { UnconfirmedError } from './unconfirmed-error.js'
import { givenUp, until } from './until.js'
import type { Session, SessionSnapshot } from './wishes.js'

/** Has the account removed; rejects with why it is not, or with `UnconfirmedError` where that is not known. */
export async function removeAccount(session: Session): Promise<void> {
  const snapshot = session.getSnapshot()
  if (snapshot.status !== 'active' || !snapshot.matches({ active: 'online' })) {
    throw new TransportError('not-connected', 'an account is removed while online')
  }
  session.send({ type: 'account.remove' })
  await until(session, isRemoved).catch((error: unknown) => {
    throw mayBeRemoved(error) ? new UnconfirmedError('account-removal', error) : error
  })
}

/** Throws what else became of the account. */
function isRemoved(snapshot: SessionSnapshot): boolean {
  if (snapshot.matches('removed')) return true
  if (
    snapshot.matches({ active: { online: { course: 'removing' } } }) ||
    snapshot.matches({ active: { closing: 'removed' } })
  )
    return false
  throw toXmppError(snapshot.context.error ?? givenUp(undefined))
}

/** Whether it is unknown what has become of the account. */
function mayBeRemoved(error: unknown): error is XmppError {
  const isRefused = error instanceof StanzaError
  const isUnasked = error instanceof TransportError && error.reason === 'overflow'
  return error instanceof XmppError && !isRefused && !isUnasked
}
