import { onTestFinished } from 'vitest'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { listenTcp, listenTls, type Listener } from '../../src/transport/listen.js'
import type { Transport } from '../../src/transport/transport.js'
import { features, login, openingTag, ScriptedServer, type Exchange } from '../support/scripted-server.js'

/** Of whatever has issued them. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
export const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

/** A server on loopback, and who has connected to it, first to last. */
export interface SecureServer {
  readonly endpoint: string
  readonly port: number
  readonly servers: readonly ScriptedServer[]
  /** All that was heard, on all connections. */
  heard(): string
}

type Listen = (onTransport: (transport: Transport) => void) => Promise<Listener>

async function serve(scheme: string, listen: Listen, script: Script): Promise<SecureServer> {
  const servers: ScriptedServer[] = []
  const listener = await listen((transport) => {
    servers.push(new ScriptedServer(transport, typeof script === 'function' ? script(transport) : script))
  })
  onTestFinished(() => listener.close())
  const { port } = listener
  const heard = () => servers.map((server) => server.heard).join('')
  return { endpoint: `${scheme}://127.0.0.1:${port}`, port, servers, heard }
}

type Script = readonly Exchange[] | ((transport: Transport) => readonly Exchange[])

/** TLS from the first byte; by default it logs everybody in. */
export const serveDirectTls = ({ cert, key }: KeyPair, script: Script = login) =>
  serve('xmpps', (onTransport) => listenTls({ tls: { role: 'server', cert, key }, onTransport }), script)

/** A WebSocket inside TLS. */
export const serveWebSocket = ({ cert, key }: KeyPair, script: Script) =>
  serve('wss', (onTransport) => listenWebSocket({ tls: { role: 'server', cert, key }, onTransport }), script)

/** In clear, whatever the script says. */
export const serveInClear = (script: Script) =>
  serve('xmpp', (onTransport) => listenTcp({ onTransport }), script)

/** STARTTLS; by default it logs everybody in. `offer` is what is announced in clear. */
export const serveStartTls = (
  certificate: KeyPair,
  script: readonly Exchange[] = login,
  offer = features(starttls),
) =>
  serveInClear((transport) => [
    { hears: /<stream:stream[^>]*>/, says: openingTag + offer },
    {
      hears: /<starttls[^>]*>/,
      says: () => {
        const tls = { role: 'server', cert: certificate.cert, key: certificate.key } as const
        queueMicrotask(
          () => void transport.startTls(tls, new AbortController().signal).catch(() => undefined),
        )
        return proceed
      },
    },
    ...script,
  ])
