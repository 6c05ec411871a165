import { Credentials } from '../server/credentials.js'
import {
  createCertificate,
  createCertificateAuthority,
  type CertificateAuthority,
} from '../server/certificate.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import { listenTcp, listenTls, type Listener } from '../transport/listen.js'
import { listenWebSocket } from '../transport/listen-web-socket.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import { HeardQueue } from './heard-queue.js'
import { ScriptedPeer } from './scripted-peer.js'

/** How clients are let in: TCP with STARTTLS, direct TLS, or a secure WebSocket. */
export type Way = 'starttls' | 'tls' | 'websocket'

/** What a client has to be told to come. */
export interface Invitation {
  /** As `ClientOptions.endpoint` takes it. */
  readonly endpoint: string
  readonly host: string
  readonly port: number
  /** Bare. */
  readonly jid: string
  readonly password: string
  /** PEM of the authority that it has to trust. */
  readonly ca: string
}

/** Whose certificate the server shows. */
export type Shown = 'own' | 'otherName' | 'otherAuthority'

/** What all challenges of one run have in common. */
export interface Theatre {
  readonly domain: string
  readonly username: string
  readonly password: string
  readonly way: Way
  readonly port: number
  readonly ca: string
  readonly certificates: Readonly<Record<Shown, TlsServerOptions>>
  readonly credentials: Credentials
  /** How long the client may take to come, and for each step that has to come, in milliseconds. */
  readonly arrivalMs: number
  /** How long it is watched for what it should not do, or need not. */
  readonly patienceMs: number
  /** How long a server that says nothing more is silent, at the longest. */
  readonly silenceMs: number
}

/** Where a server is played, and how long a client may take. */
export interface TheatreOptions {
  /** The domain that is played. Default `localhost`. */
  readonly domain?: string | undefined
  /** Default `starttls`. */
  readonly way?: Way | undefined
  /** On loopback. Default: a free one for each challenge. */
  readonly port?: number | undefined
  /** How long the client may take to come, and for each step that has to come, in milliseconds. Default 15 000. */
  readonly arrivalMs?: number | undefined
  /** How long it is watched for what it should not do, or need not, and may take to answer, in milliseconds. Default 3 000. */
  readonly patienceMs?: number | undefined
  /** How long a server that says nothing more is silent, in milliseconds. Default: as long as `patienceMs`. */
  readonly silenceMs?: number | undefined
}

export const offeredMechanisms: readonly string[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']

/**
 * Makes certificates and an account for one run, in memory alone.
 * @throws RangeError for a domain that is none, and for times that no timer can count
 */
export async function openTheatre({
  domain = 'localhost',
  way = 'starttls',
  port = 0,
  arrivalMs = 15_000,
  patienceMs = 3_000,
  silenceMs = patienceMs,
}: TheatreOptions): Promise<Theatre> {
  const named = tryParseJid(domain)
  if (!(named instanceof Jid) || named.local !== undefined || named.resource !== undefined)
    throw new RangeError(`${JSON.stringify(domain)} is no domain`)
  for (const [name, ms] of Object.entries({ arrivalMs, patienceMs, silenceMs }))
    if (!(ms >= 1 && ms <= longestMs))
      throw new RangeError(`${name} must lie between 1 ms and 24 days, not ${ms}`)
  const [username, password] = ['challenger', `pw-${crypto.randomUUID()}`]
  const [authority, stranger] = [
    await createCertificateAuthority(),
    await createCertificateAuthority({ name: 'stranger' }),
  ]
  const issue = async (name: string, signer: CertificateAuthority): Promise<TlsServerOptions> => {
    const { cert, key } = await createCertificate({
      names: { dns: [name], srv: [`_xmpp-client.${name}`] },
      signer,
    })
    return { role: 'server', cert, key }
  }
  const credentials = new Credentials(domain, offeredMechanisms)
  await credentials.set(username, password)
  return {
    domain,
    way,
    port,
    arrivalMs,
    patienceMs,
    silenceMs,
    username,
    password,
    ca: authority.cert,
    credentials,
    certificates: {
      own: await issue(domain, authority),
      otherName: await issue('somebody-else.invalid', authority),
      otherAuthority: await issue(domain, stranger),
    },
  }
}

/** No timer counts further. */
const longestMs = 2 ** 31 - 1

/** The server's end of a connection that a client has made, and what is heard on it. */
export interface Arrival {
  readonly peer: ScriptedPeer
  readonly heard: HeardQueue
}

/** Where one challenge plays: its own port, and every connection that the client makes to it. */
export class Stage {
  readonly theatre: Theatre
  readonly shown: Shown
  readonly place: Invitation
  readonly #listener: Listener
  readonly #arrivals: Arrival[]
  readonly #arrived: Set<() => void>
  #taken = 0
  #closing: Promise<void> | undefined

  private constructor(
    theatre: Theatre,
    shown: Shown,
    listener: Listener,
    arrivals: Arrival[],
    arrived: Set<() => void>,
  ) {
    const { ca, domain, password, username, way } = theatre
    const { port } = listener
    const scheme = { starttls: 'xmpp://', tls: 'xmpps://', websocket: 'wss://' }[way]
    this.theatre = theatre
    this.shown = shown
    this.#listener = listener
    this.#arrivals = arrivals
    this.#arrived = arrived
    this.place = {
      endpoint: `${scheme}127.0.0.1:${port}${way === 'websocket' ? '/xmpp-websocket' : ''}`,
      host: '127.0.0.1',
      port,
      jid: `${username}@${domain}`,
      password,
      ca,
    }
  }

  static async open(theatre: Theatre, shown: Shown): Promise<Stage> {
    const arrivals: Arrival[] = []
    const arrived = new Set<() => void>()
    const onTransport = (transport: Transport) => {
      const heard = new HeardQueue()
      arrivals.push({ heard, peer: new ScriptedPeer(transport, [heard.reaction]) })
      for (const tell of arrived) tell()
    }
    const { port, way } = theatre
    const tls = theatre.certificates[shown]
    const listener = await (way === 'starttls'
      ? listenTcp({ port, onTransport })
      : way === 'tls'
        ? listenTls({ port, onTransport, tls })
        : listenWebSocket({ port, onTransport, tls }))
    return new Stage(theatre, shown, listener, arrivals, arrived)
  }

  /** Connections so far; those whose TLS came to nothing from the start are not counted. */
  get connections(): number {
    return this.#arrivals.length
  }

  /** Whether anybody has come, be it that TLS came to nothing. */
  get wasTried(): boolean {
    return this.#listener.accepted > 0
  }

  /** The next connection; `undefined`: none in time. */
  async arrival(patienceMs = this.theatre.arrivalMs): Promise<Arrival | undefined> {
    if (this.#arrivals.length <= this.#taken && this.#closing === undefined) {
      await new Promise<void>((resolve) => {
        const tell = () => {
          clearTimeout(timer)
          this.#arrived.delete(tell)
          resolve()
        }
        const timer = setTimeout(tell, patienceMs)
        this.#arrived.add(tell)
      })
    }
    const arrival = this.#arrivals[this.#taken]
    if (arrival !== undefined) this.#taken += 1
    return arrival
  }

  /** Whoever waits for something waits no longer. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const tell of this.#arrived) tell()
    for (const { peer } of this.#arrivals) peer.reset()
    await this.#listener.close()
  }
}
