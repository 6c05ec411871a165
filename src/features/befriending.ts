import type { Observable } from 'rxjs'
import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import { toXmppError } from '../../machines/failure.js'
import type { befriendingMachine, BefriendingOutput } from '../../machines/befriending.js'
import type { Jid } from '../stanza/jid.js'
import { Steady } from './shown-by.js'

/** How far a handshake has come; the directions by the states of the chart. */
export type BefriendingState =
  /** `waiting`: for a session, or for its next connection. `listing`: the contact is put into the roster. `retracting`: taken back, to be sent. */
  | { readonly status: 'waiting' | 'listing' | 'retracting' }
  | {
      readonly status: 'handshaking'
      /** Our subscription to them: `awaited` once the server has it, `granted` once they agreed. */
      readonly to: 'asking' | 'awaited' | 'granted' | 'lapsing'
      /** Theirs to us: `closed` until they ask. */
      readonly from: 'closed' | 'granting' | 'granted'
    }
  | ({ readonly status: 'ended' } & BefriendingOutput)

type BefriendingActor = ActorRefFrom<typeof befriendingMachine>

/** One mutual handshake as a value that can be watched, awaited and taken back. */
export class Befriending {
  /** Bare. */
  readonly jid: Jid
  readonly #actor: BefriendingActor
  readonly #retracting: () => void
  readonly #shown: Steady<SnapshotFrom<typeof befriendingMachine>, BefriendingState>
  /** Resolves with how it ended; never rejects. Also `withdrawn` when the client closes before. */
  readonly settled: Promise<BefriendingOutput>

  /** @param retracting called when it was taken back and the server is yet to be told */
  constructor(jid: Jid, actor: BefriendingActor, retracting: () => void) {
    this.jid = jid
    this.#actor = actor
    this.#shown = new Steady(actor, toBefriendingState, isSame)
    this.#retracting = retracting
    this.settled = new Promise((resolve) => {
      const look = () => {
        const output = toOutput(actor.getSnapshot())
        if (output !== undefined) resolve(output)
      }
      actor.subscribe({ error: look, complete: look })
      look()
    })
  }

  /** The same one until something changes. */
  get state(): BefriendingState {
    return this.#shown.value
  }

  /** It is not over, nor taken back. */
  get isUnderWay(): boolean {
    const { status } = this.state
    return status !== 'ended' && status !== 'retracting'
  }

  /** Replays; completes at the end. The same one each time. */
  get state$(): Observable<BefriendingState> {
    return this.#shown.value$
  }

  /** Takes the wish back: the request is withdrawn, and an approval in advance. What was granted stays granted. */
  withdraw(): Promise<BefriendingOutput> {
    if (this.isUnderWay) {
      this.#actor.send({ type: 'befriending.withdraw' })
      if (this.state.status === 'retracting') this.#retracting()
    }
    return this.settled
  }
}

function toBefriendingState(snapshot: SnapshotFrom<typeof befriendingMachine>): BefriendingState {
  const output = toOutput(snapshot)
  if (output !== undefined) return { status: 'ended', ...output }
  const { value } = snapshot
  if (typeof value !== 'object') return { status: 'retracting' }
  const { open } = value
  if (typeof open !== 'object') return { status: open === 'listing' ? 'listing' : 'waiting' }
  const { to, from } = open.handshaking
  // Nobody ever sees `looking`: it is left in the step that enters it.
  return {
    status: 'handshaking',
    to: to === 'looking' ? 'asking' : to,
    from: from === 'looking' ? 'closed' : from,
  }
}

/** `undefined` while it runs. A defect ends it as any other failure does, and the end of the client as if it were taken back. */
function toOutput({
  error,
  output,
  status,
}: SnapshotFrom<typeof befriendingMachine>): BefriendingOutput | undefined {
  if (status === 'active') return undefined
  if (status === 'error') return { outcome: 'failed', error: toXmppError(error) }
  return output ?? { outcome: 'withdrawn', error: undefined }
}

function isSame(a: BefriendingState, b: BefriendingState): boolean {
  if (a.status === 'handshaking' && b.status === 'handshaking') return a.to === b.to && a.from === b.from
  return a.status === b.status
}
