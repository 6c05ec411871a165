import type { ActorRefFrom, SnapshotFrom, Subscription } from 'xstate'
import { toXmppError } from '../../machines/failure.js'
import type { sessionMachine } from '../../machines/session.js'
import type { SessionEvent } from '../../machines/session-setup.js'
import { StanzaError, TransportError, XmppError } from '../errors.js'
import { UnconfirmedError } from './unconfirmed-error.js'

/** What an app wishes of its session; each call learns the fate of its own wish. */
export interface Wishes {
  /**
   * Resolves when online. Rejects with the `XmppError` that stopped it, whose `advice` says what to do, and with
   * `transport.aborted` when somebody disconnects or the signal aborts; with TypeError once the client is closed.
   */
  connect(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Ends the session in order and resolves when it has ended; the client can be connected again. */
  disconnect(): Promise<void>
  /** Disconnects for good and resolves when that is done; every observable completes. */
  close(): Promise<void>
}

type Session = ActorRefFrom<typeof sessionMachine>
type Snapshot = SnapshotFrom<typeof sessionMachine>

/** The same, and what is wished of the account itself. */
export interface AccountWishes extends Wishes {
  /** As `connect`, and the account is made first; throws TypeError unless the session is at rest. */
  register(options: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Has the account removed; rejects with why it is not, or with `UnconfirmedError` where that is not known. */
  remove(): Promise<void>
}

/** @see Wishes */
export class SessionWishes implements AccountWishes {
  readonly #session: Session
  #count = 0
  #connecting = 0

  constructor(session: Session) {
    this.#session = session
  }

  connect({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#goOnline(signal, false)
  }

  disconnect(): Promise<void> {
    const wish = this.#tell('session.disconnect')
    return until(
      this.#session,
      (snapshot) => snapshot.context.wish >= wish && !snapshot.matches({ active: 'closing' }),
    )
  }

  close(): Promise<void> {
    this.#tell('session.close')
    // A session that a defect has ended is as closed as it will be.
    return until(this.#session, () => false).catch(() => undefined)
  }

  async register({ signal }: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    const snapshot = this.#session.getSnapshot()
    const isAtRest = (['offline', 'halted', 'removed'] as const).some((state) => snapshot.matches(state))
    if (snapshot.status === 'active' && !isAtRest) {
      throw new TypeError('an account is made before the client connects: disconnect() first')
    }
    await this.#goOnline(signal, true)
  }

  async remove(): Promise<void> {
    const snapshot = this.#session.getSnapshot()
    if (snapshot.status !== 'active' || !snapshot.matches({ active: 'online' })) {
      throw new TransportError('not-connected', 'an account is removed while online')
    }
    this.#session.send({ type: 'account.remove' })
    await until(this.#session, isRemoved).catch((error: unknown) => {
      throw mayBeRemoved(error) ? new UnconfirmedError('account-removal', error) : error
    })
  }

  async #goOnline(signal: AbortSignal | undefined, registers: boolean): Promise<void> {
    const { status } = this.#session.getSnapshot()
    if (status === 'done' || status === 'stopped') throw new TypeError('the client is closed: make a new one')
    if (isAborted(signal)) throw givenUp(signal?.reason)
    const wish = this.#tell('session.connect', registers)
    this.#connecting += 1
    try {
      await until(this.#session, (snapshot) => isFulfilled(snapshot, wish), signal)
    } finally {
      this.#connecting -= 1
      const isOwn = this.#connecting === 0 && this.#session.getSnapshot().context.ended < wish
      if (isAborted(signal) && isOwn) this.#tell('session.disconnect')
    }
  }

  #tell(type: 'session.connect' | 'session.disconnect' | 'session.close', registers = false): number {
    const wish = (this.#count += 1)
    const event: SessionEvent =
      registers && type === 'session.connect' ? { type, wish, registers } : { type, wish }
    // A stopped actor would only grumble about it.
    if (this.#session.getSnapshot().status === 'active') this.#session.send(event)
    return wish
  }
}

/** Throws what else became of the account. */
function isRemoved(snapshot: Snapshot): boolean {
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

/** Online is what was wished; throws what else became of the wish. */
function isFulfilled(snapshot: Snapshot, wish: number): boolean {
  const { context } = snapshot
  if (context.ended >= wish || snapshot.status === 'done') throw givenUp(undefined)
  if (context.wish < wish) return false
  if (snapshot.matches('halted')) throw toXmppError(context.error)
  if (snapshot.matches('removed')) throw new TransportError('aborted', 'the account is removed')
  return snapshot.matches({ active: 'online' })
}

/** A function, since the compiler takes the flag for as constant as it looks. */
const isAborted = (signal: AbortSignal | undefined) => signal?.aborted === true

/** Resolves when the session fits or is over; rejects with what `fits` throws, a defect of the session, or the abort. */
function until(session: Session, fits: (snapshot: Snapshot) => boolean, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const subscriptions: Subscription[] = []
    const settle = () => {
      for (const subscription of subscriptions) subscription.unsubscribe()
      signal?.removeEventListener('abort', aborted)
    }
    const aborted = () => {
      settle()
      reject(givenUp(signal?.reason))
    }
    const look = () => {
      const snapshot = session.getSnapshot()
      try {
        if (snapshot.status === 'error') throw toXmppError(snapshot.error)
        if (!fits(snapshot) && snapshot.status === 'active') return
        settle()
        resolve()
      } catch (error) {
        settle()
        reject(error)
      }
    }
    subscriptions.push(session.subscribe({ next: look, error: look, complete: look }))
    signal?.addEventListener('abort', aborted, { once: true })
    look()
  })
}

const givenUp = (cause: unknown) =>
  new TransportError('aborted', 'the session was given up before it came online', { cause })
