import { createDialer } from '#dialer'
import { BehaviorSubject, EMPTY, type Observable } from 'rxjs'
import { createActor, type ActorRefFrom, type AnyActor } from 'xstate'
import { toXmppError } from '../machines/failure.js'
import type { sessionMachine } from '../machines/session.js'
import { Link } from './actors/link.js'
import { forgetLogin } from './actors/login-ahead.js'
import { equip, type SessionMeans } from './actors/means.js'
import { createSession } from './actors/session.js'
import { platformSurroundings } from './actors/surroundings.js'
import { toSettings, type ClientLimits, type ClientOptions } from './client-options.js'
import { toClientState, type ClientState } from './features/client-state.js'
import type { FeatureHost } from './features/feature-host.js'
import { TransportError, type XmppError } from './errors.js'
import { toSecurity, type SessionSecurity } from './features/security.js'
import { Memory, type Restoration } from './features/memory.js'
import { createMessages, type Messages } from './features/messages.js'
import { Outbox } from './features/outbox.js'
import { answerPings } from './features/ping.js'
import { annotatePresence, createPresence, PresenceWords, type PresenceFeature } from './features/presence.js'
import { createRoster, RosterStore, toRosterPhases, type RosterFeature } from './features/roster.js'
import { createWishes, type Wishes } from './features/wishes.js'
import { later } from './later.js'
import { harmless } from './router/harmless.js'
import type { RequestOptions } from './router/requests.js'
import { StanzaLedger } from './router/stanza-ledger.js'
import { createStanzaId as createId } from './router/stanza-ids.js'
import { StanzaBus } from './router/stanza-bus.js'
import { StreamManagement } from './router/stream-management.js'
import { mayKnowOfMe, type Audience } from './router/trust.js'
import type { XmlStreamOptions } from './router/xml-stream.js'
import { Passwords } from './sasl/passwords.js'
import { ForgettableKeys, ScramMemoryCache } from './sasl/scram-key-cache.js'
import { ScramKeyStore } from './sasl/scram-key-store.js'
import type { IqResult } from './stanza/iq.js'
import { toJid, type Jid, type JidInput } from './stanza/jid.js'
import type { Journal } from './store/journal.js'
import type { Store } from './store/store.js'
import type { Dialer } from './transport/dial.js'
import type { Transport } from './transport/transport.js'
import type { XmlElement } from './xml/element.js'

/** A request to another entity, or to one's own account where `to` is left out. */
export interface ClientRequest {
  readonly type: 'get' | 'set'
  readonly to?: JidInput | undefined
  readonly payload: XmlElement
}

/** One account's client. Observables replay where they are state, never error, and complete on `close()`. */
export interface Client extends Wishes, Messages, PresenceFeature, RosterFeature, AsyncDisposable {
  /** The account, and the resource that was asked for. */
  readonly jid: Jid
  readonly state: ClientState
  readonly state$: Observable<ClientState>
  /** What protects the stream: TLS, certificate, mechanism (RFC 7590 §3.6); `undefined` where there is no stream. */
  readonly security: SessionSecurity | undefined
  /** With a `store`, once: what an earlier process has left, before the first connection of this one. */
  readonly restored$: Observable<Restoration>
  /** Every stanza as it comes. */
  readonly stanza$: Observable<XmlElement>
  /** The root chart's actor, for inspection and framework bindings. */
  readonly actor: ActorRefFrom<typeof sessionMachine>
  /** Sends an IQ; rejects with `StanzaError`, `TimeoutError` or `TransportError`. Default time-out 30 000 ms. */
  request(request: ClientRequest, options?: RequestOptions): Promise<IqResult>
  /** Tells that the network is there again or is another: a wait for the next attempt ends, a connection is tested. */
  networkOnline(): void
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
  const settings = toSettings(options)
  const { jid, input, lang } = settings
  const link = new Link()
  const { store } = options
  const memory = store === undefined ? undefined : new Memory(() => loadJournal(store, jid.toString()))
  const bus = new StanzaBus(createId, memory?.repeats)
  const dialer = toDialer(options, settings)
  const passwords = new Passwords(options.password)
  const cache = new ForgettableKeys(options.keyCache ?? toKeyCache(options, jid))
  const roster = new RosterStore()
  const words = new PresenceWords(bus, createId, options.presence === false ? {} : (options.presence ?? {}))
  const means: SessionMeans = {
    link,
    bus,
    management: new StreamManagement(new StanzaLedger(settings.unacknowledgedStanzas, memory)),
    memory,
    surroundings: options.surroundings ?? platformSurroundings,
    createId,
    roster,
    presence: words,
    dialer,
    identity: {
      domain: jid.domain,
      bare: jid.local === undefined ? undefined : jid.bare.toString(),
      lang,
    },
    stream: toStreamOptions(options.limits),
    account: { make: undefined },
    watch: options.wire && harmless(options.wire),
    credentials: toCredentials(jid, { password: () => passwords.take(), cache }),
    forgetKeys: () => {
      passwords.refused()
      cache.clear()
    },
  }
  const inspection = options.inspect === undefined ? {} : { inspect: harmless(options.inspect) }
  const actor = createSession(means, { input, ...inspection })
  const { roster: rosterActor, presence: presenceActor } = actor.getSnapshot().children
  if (rosterActor === undefined || presenceActor === undefined) throw new TypeError('a chart is missing')
  const outbox = new Outbox(bus, settings.offlineQueue)
  memory?.remember({ bus, roster, outbox, ledger: means.management.ledger })
  const messages = createMessages(bus, createId, outbox, memory)
  const presence = createPresence(bus, words, presenceActor)
  const rosterFeature = createRoster(bus, roster, rosterActor)
  const audience: Audience = {
    isShown: () => presenceActor.getSnapshot().matches({ online: 'available' }),
    isSubscriber: (bare) => ['from', 'both'].includes(roster.find(bare)?.subscription ?? ''),
    wasTold: (bare) => words.wasTold(bare),
  }
  answerPings(bus, audience)
  /** What features have started beside the session. */
  let charts: Set<AnyActor> | undefined
  const state = new BehaviorSubject(toClientState(actor.getSnapshot()))
  const verifiedBy =
    settings.opener !== undefined ? 'unknown' : options.tls?.ca === undefined ? 'system' : 'app'
  const look = () => {
    if (!link.hasStream) return undefined
    const { tls } = link.stream.transport
    return toSecurity(actor.getSnapshot(), { tls, verifiedBy, offerVerified: link.offerVerified })
  }
  const { security: watchSecurity } = options
  if (watchSecurity !== undefined) reportSecurity(actor, look, harmless(watchSecurity))

  const show = (next: ClientState) => {
    if (isSame(state.value, next)) return
    if (next.status === 'halted') outbox.halt(next.error)
    else if (next.status === 'removed') outbox.halt(new TransportError('aborted', 'the account is removed'))
    else if (next.status === 'closed') outbox.halt(new TransportError('aborted', 'the client is closed'))
    else outbox.resume()
    state.next(next)
  }
  /** However the session ended: an actor that the app itself stops takes no way out. */
  const leave = (reason: XmppError | undefined) => {
    for (const chart of charts ?? []) chart.stop()
    bus.close(reason)
    means.management.ledger.end()
    link.release()
  }
  const end = () => {
    show({ status: 'closed' })
    bus.complete()
    memory?.complete()
    roster.complete()
    state.complete()
  }
  actor.subscribe({
    next: (snapshot) => show(toClientState(snapshot)),
    error: (defect) => {
      const error = toXmppError(defect)
      leave(error)
      show({ status: 'halted', error, because: 'the engine has a defect', needs: 'change', tried: [] })
    },
    complete: () => {
      leave(undefined)
      end()
    },
  })
  actor.start()
  const { register, remove, ...wishes } = createWishes(actor)
  const toHost = (): FeatureHost => ({
    bus,
    createId,
    timeouts: input.timeouts,
    send: (message) => messages.send(message),
    memory,
    annotatePresence: (name, elements) => annotatePresence(words, presenceActor, name, elements),
    mayKnowOfMe: (from) => bus.account !== undefined && mayKnowOfMe(from, bus.account, audience),
    state$: state.asObservable(),
    account: {
      username: jid.local,
      remove,
      register: async (make, registering) => {
        means.account.make = make
        try {
          await register(registering)
        } finally {
          if (means.account.make === make) means.account.make = undefined
        }
      },
      takePassword: (password) => {
        passwords.keep(password)
        cache.clear()
        forgetLogin(means)
      },
      expectPassword: (password) => passwords.expect(password),
    },
    roster: {
      change$: roster.change$,
      roster$: roster.roster$,
      get contacts() {
        return roster.contacts
      },
      find: (bare) => roster.find(bare),
      phase$: toRosterPhases(rosterActor),
      fetch: () => rosterFeature.fetchRoster(),
    },
    start: (machine, { id, input: given }) => {
      const started = createActor(machine, { id, input: given, ...inspection })
      equip(started.system, means)
      const running = (charts ??= new Set())
      running.add(started)
      started.subscribe({ complete: () => running.delete(started), error: () => running.delete(started) })
      started.start()
      return state.value.status === 'closed' ? started.stop() : started
    },
  })
  let host: FeatureHost | undefined
  const close = async () => {
    await wishes.close()
    end()
    // A store that fails now has failed before, and was told of.
    await memory?.settle().catch(() => undefined)
  }

  const parts: Omit<Client, 'security' | 'state'> = {
    jid,
    actor,
    ...wishes,
    close,
    ...messages,
    ...presence,
    ...rosterFeature,
    state$: state.asObservable(),
    stanza$: bus.stanza$,
    restored$: memory?.restored$ ?? EMPTY,
    request: async ({ type, to, payload }, requestOptions) =>
      bus.request({ type, to: to === undefined ? undefined : toJid(to), payload }, requestOptions),
    networkOnline: () => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'network.online' })
    },
    use: (feature) => feature((host ??= toHost())),
    [Symbol.asyncDispose]: close,
  }
  return Object.assign(new Shown(state, look), parts)
}

/** In a class, since an object literal with a getter takes three times the memory. */
class Shown {
  readonly #state: BehaviorSubject<ClientState>
  readonly #look: () => SessionSecurity | undefined

  constructor(state: BehaviorSubject<ClientState>, look: () => SessionSecurity | undefined) {
    this.#state = state
    this.#look = look
  }

  get state(): ClientState {
    return this.#state.value
  }

  get security(): SessionSecurity | undefined {
    return this.#look()
  }
}

/** Tells of it when there is a transport, or another one, and when there is a mechanism. */
function reportSecurity(
  actor: ActorRefFrom<typeof sessionMachine>,
  look: () => SessionSecurity | undefined,
  tell: (security: SessionSecurity) => void,
): void {
  let told: readonly unknown[] = []
  actor.subscribe(({ context: { mechanism, transport } }) => {
    const now = [mechanism, transport]
    if (transport === undefined || now.every((each, index) => each === told[index])) return
    told = now
    const security = look()
    if (security !== undefined) tell(security)
  })
}

/** Written out, since an object that another is spread into takes 300 bytes more. */
const toCredentials = (
  { local: username }: Jid,
  { cache, password }: Required<Pick<SessionMeans['credentials'], 'cache' | 'password'>>,
): SessionMeans['credentials'] =>
  username === undefined ? { password, cache } : { username, password, cache }

/** In memory, or where the app has given a place for secrets. */
const toKeyCache = ({ secrets }: ClientOptions, jid: Jid): ScramMemoryCache | ScramKeyStore =>
  secrets === undefined ? new ScramMemoryCache() : new ScramKeyStore(secrets, jid.bare.toString())

async function loadJournal(store: Store, account: string): Promise<Journal> {
  const { Journal } = await later('the journal of a store', import('./store/journal.js'))
  return new Journal(store, account)
}

function toStreamOptions(limits: ClientLimits = {}): XmlStreamOptions {
  const { unacknowledgedStanzas: _, ...options } = limits
  return options
}

/** The platform's dialer, or the app's own way to open a transport. */
function toDialer(
  { tls }: ClientOptions,
  { addresses, frameLimitBytes, opener }: ReturnType<typeof toSettings>,
): Dialer {
  const { ca, cert, key } = tls ?? {}
  const platform = createDialer({
    frameLimitBytes,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  })
  if (opener === undefined) {
    const hidesNothing = [...addresses].every(([name, address]) => name === address)
    if (hidesNothing) return platform
    return {
      ...platform,
      dial: (endpoint, ...rest) => platform.dial(addresses.get(endpoint) ?? endpoint, ...rest),
    }
  }
  const dial: Dialer['dial'] = async (_endpoint, _domain, signal) => {
    const transport: unknown = await opener(signal)
    if (isTransport(transport)) return transport
    throw new TypeError('the function given as `endpoint` opened no transport')
  }
  return { ...platform, dial }
}

const isTransport = (value: unknown): value is Transport =>
  typeof value === 'object' && value !== null && 'start' in value && 'startTls' in value

function isSame(before: ClientState, next: ClientState): boolean {
  const entries = Object.entries(next)
  const known = new Map<string, unknown>(Object.entries(before))
  return entries.length === known.size && entries.every(([key, value]) => Object.is(known.get(key), value))
}
