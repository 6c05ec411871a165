import { createDialer } from '#dialer'
import { BehaviorSubject, type Observable } from 'rxjs'
import { createActor, type ActorRefFrom, type InspectionEvent } from 'xstate'
import { toXmppError } from '../machines/failure.js'
import type { SessionEvent, sessionMachine } from '../machines/session.js'
import { Link } from './actors/link.js'
import { answerPings } from './features/answers.js'
import { provideSession } from './actors/session.js'
import { toSettings, type ClientOptions } from './client-options.js'
import { TransportError } from './errors.js'
import { toClientState, type ClientState } from './features/client-state.js'
import { createMessages, type Messages } from './features/messages.js'
import { createPresence, type PresenceFeature } from './features/presence.js'
import { createRoster, type RosterFeature } from './features/roster.js'
import type { RequestOptions } from './router/requests.js'
import { createStanzaIds } from './router/stanza-ids.js'
import { StanzaBus } from './router/stanza-bus.js'
import { createScramMemoryCache } from './sasl/scram-key-cache.js'
import type { IqResult } from './stanza/iq.js'
import { toJid, type Jid, type JidInput } from './stanza/jid.js'
import type { Dialer } from './transport/dial.js'
import type { XmlElement } from './xml/element.js'

/** A request to another entity, or to one's own account where `to` is left out. */
export interface ClientRequest {
  readonly type: 'get' | 'set'
  readonly to?: JidInput | undefined
  readonly payload: XmlElement
}

/** What a feature is given to work with. */
export interface FeatureHost {
  readonly bus: StanzaBus
  readonly createId: () => string
  readonly state$: Observable<ClientState>
}

/** One account's client. Observables replay where they are state, never error, and complete on `close()`. */
export interface Client extends Messages, PresenceFeature, RosterFeature, AsyncDisposable {
  /** The account, and the resource that was asked for. */
  readonly jid: Jid
  readonly state: ClientState
  readonly state$: Observable<ClientState>
  /** Every stanza as it comes. */
  readonly stanza$: Observable<XmlElement>
  /** The root chart's actor, for inspection and framework bindings. */
  readonly actor: ActorRefFrom<typeof sessionMachine>
  /**
   * Resolves when online. Rejects with the `XmppError` that stopped it: its `advice` says what to do. An aborted signal
   * disconnects.
   */
  connect(options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Ends the session in order and resolves when offline; the client can be connected again. */
  disconnect(): Promise<void>
  /** Disconnects for good: every observable completes. */
  close(): Promise<void>
  /** Sends an IQ; rejects with `StanzaError`, `TimeoutError` or `TransportError`. Default time-out 30 000 ms. */
  request(request: ClientRequest, options?: RequestOptions): Promise<IqResult>
  /** Adds a feature: a function of the host, whose result is the feature. */
  use<T>(feature: (host: FeatureHost) => T): T
}

/**
 * Makes a client; nothing happens before `connect()`.
 * @throws TypeError or RangeError for options that cannot be meant
 * @example
 * const client = createClient({ jid: 'alice@example.test', password: 'secret' })
 * await client.connect()
 * client.send({ to: 'bob@example.test', type: 'chat', body: 'Hello' })
 */
export function createClient(options: ClientOptions): Client {
  const { jid, input, opener } = toSettings(options)
  const link = new Link()
  const createId = createStanzaIds()
  const bus = new StanzaBus(createId)
  const platform = createDialer(options.tls)
  const dialer: Dialer =
    opener === undefined
      ? platform
      : { ...platform, dial: async (_endpoint, _domain, signal) => opener(signal) }
  const { password } = options
  const cache = createScramMemoryCache()
  const machine = provideSession({
    link,
    bus,
    createId,
    dialer,
    identity: {
      domain: jid.domain,
      bare: jid.local === undefined ? undefined : jid.bare.toString(),
      lang: options.lang,
    },
    stream: options.limits ?? {},
    credentials: {
      ...(jid.local === undefined ? {} : { username: jid.local }),
      password: typeof password === 'function' ? password : () => password,
      cache: options.keyCache ?? cache,
    },
    forgetKeys: () => cache.clear(),
  })
  const actor = createActor(machine, { input, ...toInspection(options.inspect) })
  const messages = createMessages(bus, createId)
  const presence = createPresence(bus)
  const roster = createRoster(bus)
  answerPings(bus)
  const state = new BehaviorSubject(toClientState(actor.getSnapshot()))

  actor.subscribe({
    next: (snapshot) => {
      const next = toClientState(snapshot)
      const before = state.value
      if (isSame(before, next)) return
      state.next(next)
      if (next.status === 'online' && before.status !== 'online') arrive()
    },
    error: (defect) => {
      link.release()
      bus.close(toXmppError(defect))
      state.next({
        status: 'halted',
        error: toXmppError(defect),
        because: 'the engine has a defect',
        needs: 'change',
      })
    },
  })
  actor.start()

  const arrive = () => {
    if (options.roster !== false) roster.fetchRoster().catch(() => undefined)
    if (options.presence !== false) presence.sendPresence(options.presence)
  }

  /** A stopped actor would only grumble about it. */
  const tell = (event: SessionEvent) => {
    if (actor.getSnapshot().status === 'active') actor.send(event)
  }

  const until = (done: (state: ClientState) => boolean): Promise<ClientState> =>
    new Promise((resolve) => {
      const subscription = state.subscribe({
        next: (now) => {
          if (!done(now)) return
          resolve(now)
          queueMicrotask(() => subscription.unsubscribe())
        },
        complete: () => resolve(state.value),
      })
    })

  const connect = async ({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> => {
    if (signal?.aborted === true) throw aborted(signal)
    const give = () => tell({ type: 'session.disconnect' })
    signal?.addEventListener('abort', give, { once: true })
    if (state.value.status !== 'online') tell({ type: 'session.connect' })
    const end = await until(
      ({ status }) => status === 'online' || status === 'halted' || status === 'offline',
    )
    signal?.removeEventListener('abort', give)
    if (end.status === 'online') return
    if (signal !== undefined && isAborted(signal)) throw aborted(signal)
    throw 'error' in end && end.error !== undefined ? end.error : gaveUp()
  }

  const disconnect = async (): Promise<void> => {
    tell({ type: 'session.disconnect' })
    await until(({ status }) => status !== 'closing')
  }

  const close = async (): Promise<void> => {
    await disconnect()
    actor.stop()
    bus.complete()
    state.complete()
  }

  return {
    jid,
    actor,
    ...messages,
    ...presence,
    ...roster,
    get state() {
      return state.value
    },
    state$: state.asObservable(),
    stanza$: bus.stanza$,
    connect,
    disconnect,
    close,
    request: ({ type, to, payload }, requestOptions) =>
      bus.request({ type, to: to === undefined ? undefined : toJid(to), payload }, requestOptions),
    use: (feature) => feature({ bus, createId, state$: state.asObservable() }),
    [Symbol.asyncDispose]: close,
  }
}

const aborted = (signal: AbortSignal) =>
  new TransportError('aborted', 'connecting was given up', { cause: signal.reason })

/** A function, since the compiler takes the flag for as constant as it looks. */
const isAborted = (signal: AbortSignal) => signal.aborted

const gaveUp = () => new TransportError('aborted', 'the client was disconnected before it came online')

/** An inspector that throws must not stop what it looks at. */
function toInspection(inspect: ClientOptions['inspect']) {
  if (inspect === undefined) return {}
  return {
    inspect: (event: InspectionEvent) => {
      try {
        inspect(event)
      } catch {
        // Nobody here could act on it, and the chart has to go on.
      }
    },
  }
}

function isSame(before: ClientState, next: ClientState): boolean {
  const entries = Object.entries(next)
  const known = new Map<string, unknown>(Object.entries(before))
  return entries.length === known.size && entries.every(([key, value]) => Object.is(known.get(key), value))
}
