import { createDialer } from '#dialer'
import { Link } from './actors/link.js'
import type { SessionMeans } from './actors/means.js'
import { platformSurroundings } from './actors/surroundings.js'
import type { ClientLimits, ClientOptions, toSettings } from './client-options.js'
import type { Memory } from './features/memory.js'
import { PresenceWords } from './features/presence.js'
import { RosterStore } from './features/roster.js'
import { harmless } from './router/harmless.js'
import { StanzaBus } from './router/stanza-bus.js'
import { createStanzaId as createId } from './router/stanza-ids.js'
import { StanzaLedger } from './router/stanza-ledger.js'
import { StreamManagement } from './router/stream-management.js'
import type { XmlStreamOptions } from './router/xml-stream.js'
import { Passwords } from './sasl/passwords.js'
import { ForgettableKeys, ScramMemoryCache } from './sasl/scram-key-cache.js'
import type { Jid } from './stanza/jid.js'
import type { Dialer } from './transport/dial.js'
import type { Transport } from './transport/transport.js'

type Settings = ReturnType<typeof toSettings>

/** What a client does its deeds with, and what the app sees of them. */
export interface ClientMeans extends SessionMeans {
  readonly memory: Memory | undefined
  readonly roster: RosterStore
  readonly presence: PresenceWords
  readonly passwords: Passwords
}

/** The means that these options ask for. */
export function toMeans(options: ClientOptions, settings: Settings): ClientMeans {
  const { jid, lang } = settings
  const memory = options.store?.(jid.toString())
  const bus = new StanzaBus(createId, memory?.repeats)
  const passwords = new Passwords(options.password)
  const cache = new ForgettableKeys(options.keyCache ?? new ScramMemoryCache())
  return {
    link: new Link(),
    bus,
    // Far from the wait that would end the connection.
    management: new StreamManagement(
      new StanzaLedger(settings.unacknowledgedStanzas, memory),
      settings.input.timeouts.ackMs / 4,
    ),
    memory,
    surroundings: options.surroundings ?? platformSurroundings,
    createId,
    roster: new RosterStore(),
    presence: new PresenceWords(bus, createId, options.presence === false ? undefined : options.presence),
    dialer: toDialer(options, settings),
    identity: {
      domain: jid.domain,
      bare: jid.local === undefined ? undefined : jid.bare.toString(),
      lang,
    },
    stream: toStreamOptions(options.limits),
    account: { make: undefined },
    watch: options.wire && harmless(options.wire),
    passwords,
    credentials: toCredentials(jid, { password: () => passwords.take(), cache }),
    forgetKeys: () => {
      passwords.refused()
      cache.clear()
    },
  }
}

/** Written out, since an object that another is spread into takes 300 bytes more. */
const toCredentials = (
  { local: username }: Jid,
  { cache, password }: Required<Pick<SessionMeans['credentials'], 'cache' | 'password'>>,
): SessionMeans['credentials'] =>
  username === undefined ? { password, cache } : { username, password, cache }

const defaultStreamOptions: XmlStreamOptions = {}

function toStreamOptions(limits: ClientLimits | undefined): XmlStreamOptions {
  if (limits === undefined) return defaultStreamOptions
  const { unacknowledgedStanzas: _, ...options } = limits
  return options
}

/** That of all clients who ask for nothing of their own. */
let commonDialer: Dialer | undefined

/** The platform's dialer, or the app's own way to open a transport. */
function toDialer(options: ClientOptions, { addresses, opener, frameLimitBytes }: Settings): Dialer {
  const isCommon = options.tls === undefined && options.limits === undefined
  const platform = isCommon
    ? (commonDialer ??= createDialer({ frameLimitBytes }))
    : createDialer({ ...options.tls, frameLimitBytes })
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
