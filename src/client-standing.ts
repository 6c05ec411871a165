import type { Observable } from 'rxjs'
import type { ActorRefFrom, AnyActor, AnyActorRef, AnyMachineSnapshot, SnapshotFrom } from 'xstate'
import { toXmppError } from '../machines/failure.js'
import type { sessionMachine } from '../machines/session.js'
import type { ClientMeans } from './client-means.js'
import { TransportError, type XmppError } from './errors.js'
import { toClientState, type ClientState } from './features/client-state.js'
import type { Outbox } from './features/outbox.js'
import { StateChannel } from './router/channel.js'

type Session = ActorRefFrom<typeof sessionMachine>
type Snapshot = SnapshotFrom<typeof sessionMachine>

/** What an app sees of its session, as an observer of the chart; and what is settled when the session ends. */
export class ClientStanding {
  readonly #means: ClientMeans
  readonly #outbox: Outbox
  readonly #session: Session
  readonly #state: StateChannel<ClientState>
  /** The chart of the phase at hand, of which an app sees where it stands. */
  #phase: AnyActorRef | undefined
  /** What features have started beside the session. */
  #charts: Set<AnyActor> | undefined

  constructor(means: ClientMeans, outbox: Outbox, session: Session) {
    this.#means = means
    this.#outbox = outbox
    this.#session = session
    this.#state = new StateChannel(toClientState(session.getSnapshot()))
  }

  get state(): ClientState {
    return this.#state.value
  }

  get state$(): Observable<ClientState> {
    return this.#state.stream$
  }

  next(snapshot: Snapshot): void {
    // What a session that is over hands back has to be there before anybody is told.
    if (snapshot.status !== 'active') return
    this.#follow(toPhaseChart(snapshot))
    this.#show(toClientState(snapshot))
  }

  error(defect: unknown): void {
    const error = toXmppError(defect)
    this.#leave(error)
    this.#show({ status: 'halted', error, because: 'the engine has a defect', needs: 'change', tried: [] })
  }

  complete(): void {
    this.#leave(undefined)
    this.end()
  }

  /** Nothing is shown any more. */
  end(): void {
    this.#show({ status: 'closed' })
    this.#means.bus.complete()
    this.#means.memory?.complete()
    this.#means.roster.complete()
    this.#state.complete()
  }

  /** A chart that ends with the session at the latest. */
  accompany(chart: AnyActor): void {
    const running = (this.#charts ??= new Set())
    running.add(chart)
    chart.subscribe({ complete: () => running.delete(chart), error: () => running.delete(chart) })
    chart.start()
    if (this.state.status === 'closed') chart.stop()
  }

  /** Of a chart that has ended nothing is shown: what follows from it is the session's to say. */
  #follow(phase: AnyActorRef | undefined): void {
    if (phase === this.#phase) return
    this.#phase = phase
    phase?.subscribe({
      next: ({ status }: AnyMachineSnapshot) => {
        if (status === 'active') this.#show(toClientState(this.#session.getSnapshot()))
      },
      error: () => {},
    })
  }

  #show(next: ClientState): void {
    if (isSame(this.state, next)) return
    const outbox = this.#outbox
    if (next.status === 'halted') outbox.halt(next.error)
    else if (next.status === 'removed') outbox.halt(new TransportError('aborted', 'the account is removed'))
    else if (next.status === 'closed') outbox.halt(new TransportError('aborted', 'the client is closed'))
    else outbox.resume()
    this.#state.next(next)
  }

  /** However the session ended: an actor that the app itself stops takes no way out. */
  #leave(reason: XmppError | undefined): void {
    const { bus, management, link } = this.#means
    for (const chart of this.#charts ?? []) chart.stop()
    bus.close(reason)
    management.ledger.end()
    link.release()
  }
}

/** One at a time; each ends before the next begins. */
const toPhaseChart = ({ children }: Snapshot): AnyActorRef | undefined =>
  children.connection ?? children.authentication ?? children.binding

/** Without a copy of either: it is asked at every step of a login. */
function isSame(before: ClientState, next: ClientState): boolean {
  if (before.status !== next.status) return false
  const keys = Object.keys(next)
  return (
    keys.length === Object.keys(before).length &&
    keys.every((key) => Object.is(Reflect.get(before, key), Reflect.get(next, key)))
  )
}
