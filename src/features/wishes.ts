import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import { toXmppError } from '../../machines/failure.js'
import type { sessionMachine } from '../../machines/session.js'
import type { SessionEvent } from '../../machines/session-setup.js'
import { TransportError } from '../errors.js'
import { toPlace } from './client-state.js'
import { givenUp, isAborted, until } from './until.js'

/** What an app wishes of its session; each call learns the fate of its own wish. */
export interface Wishes {
  /**
   * Resolves when online; a wait for the next attempt ends. Rejects with the `XmppError` that stopped it, whose `advice` says
   * what to do, and with `transport.aborted` when somebody disconnects or the signal aborts; with TypeError once the client is
   * closed.
   */
  connect(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Ends the session in order and resolves when it has ended; the client can be connected again. */
  disconnect(): Promise<void>
  /** Disconnects for good and resolves when that is done; every observable completes. */
  close(): Promise<void>
}

export type Session = ActorRefFrom<typeof sessionMachine>
export type SessionSnapshot = SnapshotFrom<typeof sessionMachine>

/** @see Wishes */
export class SessionWishes implements Wishes {
  readonly #session: Session
  #count = 0
  #connecting = 0

  constructor(session: Session) {
    this.#session = session
  }

  /** @param registers the account is made first; throws TypeError unless the session is at rest */
  async connect(
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
    registers = false,
  ): Promise<void> {
    const snapshot = this.#session.getSnapshot()
    const { status } = snapshot
    if (status === 'done' || status === 'stopped') throw new TypeError('the client is closed: make a new one')
    if (registers && status === 'active' && !isAtRest(snapshot)) {
      throw new TypeError('an account is made before the client connects: disconnect() first')
    }
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

  #tell(type: 'session.connect' | 'session.disconnect' | 'session.close', registers = false): number {
    const wish = (this.#count += 1)
    const event: SessionEvent =
      registers && type === 'session.connect' ? { type, wish, registers } : { type, wish }
    // A stopped actor would only grumble about it.
    if (this.#session.getSnapshot().status === 'active') this.#session.send(event)
    return wish
  }
}

const isAtRest = (snapshot: SessionSnapshot) =>
  (['offline', 'halted', 'removed'] as const).some((state) => snapshot.matches(state))

/** Online is what was wished; throws what else became of the wish. */
function isFulfilled(snapshot: SessionSnapshot, wish: number): boolean {
  const { context } = snapshot
  if (context.ended >= wish || snapshot.status === 'done') throw givenUp(undefined)
  if (context.wish < wish) return false
  const place = toPlace(snapshot.value)
  if (place === 'halted') throw toXmppError(context.error)
  if (place === 'removed') throw new TransportError('aborted', 'the account is removed')
  return place === 'online'
}
