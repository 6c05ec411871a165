import { BehaviorSubject, defer, Subject, type Observable } from 'rxjs'
import type { InspectionEvent } from 'xstate'
import { createStanzaIds } from '../router/stanza-ids.js'
import { createOutbound } from '../router/outbound.js'
import { toJid, type Jid } from '../stanza/jid.js'
import { createTransportPair, type TransportPairOptions } from '../transport/memory.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import { ns } from '../xml/namespaces.js'
import { Account } from './account.js'
import { createCertificate, createCertificateAuthority } from './certificate.js'
import { Credentials } from './credentials.js'
import { openListeners, type ServerEndpoints } from './listeners.js'
import { Realm } from './realm.js'
import { Roster } from './roster-store.js'
import { toStanzaFacts, type ServerEvent, type SessionFacts } from './server-events.js'
import {
  resolveServerOptions,
  type AccountInput,
  type ContactInput,
  type ResolvedServerOptions,
  type ServerCertificate,
  type ServerOptions,
} from './server-options.js'
import { createServices } from './services.js'
import { Session, type SessionObserver, type SessionSettings } from './session.js'
import { toStreamErrorElement } from '../stanza/stream-error.js'

/** A running server. */
export interface EmbeddedServer extends AsyncDisposable {
  readonly domain: string
  readonly endpoints: ServerEndpoints
  /** PEM of what clients must trust; `undefined` where nothing is encrypted, or the caller's certificate came without. */
  readonly ca: string | undefined
  /** Every connection, replayed; completes on `close`. */
  readonly sessions$: Observable<readonly SessionFacts[]>
  /** What happens from now on; completes on `close`. */
  readonly events$: Observable<ServerEvent>
  /** Throws RangeError for a user name that is taken or cannot be one, and for an empty password. */
  addAccount(account: AccountInput): Promise<void>
  /** Throws RangeError if there is no such account. */
  setPassword(account: AccountInput): Promise<void>
  /** Removes an account and ends its sessions with not-authorized; `false` if there was none. */
  removeAccount(username: string): boolean
  /**
   * Lets two accounts see each other's presence, as if both had asked and agreed; how the first lists the other is said,
   * how it is listed itself stays as it was. Throws RangeError if there is no such account.
   */
  befriend(username: string, contact: ContactInput): void
  /** The client's end of a new connection inside the process; by default encrypted as far as both ends can tell. */
  connect(options?: Pick<TransportPairOptions, 'framing' | 'secure'>): Transport
  /** Ends every session with system-shutdown, stops listening, and resolves when nothing is left. */
  close(): Promise<void>
}

/**
 * Starts an XMPP server for demos and tests: in memory, for one domain, on loopback. It is not for the open network.
 * Rejects with TypeError or RangeError for options that cannot be, with TransportError for a port that cannot be had.
 */
export async function createServer(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const resolved = resolveServerOptions(options)
  const needsTls = [resolved.listen.tcp, resolved.listen.tls, resolved.listen.secureWebSocket].some(Boolean)
  const certificate = needsTls ? (options.tls ?? (await generateCertificate(resolved.domain))) : undefined
  const tls = certificate === undefined ? undefined : toTlsOptions(certificate, options)
  const server = new Server(resolved, tls, options.inspect)
  for (const account of options.accounts ?? []) await server.addAccount(account)
  for (const { username, contacts } of options.accounts ?? []) {
    for (const contact of contacts ?? []) server.befriend(username, contact)
  }
  const listeners = await openListeners(resolved, tls, (transport) => server.accept(transport))
  const close = async () => {
    await server.endSessions()
    await listeners.close()
  }
  return {
    domain: resolved.domain.toString(),
    endpoints: listeners.endpoints,
    ca: certificate?.ca,
    sessions$: server.sessions$,
    events$: server.events$,
    addAccount: (account) => server.addAccount(account),
    setPassword: (account) => server.setPassword(account),
    removeAccount: (username) => server.removeAccount(username),
    befriend: (username, contact) => server.befriend(username, contact),
    connect: ({ framing = 'bytes', secure = true } = {}) => {
      const pair = createTransportPair({ framing, secure })
      server.accept(pair.server)
      return pair.client
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function generateCertificate(domain: Jid): Promise<ServerCertificate> {
  const signer = await createCertificateAuthority()
  const name = new URL(`http://${domain.domain}`).hostname
  return createCertificate({
    names: { dns: [name], srv: [`_xmpp-client.${name}`] },
    signer,
  })
}

function toTlsOptions({ cert, key }: ServerCertificate, options: ServerOptions): TlsServerOptions {
  const { clientCertificateAuthority: ca, maxTlsVersion } = options
  return {
    role: 'server',
    cert,
    key,
    ...(ca === undefined ? {} : { ca, requestClientCertificate: true }),
    ...(maxTlsVersion === undefined ? {} : { maxVersion: maxTlsVersion }),
  }
}

class Server {
  readonly #options: ResolvedServerOptions
  readonly #realm: Realm
  readonly #settings: SessionSettings
  readonly #observer: SessionObserver
  readonly #sessions = new Map<string, Session>()
  readonly #sessions$ = new BehaviorSubject<readonly SessionFacts[]>([])
  readonly #events$ = new Subject<ServerEvent>()
  readonly sessions$ = defer(() => {
    if (!this.#closing) this.#sessions$.next(this.#facts())
    return this.#sessions$
  })
  readonly events$ = this.#events$.asObservable()
  #count = 0
  #closing = false
  #emptied: (() => void) | undefined

  constructor(
    options: ResolvedServerOptions,
    tls: TlsServerOptions | undefined,
    inspect: ((event: InspectionEvent) => void) | undefined,
  ) {
    this.#options = options
    this.#realm = new Realm({
      domain: options.domain,
      limits: options.limits,
      now: options.now,
      nextId: createStanzaIds(),
      serve: createServices(options.software),
    })
    this.#settings = {
      ...options,
      tls,
      credentials: new Credentials(options.domain.domain),
    }
    this.#observer = {
      changed: (session) => {
        this.#publish()
        this.#events$.next({ kind: 'changed', session: toFacts(session) })
      },
      stanza: (session, direction, element) => {
        if (!this.#events$.observed) return
        const stanza = toStanzaFacts(element, element.namespace === ns.client)
        this.#events$.next({ kind: 'stanza', session: session.id, direction, stanza })
      },
      defect: (session, error) => {
        const message = error instanceof Error ? error.message : String(error)
        this.#events$.next({ kind: 'defect', session: session.id, message })
      },
      ended: (session) => this.#forget(session),
      inspect: inspect === undefined ? undefined : harmless(inspect),
    }
  }

  async addAccount({ username, password }: AccountInput): Promise<void> {
    const jid = this.#jidOf(username)
    const local = jid.local ?? ''
    if (this.#realm.accounts.has(local)) throw new RangeError(`the account ${jid} exists already`)
    await this.#settings.credentials.set(local, password)
    const roster = new Roster(this.#options.limits.rosterItems, crypto.randomUUID())
    this.#realm.accounts.set(local, new Account(jid, roster))
  }

  async setPassword({ username, password }: AccountInput): Promise<void> {
    await this.#settings.credentials.set(this.#find(username).jid.local ?? '', password)
  }

  removeAccount(username: string): boolean {
    const account = this.#realm.accountOf(this.#jidOf(username))
    if (account === undefined) return false
    for (const { link } of account.resources.values()) {
      link.close({ condition: 'not-authorized', text: 'the account has been removed' })
    }
    this.#settings.credentials.remove(account.jid.local ?? '')
    return this.#realm.accounts.delete(account.jid.local ?? '')
  }

  befriend(username: string, { username: other, name, groups = [] }: ContactInput): void {
    const [one, two] = [this.#find(username), this.#find(other)]
    one.roster.set(two.jid, { name, groups })
    makeMutual(one, two.jid)
    makeMutual(two, one.jid)
  }

  accept(transport: Transport): void {
    if (this.#closing) return transport.destroy()
    if (this.#sessions.size >= this.#options.limits.connections) return this.#turnAway(transport)
    this.#count += 1
    const session = new Session(
      `session-${this.#count}`,
      transport,
      this.#realm,
      this.#settings,
      this.#observer,
    )
    this.#sessions.set(session.id, session)
    this.#events$.next({ kind: 'connected', session: session.id, address: transport.address })
    return session.start()
  }

  async endSessions(): Promise<void> {
    this.#closing = true
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve
        for (const session of this.#sessions.values()) {
          session.close({ condition: 'system-shutdown', text: 'the server shuts down' })
        }
      })
    }
    this.#sessions$.complete()
    this.#events$.complete()
  }

  #turnAway(transport: Transport): void {
    this.#events$.next({ kind: 'turnedAway', address: transport.address })
    const outbound = createOutbound(transport, this.#options.limits.outboundBytes, () => {})
    transport.start({ data: () => {}, closed: () => {} })
    outbound.open({ from: this.#realm.domain.toString(), id: this.#realm.nextId(), version: '1.0' })
    outbound.send(
      toStreamErrorElement({ condition: 'resource-constraint', text: 'too many connections', lang: 'en' }),
    )
    outbound.close()
    transport.write('', () => transport.destroy())
  }

  #forget(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    const { output } = session.actor.getSnapshot()
    this.#publish()
    this.#events$.next({ kind: 'ended', session: session.id, fault: output?.fault })
    if (this.#sessions.size === 0) this.#emptied?.()
  }

  #publish(): void {
    if (this.#sessions$.observed) this.#sessions$.next(this.#facts())
  }

  #facts(): readonly SessionFacts[] {
    return [...this.#sessions.values()].map(toFacts)
  }

  #find(username: string): Account {
    const account = this.#realm.accountOf(this.#jidOf(username))
    if (account === undefined) throw new RangeError(`there is no account ${this.#jidOf(username)}`)
    return account
  }

  #jidOf(username: string): Jid {
    return toJid({ local: username, domain: this.#realm.domain.domain })
  }
}

const mutualSteps = [
  'subscribe.sent',
  'subscribed.received',
  'subscribe.received',
  'subscribed.sent',
] as const

function makeMutual({ roster }: Account, jid: Jid): void {
  for (const event of mutualSteps) roster.step(jid, event)
  roster.touch(jid)
}

function toFacts({ id, transport, actor, jid }: Session): SessionFacts {
  const { value, context } = actor.getSnapshot()
  return {
    id,
    address: transport.address,
    framing: transport.framing,
    secure: transport.tls !== null,
    state: toPath(value),
    username: context.username,
    jid: jid?.toString(),
  }
}

function toPath(value: unknown): string {
  if (typeof value === 'string') return value
  const [entry] = Object.entries(value ?? {})
  return entry === undefined ? '' : `${entry[0]}.${toPath(entry[1])}`
}

/** An inspector that throws would stop the session for good. */
function harmless(inspect: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
  return (event) => {
    try {
      inspect(event)
    } catch {
      // The session must not suffer from its spectator.
    }
  }
}
