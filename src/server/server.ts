/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable } from 'rxjs'
import { createStanzaId } from '../router/stanza-ids.js'
import { parseJid, type Jid } from '../stanza/jid.js'
import { createTransportPair, type TransportPairOptions } from '../transport/memory.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import { AccountRegistry } from './account-registry.js'
import { createCertificate, createCertificateAuthority } from './certificate.js'
import { Credentials } from './credentials.js'
import type { Disturbance } from './disturbance.js'
import { openListeners, type ServerEndpoints } from './listeners.js'
import { Registrar } from './registrar.js'
import { Realm } from './realm.js'
import type { ServerEvent, SessionFacts } from './server-events.js'
import {
  resolveServerOptions,
  type AccountInput,
  type ContactInput,
  type ServerCertificate,
  type ServerOptions,
} from './server-options.js'
import { createServices } from './services.js'
import { serveAccount } from './services/account.js'
import { serveInvitations } from './services/invitations.js'
import { SessionRegistry } from './session-registry.js'

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
  /**
   * Rejects with RangeError for a user name that is taken or cannot be one, for a password that cannot, and for a contact who
   * has no account.
   */
  addAccount(account: AccountInput): Promise<void>
  /** For the next login. Rejects with RangeError if there is no such account, and for a password that cannot be one. */
  setPassword(account: Omit<AccountInput, 'contacts'>): Promise<void>
  /**
   * Removes an account, ends its sessions with not-authorized and its subscriptions as if it had ended them itself, and takes
   * it off the lists of rooms; `false` if there was none.
   */
  removeAccount(username: string): boolean
  /**
   * Lets two accounts see each other's presence, as if both had asked and agreed; how the first lists the other is said,
   * how it is listed itself stays as it was. Who of them is online hears of it. Throws RangeError if there is no such account.
   */
  befriend(username: string, contact: ContactInput): void
  /**
   * Does to somebody's sessions what networks and servers do: to the one of a full JID, to all of a bare one. Tells how many
   * those are. Throws RangeError for what is no address, or no account of this server.
   */
  disturb(jid: string, how: Disturbance): number
  /** The client's end of a new connection inside the process; by default encrypted as far as both ends can tell. */
  connect(options?: Pick<TransportPairOptions, 'framing' | 'secure'>): Transport
  /** Ends every session with system-shutdown, stops listening, and resolves when nothing is left. */
  close(): Promise<void>
}

/**
 * Starts an XMPP server for demos and tests: in memory, for one domain, on loopback. It is not for the open network.
 * Rejects with TypeError or RangeError for options that cannot be, with TransportError for a port that cannot be had.
 * @example
 * await using server = await createServer({ accounts: [{ username: 'alice', password: 'secret' }] })
 * server.endpoints.starttls // 'xmpp://127.0.0.1:40123'
 */
export async function createServer(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const resolved = resolveServerOptions(options)
  const { domain, listen } = resolved
  const needsTls =
    listen.tcp !== undefined || listen.tls !== undefined || listen.secureWebSocket !== undefined
  const certificate = needsTls ? (options.tls ?? (await generateCertificate(domain))) : undefined
  const tls = certificate === undefined ? undefined : toTlsOptions(certificate, options)
  const { legacyIdentification, registration } = resolved
  const credentials = new Credentials(domain.domain, resolved.mechanisms, legacyIdentification !== undefined)
  const realm: Realm = new Realm({
    ...resolved,
    nextId: createStanzaId,
    serve: createServices(
      resolved.software,
      ...(registration === undefined
        ? []
        : [serveAccount(() => accounts), serveInvitations(() => registrar)]),
    ),
  })
  const accounts: AccountRegistry = new AccountRegistry(realm, credentials)
  await accounts.addAll(options.accounts ?? [])
  const isOld = legacyIdentification?.beforeVersionOne === true
  const registrar: Registrar | undefined =
    registration && new Registrar(registration, accounts, resolved.limits)
  const sessions = new SessionRegistry(
    realm,
    { ...resolved, ...(isOld ? { tls: undefined, mechanisms: [] } : { tls }), credentials, registrar },
    options.inspect,
  )
  const listeners = await openListeners(resolved, tls, (transport) => sessions.accept(transport))
  const close = async () => {
    await sessions.close()
    await listeners.close()
  }
  return {
    domain: domain.toString(),
    endpoints: listeners.endpoints,
    ca: certificate?.ca,
    sessions$: sessions.sessions$,
    events$: sessions.events$,
    addAccount: (account) => accounts.add(account),
    setPassword: (account) => accounts.setPassword(account),
    removeAccount: (username) => accounts.remove(username),
    befriend: (username, contact) => accounts.befriend(username, contact),
    disturb: (text, how) => {
      const jid = parseJid(text)
      const account = realm.accountOf(jid)
      if (account === undefined) throw new RangeError(`there is no account ${jid.bare}`)
      if (how === 'not-authorized') account.refusesNextLogin = true
      return sessions.disturb(jid, how)
    },
    connect: ({ framing = 'bytes', secure = true } = {}) => {
      const pair = createTransportPair({ framing, secure })
      sessions.accept(pair.server)
      return pair.client
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function generateCertificate(domain: Jid): Promise<ServerCertificate> {
  const signer = await createCertificateAuthority()
  const name = new URL(`http://${domain.domain}`).hostname
  return createCertificate({ names: { dns: [name], srv: [`_xmpp-client.${name}`] }, signer })
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
