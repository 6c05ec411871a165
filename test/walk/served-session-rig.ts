import { isMachineSnapshot, type AnyActorRef, type InspectionEvent } from 'xstate'
import { AccountRegistry } from '../../src/server/account-registry.js'
import { Credentials } from '../../src/server/credentials.js'
import { toServerLimits } from '../../src/server/limits.js'
import { Realm } from '../../src/server/realm.js'
import { createServices } from '../../src/server/services.js'
import { SessionRegistry } from '../../src/server/session-registry.js'
import { createStanzaId } from '../../src/router/stanza-ids.js'
import { parseJid } from '../../src/stanza/jid.js'
import type { Running } from '../../src/testing/drive.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { createTransportPair } from '../../src/transport/memory.js'
import type { Transport } from '../../src/transport/transport.js'

export const domain = 'example.test'
export const username = 'romeo'
export const mechanisms = ['PLAIN']
export const attempts = 2
export const timeouts = { tlsMs: 15_000, saslMs: 30_000, resumptionMs: 300_000, closeMs: 2_000 }
export const negotiationMs = 60_000

/** What the client is given, and what an earlier session has. */
export const resources = { driven: 'desk', earlier: 'tower' } as const

export type Framing = Transport['framing']

const streams = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
const framed = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'"

/** A stream header, as the framing has it. */
export function header(framing: Framing, attributes = `to='${domain}' version='1.0'`): string {
  return framing === 'frames'
    ? `<open ${framed} ${attributes}/>`
    : `<?xml version='1.0'?><stream:stream ${streams} ${attributes}>`
}

export const closing = (framing: Framing): string =>
  framing === 'frames' ? `<close ${framed}/>` : '</stream:stream>'

const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
export const plain = (password: string): string => btoa(`\0${username}\0${password}`)
export const auth = (mechanism: string, data = ''): string =>
  `<auth ${sasl} mechanism='${mechanism}'>${data}</auth>`
export const response = (data: string): string => `<response ${sasl}>${data}</response>`
export const abort = `<abort ${sasl}/>`
export const startTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

export const bind = (resource: string): string =>
  `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
  `<resource>${resource}</resource></bind></iq>`
export const enable = (attributes: string): string => `<enable xmlns='urn:xmpp:sm:3' ${attributes}/>`
export const resume = (previd: string, handled: number): string =>
  `<resume xmlns='urn:xmpp:sm:3' previd='${previd}' h='${handled}'/>`

/** A client that says what it is told to, and reads everything. */
class Speaker {
  /** All that the server has said. */
  heard = ''
  hasEnded = false
  readonly framing: Framing
  readonly transport: Transport

  constructor(transport: Transport) {
    this.transport = transport
    this.framing = transport.framing
    transport.start({
      data: (chunk) => (this.heard += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
      closed: () => (this.hasEnded = true),
    })
  }

  say(...words: readonly string[]): void {
    for (const word of words) this.transport.write(word)
  }

  /** What the server calls the session that may be resumed. */
  get resumption(): string {
    return /<(?:enabled|resumed)\b[^>]* (?:id|previd)=['"]([^'"]+)/.exec(this.heard)?.[1] ?? ''
  }
}

/** One connection of the embedded server that is driven, and others beside it. */
export class ServedSessionRig implements Running {
  readonly clock: VirtualClock
  readonly actor: AnyActorRef
  readonly client: Speaker
  /** A session of the same account, on another connection. */
  readonly earlier: Speaker
  readonly accounts: AccountRegistry
  readonly #registry: SessionRegistry
  readonly #connect: () => Speaker
  readonly #defects: readonly unknown[]

  private constructor(parts: {
    readonly clock: VirtualClock
    readonly actor: AnyActorRef
    readonly client: Speaker
    readonly earlier: Speaker
    readonly accounts: AccountRegistry
    readonly registry: SessionRegistry
    readonly connect: () => Speaker
    readonly defects: readonly unknown[]
  }) {
    this.clock = parts.clock
    this.actor = parts.actor
    this.client = parts.client
    this.earlier = parts.earlier
    this.accounts = parts.accounts
    this.#registry = parts.registry
    this.#connect = parts.connect
    this.#defects = parts.defects
  }

  static async start(
    framing: Framing,
    secure: boolean,
    inspect: (event: InspectionEvent) => void,
  ): Promise<ServedSessionRig> {
    const realm = new Realm({
      domain: parseJid(domain),
      limits: toServerLimits({ authenticationAttempts: attempts }),
      now: () => new Date(),
      nextId: createStanzaId,
      serve: createServices({ name: 'driven', version: '0' }),
    })
    const credentials = new Credentials(domain, mechanisms)
    const accounts = new AccountRegistry(realm, credentials)
    await accounts.add({ username, password: 'secret' })
    const clock = new VirtualClock()
    let driven: unknown
    let isNext = false
    const registry = new SessionRegistry(
      realm,
      {
        mechanisms,
        allowPlaintext: false,
        credentials,
        tls: { role: 'server', cert: '', key: '' },
        timeouts: { ...timeouts, negotiationMs },
        resourceConflict: 'refuse',
      },
      (event) => {
        if (isNext && event.type === '@xstate.actor') {
          driven = event.actorRef
          isNext = false
        }
        if (event.actorRef === driven) inspect(event)
      },
    )
    const defects: unknown[] = []
    registry.events$.subscribe((event) => event.kind === 'defect' && defects.push(event))
    const connect = (options: Parameters<typeof createTransportPair>[0] = { secure: true }) => {
      const pair = createTransportPair(options)
      registry.accept(unhurried(pair.server))
      return new Speaker(pair.client)
    }
    const earlier = connect()
    await logIn(clock, earlier)
    earlier.say(bind(resources.earlier), enable("resume='true'"))
    await clock.until(() => earlier.resumption !== '')
    isNext = true
    const client = connect({ framing, secure })
    if (!isServedSession(driven)) throw new TypeError('no session was begun')
    return new ServedSessionRig({
      clock,
      actor: driven,
      client,
      earlier,
      accounts,
      registry,
      connect,
      defects,
    })
  }

  /** The client says something that the server has to think about. */
  async ask(...words: readonly string[]): Promise<void> {
    this.client.say(...words)
    await this.clock.rest()
    await this.settle()
  }

  /** Until the server has thought, whose handshake the client alone can end. */
  async settle(): Promise<void> {
    const isThinking = () => {
      const snapshot = this.actor.getSnapshot()
      return snapshot.hasTag('busy') && !snapshot.matches({ open: { negotiating: 'securing' } })
    }
    await this.clock.until(() => !isThinking())
  }

  /** Another connection goes on with the session of this one. */
  async supersede(): Promise<void> {
    const other = this.#connect()
    await logIn(this.clock, other)
    other.say(resume(this.client.resumption, 0))
    await this.clock.until(() => other.heard.includes('<resumed'))
  }

  shutDown(): void {
    void this.#registry.close()
  }

  transcript(): string {
    return this.client.heard
  }

  async end(): Promise<void> {
    const closed = this.#registry.close()
    for (const { transport } of [this.client, this.earlier]) transport.destroy()
    await this.clock.drain()
    await closed
    const left = this.clock.timerCount
    this.clock[Symbol.dispose]()
    if (left > 0) throw new Error(`${left} timers are left`)
    if (this.#defects.length > 0) throw new Error(`defects: ${JSON.stringify(this.#defects)}`)
  }
}

function isServedSession(actor: unknown): actor is AnyActorRef {
  if (typeof actor !== 'object' || actor === null || !('getSnapshot' in actor)) return false
  const snapshot: unknown = typeof actor.getSnapshot === 'function' ? actor.getSnapshot() : undefined
  return isMachineSnapshot(snapshot) && snapshot.machine.id === 'servedSession'
}

async function logIn(clock: VirtualClock, speaker: Speaker): Promise<void> {
  const { framing } = speaker
  speaker.say(header(framing), auth('PLAIN', plain('secret')))
  await clock.until(() => speaker.heard.includes('<success'))
  speaker.say(header(framing))
  await clock.rest()
}

/** A client need not end its side of a connection as soon as the server has ended its own. */
function unhurried(transport: Transport): Transport {
  return new Proxy(transport, {
    get: (target, key): unknown => {
      if (key === 'close') return () => undefined
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
