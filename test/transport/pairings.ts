import { listenTcp, listenTls, type Listener, type TcpListenOptions } from '../../src/transport/listen.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { dialTcp, dialTls } from '../../src/transport/tcp.js'
import type { Transport, TlsServerOptions } from '../../src/transport/transport.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { createAuthority } from './certificates.js'

export interface Ends {
  readonly client: Transport
  readonly server: Transport
}

/** A way to get connected transports; `close` ends all of them. */
export interface Pairing {
  open(): Promise<Ends>
  close(): Promise<void>
}

export const domain = 'example.test'
export const authority = createAuthority()
export const good = authority.issue({ names: { dns: [domain], addresses: ['127.0.0.1'] } })
export const serverTls: TlsServerOptions = { role: 'server', cert: good.cert, key: good.key }
export const clientTls = { domain, ca: authority.ca } as const

/** A signal for what nobody gives up. */
export const never = (): AbortSignal => new AbortController().signal

/** Accepted transports, in order, to be awaited. */
export class Accepted {
  readonly #ready: Transport[] = []
  readonly #waiting: ((transport: Transport) => void)[] = []

  readonly onTransport = (transport: Transport): void => {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#ready.push(transport)
    else waiting(transport)
  }

  next(): Promise<Transport> {
    const ready = this.#ready.shift()
    return ready === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(ready)
  }

  get waiting(): number {
    return this.#ready.length
  }
}

type Listen = (options: TcpListenOptions) => Promise<Listener>
type Dial = (port: number) => Promise<Transport>

function over(listen: Listen, dial: Dial): () => Promise<Pairing> {
  return async () => {
    const accepted = new Accepted()
    const listener = await listen({ onTransport: accepted.onTransport })
    return {
      open: async () => {
        const [client, server] = await Promise.all([dial(listener.port), accepted.next()])
        return { client, server }
      },
      close: () => listener.close(),
    }
  }
}

async function secured({ client, server }: Ends): Promise<Ends> {
  await Promise.all([client.startTls(clientTls, never()), server.startTls(serverTls, never())])
  return { client, server }
}

const host = '127.0.0.1'

const tcp = over(listenTcp, (port) => dialTcp({ host, port, signal: never() }))

const startTls = async (): Promise<Pairing> => {
  const plain = await tcp()
  return { open: async () => secured(await plain.open()), close: () => plain.close() }
}

const tls = over(
  (options) => listenTls({ ...options, tls: serverTls }),
  (port) => dialTls({ host, port, tls: clientTls, signal: never() }),
)

const webSocket = over(listenWebSocket, (port) =>
  dialWebSocket({ url: `ws://127.0.0.1:${port}/xmpp-websocket`, signal: never() }),
)

const secureWebSocket = over(
  (options) => listenWebSocket({ ...options, tls: serverTls }),
  (port) =>
    dialWebSocket({
      url: `wss://127.0.0.1:${port}/xmpp-websocket`,
      signal: never(),
      tls: { ca: authority.ca },
    }),
)

function inMemory(framing: Transport['framing'], upgrade: boolean): () => Promise<Pairing> {
  return async () => {
    const opened: Transport[] = []
    return {
      open: async () => {
        const pair = createTransportPair({ framing })
        opened.push(pair.client, pair.server)
        return upgrade ? secured(pair) : pair
      },
      close: async () => {
        for (const end of opened) end.destroy()
      },
    }
  }
}

/** Every way in which two ends may be connected. */
export const pairings: ReadonlyMap<string, () => Promise<Pairing>> = new Map([
  ['tcp', tcp],
  ['tcp + STARTTLS', startTls],
  ['tls', tls],
  ['ws', webSocket],
  ['wss', secureWebSocket],
  ['memory bytes', inMemory('bytes', false)],
  ['memory bytes + STARTTLS', inMemory('bytes', true)],
  ['memory frames', inMemory('frames', false)],
])
