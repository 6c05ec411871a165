import { nameEndpoint } from '#dialer'
import { refuseUnknownOptions } from '#option-names'
import type { InspectionEvent } from 'xstate'
import type { SessionInput } from '../machines/session-context.js'
import { legacyMechanism } from '../machines/mechanism-choice.js'
import { defaultTimeouts, toTimeouts, type Given, type Timeouts } from '../machines/timeouts.js'
import type { Surroundings } from './actors/surroundings.js'
import type { SessionSecurity } from './features/security.js'
import { defaultOfflineQueue } from './features/outbox.js'
import { parseJid, type Jid } from './stanza/jid.js'
import type { Crossing } from './router/crossing.js'
import { toPresenceElement, type PresenceInput } from './stanza/presence.js'
import { findMechanism } from './sasl/mechanisms.js'
import type { ScramKeyCache } from './sasl/scram-key-cache.js'
import type { SessionStore } from './session-in.js'
import type { XmlStreamOptions } from './router/xml-stream.js'
import type { Transport } from './transport/transport.js'
import { resolveXmlLimits } from './xml/limits.js'
import { serialize } from './xml/serializer.js'

/** Opens a transport by means of one's own, e.g. to a server in the same process; in a browser, one of frames. */
export type TransportOpener = (signal: AbortSignal) => Transport | Promise<Transport>

/** How TLS is done in Node; browsers trust whom their user trusts. */
export interface TlsOptions {
  /** PEM authorities to trust instead of the system's. */
  readonly ca?: string | readonly string[] | undefined
  /** PEM client certificate, for SASL EXTERNAL; one without the other is a TypeError. */
  readonly cert?: string | undefined
  /** PEM key of `cert`. */
  readonly key?: string | undefined
}

/** Each limit of what the peer may send and of what may wait; what passes one fails with an error that names it. */
export interface ClientLimits extends XmlStreamOptions {
  /** Stanzas that may wait for the server's acknowledgement; sending one more fails with `transport.overflow`. Default 50,000. */
  readonly unacknowledgedStanzas?: number | undefined
}

/** What a client is to be; only `jid` has no default. */
export interface ClientOptions {
  /** The account: a bare JID, or a full one to ask for that resource; only a domain with `anonymous`. */
  readonly jid: string
  /** The password, or where to get it when it is needed; then it is kept nowhere. */
  readonly password?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** Log in without an account (SASL ANONYMOUS). Default false. */
  readonly anonymous?: boolean | undefined
  /**
   * Where the server is: `xmpp://host:5222` (STARTTLS), `xmpps://host:5223` (direct TLS), `wss://host/path`, several in
   * order, of which browsers take WebSockets alone, or a function that opens a transport. Default: discovered from the domain.
   */
  readonly endpoint?: string | readonly string[] | TransportOpener | undefined
  /** Authorities to trust instead of the system's, and a client certificate for SASL EXTERNAL; PEM, Node only. */
  readonly tls?: TlsOptions | undefined
  /**
   * SASL mechanisms to restrict to. Default: every one the engine speaks, strongest first, and where the server has no SASL
   * `jabber:iq:auth` (XEP-0078); who names that here gets it where nothing else that is named can be had.
   */
  readonly mechanisms?: readonly string[] | undefined
  /** Where SCRAM keys are kept between logins, see `keysIn()`. Default: in memory, as long as the client lives. */
  readonly keyCache?: ScramKeyCache | undefined
  /** Default language of the stream (`xml:lang`), a BCP 47 tag. Default: that of the platform. */
  readonly lang?: string | undefined
  /** The presence sent on coming online; `false` for none. Default: available. */
  readonly presence?: PresenceInput | false | undefined
  /** Fetch the contact list on coming online. Default true. */
  readonly roster?: boolean | undefined
  /**
   * Whether to come back by itself: `afterOnline` once it had been online, `always` even when the first attempt fails, or
   * `never`. Default `afterOnline`.
   */
  readonly reconnect?: SessionInput['reconnect'] | undefined
  /**
   * Have the server acknowledge what is sent and keep the session when the connection is lost, where it can (XEP-0198).
   * Default true.
   */
  readonly streamManagement?: boolean | undefined
  /** Messages that may wait while there is no connection; one more fails with `transport.overflow`. Default 1,000; 0: none wait. */
  readonly offlineQueue?: number | undefined
  /**
   * Where the session is kept, so that another process can go on with it after this one has ended, however that was: see
   * `sessionIn()`. Whoever connects last has it; whoever had it before halts with `store.taken`. No secret is kept there.
   * Default: nowhere.
   */
  readonly store?: SessionStore | undefined
  /** Where news of the network and of sleep come from. Default: the platform. */
  readonly surroundings?: Surroundings | undefined
  /** Milliseconds for each wait; what is left out is as in `defaultTimeouts` of `xmpp-machines/machines`. */
  readonly timeouts?: Given<Timeouts> | undefined
  /** Limits of what the peer may send, and of what may wait to be sent; what is left out keeps its default. */
  readonly limits?: ClientLimits | undefined
  /** Go on without encryption where the server offers none: everybody on the way reads everything, passwords included. Default false. */
  readonly dangerouslyAllowPlaintext?: boolean | undefined
  /** Sees every event and snapshot of every chart. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
  /** Sees every stream header, first-level element and closing tag, both ways, with its very text, secrets included: see `createRecorder()`. */
  readonly wire?: ((crossing: Crossing) => void) | undefined
  /** Told what protects the stream whenever that has changed: once it is encrypted, and once the client is authenticated. */
  readonly security?: ((security: SessionSecurity) => void) | undefined
}

/** Where nothing else names an endpoint that the app opens by itself. */
const openedByApp = 'app:transport'

/** Options, checked; throws TypeError or RangeError for a caller's mistake. */
export function toSettings(options: ClientOptions) {
  refuseUnknownOptions(options)
  const jid = parseJid(options.jid)
  const anonymous = options.anonymous === true
  refuseContradictions(options, jid, anonymous)
  refuseMisfits(options)
  const { endpoint } = options
  const opener = typeof endpoint === 'function' ? endpoint : undefined
  const addresses = typeof endpoint === 'function' ? new Map([[openedByApp, '']]) : toAddresses(endpoint)
  const { outboundLimitBytes = 1, unacknowledgedStanzas, ...xmlLimits } = options.limits ?? {}
  const { stanzaBytes } = resolveXmlLimits(xmlLimits)
  if (!(outboundLimitBytes > 0))
    throw new RangeError(`outboundLimitBytes must be positive, not ${outboundLimitBytes}`)
  if (!(unacknowledgedStanzas === undefined || unacknowledgedStanzas > 0))
    throw new RangeError(`unacknowledgedStanzas must be positive, not ${unacknowledgedStanzas}`)
  const { offlineQueue = defaultOfflineQueue } = options
  if (!(offlineQueue >= 0)) throw new RangeError(`offlineQueue must not be negative, but is ${offlineQueue}`)
  if (options.presence !== false) serialize(toPresenceElement(options.presence ?? {}))
  refuseUnknownMechanisms(options.mechanisms)
  const lang = toLanguageTag(options.lang)
  const input: SessionInput = {
    domain: jid.domain,
    endpoints: [...addresses.keys()],
    resource: jid.resource,
    credentials: {
      password: options.password !== undefined && !anonymous,
      certificate: options.tls?.cert !== undefined,
      anonymous,
    },
    mechanisms: options.mechanisms ?? null,
    allowPlaintext: options.dangerouslyAllowPlaintext === true,
    wantsRoster: options.roster !== false,
    wantsPresence: options.presence !== false,
    wantsManagement: options.streamManagement !== false,
    hasStore: options.store !== undefined,
    reconnect: options.reconnect ?? 'afterOnline',
    timeouts: toTimeouts(defaultTimeouts, options.timeouts),
    seed: Math.trunc(Math.random() * 2 ** 31),
  }
  return {
    jid,
    input,
    opener,
    lang,
    addresses,
    frameLimitBytes: stanzaBytes,
    offlineQueue,
    unacknowledgedStanzas,
  }
}

function refuseContradictions(options: ClientOptions, jid: Jid, anonymous: boolean): void {
  if (!anonymous && jid.local === undefined) {
    throw new RangeError(`${options.jid} names no account: write user@${jid.domain}, or set \`anonymous\``)
  }
  if (anonymous && options.password !== undefined)
    throw new TypeError('an anonymous session takes no password')
}

/** What would fail later, or go unheard: observers are not heard when they throw. */
function refuseMisfits({
  endpoint = [],
  inspect,
  keyCache,
  mechanisms = [],
  password = '',
  reconnect,
  security,
  store,
  surroundings,
  wire,
}: ClientOptions): void {
  for (const [name, observer] of Object.entries({ inspect, security, wire })) {
    if (observer !== undefined && typeof observer !== 'function')
      throw new TypeError(`\`${name}\` is a function`)
  }
  if (!['function', 'string'].includes(typeof endpoint) && !Array.isArray(endpoint))
    throw new TypeError('`endpoint` is the text of a URL, a list of them, or a function')
  if (!['function', 'string'].includes(typeof password))
    throw new TypeError('`password` is text, or a function that gives it')
  if (!Array.isArray(mechanisms)) throw new TypeError('`mechanisms` is a list of names')
  if (store !== undefined && typeof store !== 'function')
    throw new TypeError('`store` is no place for a session: write `store: sessionIn(store)`')
  if (keyCache !== undefined && typeof keyCache.find !== 'function')
    throw new TypeError('`keyCache` finds no keys: write `keyCache: keysIn(store, account)`')
  if (surroundings !== undefined && typeof surroundings.watch !== 'function')
    throw new TypeError('`surroundings` has a function `watch`')
  if (reconnect !== undefined && !['afterOnline', 'always', 'never'].includes(reconnect))
    throw new RangeError(`\`reconnect\` is afterOnline, always or never, not ${reconnect}`)
}

/**
 * What the charts, errors and states call an endpoint, and its address: the query of a WebSocket URL may be a secret and
 * is part of the address only.
 */
function toAddresses(endpoint: string | readonly string[] | undefined): ReadonlyMap<string, string> {
  const texts = endpoint === undefined ? [] : typeof endpoint === 'string' ? [endpoint] : endpoint
  if (endpoint !== undefined && texts.length === 0) {
    throw new RangeError('an empty list of endpoints leads nowhere; leave it out to discover them')
  }
  const addresses = new Map<string, string>()
  for (const text of texts) {
    const name = nameEndpoint(text)
    if (name !== undefined) addresses.set(name, text)
  }
  if (addresses.size < 1 && texts.length > 0)
    throw new RangeError('a browser reaches XMPP by WebSocket only: give a ws: or wss: endpoint')
  return addresses
}

function refuseUnknownMechanisms(names: readonly string[] = []): void {
  const unknown = names.find((name) => name !== legacyMechanism && findMechanism(name) === undefined)
  if (unknown !== undefined) throw new RangeError(`no such SASL mechanism here: ${unknown}`)
}

/** Looked up once: it stays as long as the process. */
let platformLang: string | undefined

/**
 * The platform's language by the formatter that is cheapest to make: others load calendars or numbers first.
 * @see RFC 6120 §4.7.4
 */
function toLanguageTag(lang: string | undefined): string {
  if (lang === undefined) return (platformLang ??= new Intl.PluralRules().resolvedOptions().locale)
  try {
    Intl.getCanonicalLocales(lang)
    if (typeof lang === 'string' && lang !== '') return lang
  } catch {
    // Said below, with what would be right.
  }
  throw new RangeError(`${JSON.stringify(lang)} is no language tag: write en or pt-BR`)
}
