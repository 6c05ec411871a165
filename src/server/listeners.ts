import { listenWebSocket } from '../transport/listen-web-socket.js'
import { listenTcp, listenTls, type Listener } from '../transport/listen.js'
import type { TlsServerOptions, Transport } from '../transport/transport.js'
import type { ResolvedServerOptions } from './server-options.js'

/** Where clients connect; only what is listened on is there. */
export interface ServerEndpoints {
  /** `xmpp://127.0.0.1:…` */
  readonly starttls?: string
  /** `xmpps://127.0.0.1:…` */
  readonly directTls?: string
  /** `ws://127.0.0.1:…/xmpp-websocket` */
  readonly webSocket?: string
  /** `wss://127.0.0.1:…/xmpp-websocket` */
  readonly secureWebSocket?: string
}

export interface Listeners {
  readonly endpoints: ServerEndpoints
  close(): Promise<void>
}

/** Listens where the options say; if one port cannot be had, none is kept. */
export async function openListeners(
  { listen, host, limits }: ResolvedServerOptions,
  tls: TlsServerOptions | undefined,
  onTransport: (transport: Transport) => void,
): Promise<Listeners> {
  const listeners: Listener[] = []
  const close = async () => {
    await Promise.all(listeners.map((listener) => listener.close()))
  }
  const at = async (opening: Promise<Listener>, scheme: string, path = ''): Promise<string> => {
    const listener = await opening
    listeners.push(listener)
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${listener.port}${path}`
  }
  const common = { host, onTransport }
  // Who sends a stanza that is too long shall be told so, which who reads it can: a frame over this is not read at all.
  const frames = { ...common, frameLimitBytes: 2 * limits.stanzaBytes }
  try {
    const endpoints: ServerEndpoints = {
      ...(listen.tcp && { starttls: await at(listenTcp({ ...common, ...listen.tcp }), 'xmpp') }),
      ...(listen.tls &&
        tls && { directTls: await at(listenTls({ ...common, ...listen.tls, tls }), 'xmpps') }),
      ...(listen.webSocket && {
        webSocket: await at(listenWebSocket({ ...frames, ...listen.webSocket }), 'ws', path),
      }),
      ...(listen.secureWebSocket &&
        tls && {
          secureWebSocket: await at(
            listenWebSocket({ ...frames, ...listen.secureWebSocket, tls }),
            'wss',
            path,
          ),
        }),
    }
    return { endpoints, close }
  } catch (error) {
    await close()
    throw error
  }
}

const path = '/xmpp-websocket'
