/// <reference lib="esnext.disposable" preserve="true" />
import { EMPTY, type Observable } from 'rxjs'
import { createActor, type ActorRefFrom } from 'xstate'
import type { sessionMachine } from '../machines/session.js'
import { forgetLogin } from './actors/login-ahead.js'
import { inspectCheaply } from './actors/inspection.js'
import { equip } from './actors/means.js'
import { createSession, startSession } from './actors/session.js'
import { toMeans, type ClientMeans } from './client-means.js'
import { toSettings, type ClientOptions } from './client-options.js'
import { ClientStanding } from './client-standing.js'
import type { ClientState } from './features/client-state.js'
import { SessionAudience } from './features/audience.js'
import type { Delivery } from './features/delivery.js'
import type { FeatureAccount, FeatureHost } from './features/feature-host.js'
import type { Restoration } from './features/memory.js'
import {
  SessionMessages,
  type BouncedMessage,
  type MessageFilter,
  type Messages,
} from './features/messages.js'
import { Outbox } from './features/outbox.js'
import { answerPings } from './features/ping.js'
import { SessionPresence, type PresenceFeature } from './features/presence.js'
import { SessionRoster, type Contacts, type RosterFeature } from './features/roster.js'
import { toSecurity, type CertificateVerifier, type SessionSecurity } from './features/security.js'
import { SessionWishes, type Wishes } from './features/wishes.js'
import { harmless } from './router/harmless.js'
import type { RequestOptions } from './router/requests.js'
import { mayKnowOfMe, type Audience } from './router/trust.js'
import type { IqResult } from './stanza/iq.js'
import { toJid, type Jid, type JidInput } from './stanza/jid.js'
import type { Message, MessageInput } from './stanza/message.js'
import type { Presence, PresenceInput } from './stanza/presence.js'
import type { XmlElement } from './xml/element.js'

/** A request to another entity, or to one's own account where `to` is left out. */
export interface ClientRequest {
  /** `get` asks for something, `set` changes it. @see RFC 6120 §8.2.3 */
  readonly type: 'get' | 'set'
  /** Who is asked. Default: one’s own account, for which its server answers. @see RFC 6120 §10.3.3 */
  readonly to?: JidInput | undefined
  /** The one child of the request: its namespace says what is asked. */
  readonly payload: XmlElement
}

/**
 * One account's client. Observables replay where they are state, never error, and complete on `close()`. Its methods are called
 * on it: `client.send(…)`, not `const { send } = client`.
 */
export interface Client extends Wishes, Messages, PresenceFeature, RosterFeature, AsyncDisposable {
  /** The account, and the resource that was asked for. */
  readonly jid: Jid
  /** Where the session stands, and why; the same one until that changes. */
  readonly state: ClientState
  /** The same as it changes; replays. */
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
export const createClient = (options: ClientOptions): Client => new AccountClient(options)

/** In a class, since a function for each deed of each client takes three times the memory. */
class AccountClient implements Client {
  readonly jid: Jid
  readonly actor: ActorRefFrom<typeof sessionMachine>
  readonly #means: ClientMeans
  readonly #timeouts: FeatureHost['timeouts']
  readonly #inspection: { readonly inspect: NonNullable<ClientOptions['inspect']> } | undefined
  readonly #verifiedBy: CertificateVerifier
  readonly #standing: ClientStanding
  readonly #wishes: SessionWishes
  readonly #outbox: Outbox
  readonly #messages: SessionMessages
  readonly #presence: SessionPresence
  readonly #roster: SessionRoster
  readonly #audience: Audience
  #host: FeatureHost | undefined

  constructor(options: ClientOptions) {
    const settings = toSettings(options)
    const { input, opener } = settings
    const means = toMeans(options, settings)
    const { bus, createId, memory, presence: words, roster: store } = means
    this.jid = settings.jid
    this.#means = means
    this.#timeouts = input.timeouts
    this.#inspection = options.inspect === undefined ? undefined : { inspect: harmless(options.inspect) }
    this.#verifiedBy = opener !== undefined ? 'unknown' : options.tls?.ca === undefined ? 'system' : 'app'
    const actor = createSession(means, { input, ...this.#inspection })
    this.actor = actor
    const { roster: rosterActor, presence: presenceActor } = actor.getSnapshot().children
    if (rosterActor === undefined || presenceActor === undefined) throw new TypeError('a chart is missing')
    const outbox = new Outbox(bus, settings.offlineQueue)
    const messages = new SessionMessages(bus, createId, outbox, memory)
    memory?.remember({ bus, roster: store, messages, outbox, ledger: means.management.ledger })
    this.#outbox = outbox
    this.#messages = messages
    this.#presence = new SessionPresence(bus, words, presenceActor)
    this.#roster = new SessionRoster(bus, store, rosterActor)
    this.#audience = new SessionAudience(this.#presence, words, store)
    bus.confide(this.#audience)
    answerPings(bus, this.#audience)
    this.#standing = new ClientStanding(means, outbox, actor)
    if (options.security !== undefined) reportSecurity(this, harmless(options.security))
    actor.subscribe(this.#standing)
    startSession(actor)
    this.#wishes = new SessionWishes(actor)
  }

  get state(): ClientState {
    return this.#standing.state
  }

  get state$(): Observable<ClientState> {
    return this.#standing.state$
  }

  get security(): SessionSecurity | undefined {
    const { link } = this.#means
    if (!link.hasStream) return undefined
    const { tls } = link.stream.transport
    const { offerVerified } = link
    return toSecurity(this.actor.getSnapshot(), { tls, verifiedBy: this.#verifiedBy, offerVerified })
  }

  get restored$(): Observable<Restoration> {
    return this.#means.memory?.restored$ ?? EMPTY
  }

  get stanza$(): Observable<XmlElement> {
    return this.#means.bus.stanza$
  }

  get message$(): Observable<Message> {
    return this.#messages.message$
  }

  get bounced$(): Observable<BouncedMessage> {
    return this.#messages.bounced$
  }

  get presence$(): Observable<Presence> {
    return this.#presence.presence$
  }

  get roster$(): Observable<Contacts> {
    return this.#roster.roster$
  }

  connect(options?: Parameters<Wishes['connect']>[0]): Promise<void> {
    return AccountClient.#of(this).#wishes.connect(options)
  }

  disconnect(): Promise<void> {
    return AccountClient.#of(this).#wishes.disconnect()
  }

  async close(): Promise<void> {
    await AccountClient.#of(this).#wishes.close()
    this.#standing.end()
    // A store that fails now has failed before, and was told of.
    await this.#means.memory?.settle().catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  messages(only: MessageFilter): Observable<Message> {
    return AccountClient.#of(this).#messages.messages(only)
  }

  send(message: MessageInput): Delivery {
    return AccountClient.#of(this).#messages.send(message)
  }

  sendPresence(presence?: PresenceInput): void {
    AccountClient.#of(this).#presence.sendPresence(presence)
  }

  hide(options?: Parameters<PresenceFeature['hide']>[0]): Promise<void> {
    return AccountClient.#of(this).#presence.hide(options)
  }

  fetchRoster(): Promise<Contacts> {
    return AccountClient.#of(this).#roster.fetchRoster()
  }

  async request({ type, to, payload }: ClientRequest, options?: RequestOptions): Promise<IqResult> {
    return AccountClient.#of(this).#means.bus.request(
      { type, to: to === undefined ? undefined : toJid(to), payload },
      options,
    )
  }

  networkOnline(): void {
    if (AccountClient.#of(this).actor.getSnapshot().status === 'active')
      this.actor.send({ type: 'network.online' })
  }

  use<T>(feature: (host: FeatureHost) => T): T {
    const client = AccountClient.#of(this)
    return feature((client.#host ??= client.#toHost()))
  }

  /** A method belongs to its client; the language's own words for that name a private field. */
  static #of(self: unknown): AccountClient {
    if (typeof self === 'object' && self !== null && #means in self) return self
    throw new TypeError('a method of a client was called without it: write client.send(…), or bind it first')
  }

  #toHost(): FeatureHost {
    const { bus, createId, memory, presence: words, roster } = this.#means
    return {
      bus,
      createId,
      timeouts: this.#timeouts,
      send: (message) => this.send(message),
      memory,
      outbox: this.#outbox,
      annotatePresence: (name, elements) => this.#presence.annotate(name, elements),
      presence: {
        get available() {
          return words.available
        },
        get announced$() {
          return words.announced$
        },
        send: (presence) => this.sendPresence(presence),
        forget: (bare) => words.forgetOne(bare.toString()),
      },
      mayKnowOfMe: (from) => bus.account !== undefined && mayKnowOfMe(from, bus.account, this.#audience),
      state$: this.state$,
      account: this.#toAccount(),
      roster: {
        change$: roster.change$,
        roster$: roster.roster$,
        get contacts() {
          return roster.contacts
        },
        find: (bare) => roster.find(bare),
        phase$: this.#roster.phase$,
        fetch: () => this.fetchRoster(),
      },
      start: (machine, { id, input }) => {
        const started = createActor(machine, { id, input, ...this.#inspection })
        if (this.#inspection !== undefined) inspectCheaply(started, this.#inspection.inspect)
        equip(started.system, this.#means)
        this.#standing.accompany(started)
        return started
      },
    }
  }

  #toAccount(): FeatureAccount {
    const { account, credentials, passwords } = this.#means
    return {
      username: this.jid.local,
      session: this.actor,
      register: async (make, registering) => {
        if (account.make !== undefined) throw new TypeError('the account is being made already')
        account.make = make
        try {
          await this.#wishes.connect(registering, true)
        } finally {
          if (account.make === make) account.make = undefined
        }
      },
      takePassword: (password) => {
        passwords.keep(password)
        void credentials.cache?.clear?.()
        forgetLogin(this.#means)
      },
      expectPassword: (password) => passwords.expect(password),
    }
  }
}

/** Tells of it when there is a transport, or another one, and when there is a mechanism. */
function reportSecurity(client: Client, tell: (security: SessionSecurity) => void): void {
  let told: readonly unknown[] = []
  client.actor.subscribe(({ context: { mechanism, transport } }) => {
    const now = [mechanism, transport]
    if (transport === undefined || now.every((each, index) => each === told[index])) return
    told = now
    const { security } = client
    if (security !== undefined) tell(security)
  })
}
