import { filter, firstValueFrom, race, timer, map } from 'rxjs'
import type { Client, ClientOptions } from '../index.js'
import { createRecorder, type Recorder } from '../inspector/index.js'
import { StanzaError, TimeoutError, type XmppError } from '../errors.js'
import { XmlStream } from '../router/xml-stream.js'
import type { StreamHeader } from '../router/inbound.js'
import { createStanzaId } from '../router/stanza-ids.js'
import { parseJid, type Jid } from '../stanza/jid.js'
import { parseStanzaError } from '../stanza/stanza-error.js'
import { parseStreamFeatures, type StreamFeatures } from '../stanza/stream-features.js'
import { createDialer } from '../transport/dial-node.js'
import type { Transport } from '../transport/transport.js'
import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** Somebody to log in as. */
export interface Account {
  /** Bare. */
  readonly jid: string
  readonly password: string
}

/** The server that is visited, and with which accounts. */
export interface VisitOptions {
  /** `xmpp://host:port`, `xmpps://…` or `wss://…`. */
  readonly endpoint: string
  /** Whom the trials log in as. */
  readonly account: Account
  /** Somebody else, for what takes two. */
  readonly other?: Account | undefined
  /** PEM authority to trust instead of the system's. */
  readonly ca?: string | undefined
  /** Go on without encryption. Default false. */
  readonly allowPlaintext?: boolean | undefined
  /** How long an answer may take, in milliseconds. Default 5 000. */
  readonly patienceMs?: number | undefined
  /** Makes the clients that visit: `createClient` of the package. */
  readonly createClient: (options: ClientOptions) => Client
}

/** A stream before anybody has logged in. */
export interface OpenStream {
  readonly stream: XmlStream
  readonly header: StreamHeader
  readonly features: StreamFeatures
}

/** What one trial does at the server; everything that it opened is closed by `leave`. */
export class Visit {
  readonly options: VisitOptions
  readonly domain: string
  readonly patienceMs: number
  /** Of every client, in order. */
  readonly recorders: Recorder[] = []
  readonly #dialer: ReturnType<typeof createDialer>
  readonly #clients: Client[] = []
  readonly #streams: XmlStream[] = []

  constructor(options: VisitOptions) {
    this.options = options
    this.domain = parseJid(options.account.jid).domain
    this.patienceMs = options.patienceMs ?? 5_000
    this.#dialer = createDialer(options.ca === undefined ? {} : { ca: options.ca })
  }

  get signal(): AbortSignal {
    return AbortSignal.timeout(this.patienceMs)
  }

  dial(): Promise<Transport> {
    return this.#dialer.dial(this.options.endpoint, this.domain, this.signal)
  }

  /** A connection on which nothing was said yet. */
  async connect(): Promise<XmlStream> {
    const stream = new XmlStream(await this.dial())
    this.#streams.push(stream)
    return stream
  }

  /** The first stream, encrypted only where the endpoint is. */
  async open(header: StreamHeader = {}): Promise<OpenStream> {
    return this.reopen(await this.connect(), header)
  }

  async reopen(stream: XmlStream, header: StreamHeader = {}): Promise<OpenStream> {
    const answer = await stream.open({ to: this.domain, version: '1.0', lang: 'en', ...header }, this.signal)
    const features = parseStreamFeatures(await stream.next(this.signal))
    return { stream, header: answer, features }
  }

  /** A stream as a client would log in on it: encrypted, where that can be had. */
  async openSecure(): Promise<OpenStream> {
    const plain = await this.open()
    const { stream } = plain
    if (stream.transport.tls !== null || plain.features.starttls === undefined) return plain
    stream.send(xml('starttls', ns.tls))
    const answer = await stream.next(this.signal)
    if (!answer.is('proceed', ns.tls)) throw new TypeError('STARTTLS was refused')
    await stream.secure(this.#dialer.tlsOptions(this.domain), this.signal)
    return this.reopen(stream)
  }

  /** A client of the account, or of the one that is given, that is not connected. */
  client(options: Partial<ClientOptions> = {}, account: Account = this.options.account): Visitor {
    const recorder = createRecorder({ name: account.jid })
    this.recorders.push(recorder)
    let transport: Transport | undefined
    const { patienceMs } = this
    const client = this.options.createClient({
      jid: `${account.jid}/check-${createStanzaId()}`,
      password: account.password,
      endpoint: async () => {
        transport = await this.dial()
        return transport
      },
      tls: { ca: this.options.ca },
      dangerouslyAllowPlaintext: this.options.allowPlaintext === true,
      reconnect: 'never',
      roster: false,
      presence: false,
      // Bytes that are written beside the client are in no count of its own.
      streamManagement: false,
      timeouts: { closeMs: patienceMs, saslMs: patienceMs, bindMs: patienceMs, featuresMs: patienceMs },
      ...recorder.taps,
      ...options,
    })
    this.#clients.push(client)
    return new Visitor(client, patienceMs, (text) => transport?.write(text))
  }

  /** The same, online. */
  async online(options: Partial<ClientOptions> = {}, account?: Account): Promise<Visitor> {
    const visitor = this.client(options, account)
    await visitor.client.connect({ signal: AbortSignal.timeout(4 * this.patienceMs) })
    return visitor
  }

  async leave(): Promise<void> {
    for (const stream of this.#streams) stream.leave()
    await Promise.all(this.#clients.map((client) => client.close()))
  }
}

/** What the server makes of a request; `undefined`: nothing within the time, though each one must be answered (RFC 6120 §8.2.3). */
export type Answer = XmlElement | 'empty' | StanzaError | undefined

/** A client that is asked what the server does. */
export class Visitor {
  readonly client: Client
  /** Every stanza that has come. */
  readonly stanzas: XmlElement[] = []
  /** Writes as it is, whatever it is. */
  readonly write: (text: string) => void
  readonly #patienceMs: number

  constructor(client: Client, patienceMs: number, write: (text: string) => void) {
    this.client = client
    this.write = write
    this.#patienceMs = patienceMs
    client.stanza$.subscribe((stanza) => this.stanzas.push(stanza))
  }

  /** Full, as the server has bound it. */
  get jid(): Jid {
    const { state } = this.client
    return state.status === 'online' ? parseJid(state.jid) : this.client.jid
  }

  say(element: XmlElement): void {
    this.client.use(({ bus }) => bus.send(element))
  }

  /** The first stanza that fits, also of those that have come; `undefined`: none in time. */
  find(fits: (stanza: XmlElement) => boolean): Promise<XmlElement | undefined> {
    const known = this.stanzas.find(fits)
    if (known !== undefined) return Promise.resolve(known)
    const late = timer(this.#patienceMs).pipe(map(() => undefined))
    return firstValueFrom(race(this.client.stanza$.pipe(filter(fits)), late), { defaultValue: undefined })
  }

  /** Asks, and gives the answer, or the error that it was. */
  async ask(type: 'get' | 'set', payload: XmlElement, to?: string): Promise<Answer> {
    try {
      return await this.demand(type, payload, to)
    } catch (error) {
      if (error instanceof TimeoutError) return undefined
      throw error
    }
  }

  /** The same for what a trial needs and is not about; rejects with TimeoutError where no answer comes. */
  async demand(type: 'get' | 'set', payload: XmlElement, to?: string): Promise<Exclude<Answer, undefined>> {
    try {
      const { payload: answer } = await this.client.request(
        { type, payload, to },
        { timeoutMs: this.#patienceMs },
      )
      return answer ?? 'empty'
    } catch (error) {
      if (error instanceof StanzaError) return error
      throw error
    }
  }

  /** Sends a stanza that has to come back, and gives the error that it came back with; `undefined`: it did not in time. */
  async bounce(element: XmlElement): Promise<StanzaError | undefined> {
    this.say(element)
    const answer = await this.find(isReturn(element))
    return answer && parseStanzaError(answer)
  }

  /** The same for one that may be dropped: where it comes back, it mostly does before the server has dealt with all else. */
  async mayBounce(element: XmlElement): Promise<StanzaError | undefined> {
    this.say(element)
    await this.settle()
    return this.returnOf(element)
  }

  /** The error that a stanza has come back with by now. */
  returnOf(element: XmlElement): StanzaError | undefined {
    const answer = this.stanzas.find(isReturn(element))
    return answer && parseStanzaError(answer)
  }

  /** Waits until the server has dealt with all that was said: stanzas are handled in order. */
  async settle(): Promise<void> {
    await this.demand('get', xml('ping', ns.ping), this.client.jid.domain)
  }

  /** How the server has ended the session; `undefined`: it goes on. */
  async end(): Promise<XmppError | undefined> {
    const ended = this.client.state$.pipe(
      filter((state) => state.status === 'halted'),
      map(({ error }) => error),
    )
    return firstValueFrom(race(ended, timer(this.#patienceMs).pipe(map(() => undefined))))
  }
}

const isReturn = (sent: XmlElement) => (stanza: XmlElement) =>
  stanza.attribute('id') === sent.attribute('id') && stanza.attribute('type') === 'error'
