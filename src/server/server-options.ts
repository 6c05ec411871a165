import type { InspectionEvent } from 'xstate'
import type { ServedTimeouts } from '../../machines/served-facts.js'
import type { StanzaErrorCondition } from '../errors.js'
import { toTimeouts } from '../../machines/timeouts.js'
import { findMechanism } from '../sasl/mechanisms.js'
import { Jid, toJid, tryParseJid } from '../stanza/jid.js'
import { toServerLimits, type ServerLimits } from './limits.js'
import type { ResourceConflictPolicy } from './resource-binding.js'
import { defaultMechanisms } from './sasl-exchange.js'
import type { ServerSoftware } from './services/version.js'

/** A user of the server. */
export interface AccountInput {
  /** The localpart of the JID. */
  readonly username: string
  /** Not empty, nor anything that SASLprep refuses: else a RangeError. @see RFC 4013 */
  readonly password: string
  /** Other accounts of the server: both see each other’s presence from the start. Default: none; later `befriend` does it. */
  readonly contacts?: readonly ContactInput[]
}

/** How an account lists another one. */
export interface ContactInput {
  /** The localpart of its JID, on the same server. */
  readonly username: string
  /** What the account calls it. Default: nothing. */
  readonly name?: string
  /** Default: none. */
  readonly groups?: readonly string[]
}

/** Where one kind of connection is accepted. */
export interface ListenInput {
  /** Default 0: any free port. */
  readonly port?: number
}

/** Which kinds of connection are accepted; what is left out is not. */
export interface ListenOptions {
  /** TCP, encrypted by STARTTLS (RFC 6120 §5). */
  readonly tcp?: ListenInput
  /** TCP, encrypted from the first byte (XEP-0368). */
  readonly tls?: ListenInput
  /** `wss:` (RFC 7395). */
  readonly secureWebSocket?: ListenInput
  /** `ws:`; only with `allowPlaintext`. */
  readonly webSocket?: ListenInput
}

/** A certificate of the caller's own, all as PEM. */
export interface ServerCertificate {
  /** The chain, the server’s own certificate first. */
  readonly cert: string
  /** The key of that certificate. */
  readonly key: string
  /** What clients must trust to believe `cert`; told by `server.ca`. */
  readonly ca?: string
}

/** How the embedded server is to be; everything has a default that suits a demo on one's own machine. */
export interface ServerOptions {
  /** Default `localhost`. */
  readonly domain?: string
  /** Who may log in from the start. Default: nobody; see `addAccount`. */
  readonly accounts?: readonly AccountInput[]
  /** Default: everything that `allowPlaintext` permits, on free ports. `{}`: nothing, for `connect` alone. */
  readonly listen?: ListenOptions
  /** Address to listen on, default `127.0.0.1`; one that others can reach needs the next option too. */
  readonly host?: string
  /** Lets `host` be an address that other machines can reach. This server is for demos and tests. */
  readonly dangerouslyListenOnAllInterfaces?: boolean
  /** Default: made for this server alone, see `server.ca`. */
  readonly tls?: ServerCertificate
  /** Highest TLS version, default 1.3. */
  readonly maxTlsVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Asks clients for certificates, for EXTERNAL; PEM of who signs them. */
  readonly clientCertificateAuthority?: string
  /** SASL mechanisms, each offered where the channel allows it; default all but ANONYMOUS. */
  readonly mechanisms?: readonly string[]
  /** Lets clients go on without encryption; PLAIN is not offered to them all the same. Default false. */
  readonly allowPlaintext?: boolean
  /** Lets clients identify as before SASL (XEP-0078); passwords are then kept as they are. Default: not. */
  readonly legacyIdentification?: LegacyIdentificationOptions
  /** Lets clients make accounts, over TLS alone, change their password and remove their account (XEP-0077). Default: not. */
  readonly registration?: RegistrationOptions
  /**
   * Has rooms at `conference.` and the domain (XEP-0045), default true. Whoever enters one that is not there makes it, and it
   * is open at once. All sessions of an account may share one nickname. Not done: registration and reserved nicknames, requests
   * for voice.
   */
  readonly rooms?: boolean
  /** What happens to a resource that is taken; default `replace`. */
  readonly resourceConflict?: ResourceConflictPolicy
  /** What is left out is as in `defaultServerLimits`. */
  readonly limits?: Partial<ServerLimits>
  /** Waits beside `limits.unauthenticatedMs`, in milliseconds; defaults: `tlsMs` 15 000, `saslMs` 30 000, `resumptionMs` 300 000, `closeMs` 2000. */
  readonly timeouts?: Partial<Omit<ServedTimeouts, 'negotiationMs'>>
  /** What the server says it is; default `xmpp-machines`, `embedded`. */
  readonly software?: ServerSoftware
  /** The clock by which the server dates, and tells the time. Default: that of the machine. */
  readonly now?: () => Date
  /** Hears everything that the charts of the sessions do, as XState tells it. */
  readonly inspect?: (event: InspectionEvent) => void
}

/** How clients identify without SASL (XEP-0078). */
export interface LegacyIdentificationOptions {
  /** What is taken; the password itself only over TLS. Default: both. */
  readonly forms?: readonly ('digest' | 'password')[]
  /** As before XMPP 1.0: the stream has no version and no features, there is no SASL and no STARTTLS. Default false. */
  readonly beforeVersionOne?: boolean
}

/** How clients make accounts (XEP-0077). */
export interface RegistrationOptions {
  /** What is asked beside name and password, e.g. `email`. Default: nothing. */
  readonly fields?: readonly string[]
  /** Asks by a data form (XEP-0004), not by elements. Default false. */
  readonly form?: boolean
  /** For people. */
  readonly instructions?: string
  /** Makes no accounts, and says that they are made there (XEP-0066). */
  readonly redirect?: string
  /**
   * Tokens of invitations: an account then takes one, and uses it up (XEP-0445); whoever has an account may ask for more
   * (XEP-0401). Default: nobody need be invited.
   */
  readonly invitations?: readonly string[]
  /** Makes accounts for who has no invitation, too. Default: only where there are no `invitations`. */
  readonly uninvited?: boolean
  /** Says why somebody gets no account, by what was answered; `undefined`: gets one. */
  readonly refuse?: (answers: Readonly<Record<string, string>>) => RegistrationRefusalInput | undefined
}

/** Why somebody gets no account. */
export interface RegistrationRefusalInput {
  /** The stanza error that answers the request. @see RFC 6120 §8.3.3 */
  readonly condition: StanzaErrorCondition
  /** For people. Default: none. */
  readonly text?: string
}

/** The same, checked and complete. */
export interface ResolvedServerOptions {
  readonly domain: Jid
  readonly listen: ListenOptions
  readonly host: string
  readonly mechanisms: readonly string[]
  readonly allowPlaintext: boolean
  readonly legacyIdentification: LegacyIdentificationOptions | undefined
  readonly registration: RegistrationOptions | undefined
  /** Their domain. */
  readonly rooms: Jid | undefined
  readonly resourceConflict: ResourceConflictPolicy
  readonly limits: ServerLimits
  readonly timeouts: ServedTimeouts
  readonly software: ServerSoftware
  readonly now: () => Date
}

/**
 * Checks what the caller wants and fills in the rest. Throws RangeError for a domain, a limit or a mechanism that cannot
 * be, TypeError for wishes that contradict each other.
 */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  const { allowPlaintext = false, host = '127.0.0.1' } = options
  const domain = toJid({ domain: options.domain ?? 'localhost' })
  const mechanisms = options.mechanisms ?? defaultMechanisms
  const unknown = mechanisms.find((name) => findMechanism(name) === undefined)
  if (unknown !== undefined) throw new RangeError(`no such SASL mechanism here: ${unknown}`)
  if (!isLoopback(host) && options.dangerouslyListenOnAllInterfaces !== true) {
    throw new TypeError(
      `${host} can be reached by others: this server is for demos and tests; say dangerouslyListenOnAllInterfaces if you must`,
    )
  }
  const listen = options.listen ?? {
    tcp: {},
    tls: {},
    secureWebSocket: {},
    ...(allowPlaintext ? { webSocket: {} } : {}),
  }
  if (listen.webSocket !== undefined && !allowPlaintext) {
    throw new TypeError('ws: is not encrypted: it needs allowPlaintext, or use secureWebSocket')
  }
  const limits = toServerLimits(options.limits)
  return {
    domain,
    listen,
    host,
    mechanisms,
    allowPlaintext,
    legacyIdentification: options.legacyIdentification,
    registration: options.registration,
    rooms: options.rooms === false ? undefined : toRoomsDomain(domain),
    resourceConflict: options.resourceConflict ?? 'replace',
    limits,
    timeouts: toServedTimeouts(options.timeouts, limits.unauthenticatedMs),
    software: options.software ?? { name: 'xmpp-machines', version: 'embedded' },
    now: options.now ?? (() => new Date()),
  }
}

/** A domain that is an address has none below it. */
function toRoomsDomain({ domain }: Jid): Jid | undefined {
  const rooms = tryParseJid(`conference.${domain}`)
  return rooms instanceof Jid ? rooms : undefined
}

/** Throws RangeError for a wait that no timer can count. */
const toServedTimeouts = (given: ServerOptions['timeouts'], negotiationMs: number): ServedTimeouts =>
  toTimeouts({ ...defaultTimeouts, negotiationMs }, { ...given, negotiationMs })

const defaultTimeouts = { tlsMs: 15_000, saslMs: 30_000, resumptionMs: 300_000, closeMs: 2000 }

/** Only this machine can reach it. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
