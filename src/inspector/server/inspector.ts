/// <reference lib="esnext.disposable" preserve="true" />
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, STATUS_CODES, type IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Endpoint } from './endpoint.js'
import { Gate, type Refusal } from './gate.js'
import { answer, toUrl } from './http.js'
import { pageEndpoint } from './page-endpoint.js'
import { readPageFiles } from './page-files.js'
import { sourceEndpoint } from './source-endpoint.js'
import { Sources, type SourcesLimits } from './sources.js'
import { statelyaiReceiverEndpoint, xstateReceiverEndpoint } from './receiver-endpoint.js'
import { statelyaiSourceEndpoint } from './statelyai-source-endpoint.js'

/** Where an inspector is found, and how much it keeps. */
export interface InspectorOptions {
  /** Where on 127.0.0.1; default any free port. */
  readonly port?: number | undefined
  /** What opens the door; default 256 random bits, new each time. */
  readonly token?: string | undefined
  /** What is kept; default 100,000 records and 67,108,864 UTF-16 code units of text of each of 32 sources. */
  readonly limits?: Partial<SourcesLimits> | undefined
  /** The built files of the page; default those of this package. */
  readonly pageFolder?: string | undefined
}

/** 100,000 records and 64 MiB of text of each of 32 sources. */
export const defaultInspectorLimits: SourcesLimits = { records: 100_000, length: 67_108_864, sources: 32 }

/** The server of an inspector. */
export interface OpenInspector extends AsyncDisposable {
  /** The page, token included; apps in other processes and in browsers attach with it, too. */
  readonly url: string
  /** The page without the token, for one visitor within a minute. */
  readonly invite: () => string
  readonly sources: Sources
  /** Lets everybody go, and resolves when nothing is left. */
  readonly close: () => Promise<void>
}

/** Who is expected where. */
const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['/page', pageEndpoint],
  ['/source', sourceEndpoint],
  ['/statelyai/source', statelyaiSourceEndpoint],
  ['/statelyai/receiver', statelyaiReceiverEndpoint],
  ['/xstate/receiver', xstateReceiverEndpoint],
])

const acceptors: ReadonlyMap<Endpoint, WebSocketServer> = new Map(
  [...endpoints.values()].map((endpoint) => [endpoint, acceptorOf(endpoint)]),
)

/** Connections at once, those of browsers for files of the page included. */
const connectionsLimit = 256

/** Starts one; rejects where the port cannot be had. */
export async function openInspector({
  limits,
  pageFolder = findPageFolder(),
  port = 0,
  token = randomBytes(32).toString('base64url'),
}: InspectorOptions = {}): Promise<OpenInspector> {
  if (token.length < shortestToken) throw new RangeError(`a token has at least ${shortestToken} characters`)
  const files = await readPageFiles(pageFolder)
  const sources = new Sources({ ...defaultInspectorLimits, ...limits })
  const server = createServer()
  server.maxConnections = connectionsLimit
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  const gate = new Gate(token, bound)
  const origin = `http://127.0.0.1:${bound}`
  const sockets = new Set<Duplex>()
  server.on('request', (request, response) => answer(request, response, gate, files))
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    const url = toUrl(request)
    const endpoint = endpoints.get(url.pathname)
    const refusal = refusalOf(request, url, gate, endpoint)
    const acceptor = endpoint === undefined ? undefined : acceptors.get(endpoint)
    if (refusal !== undefined || endpoint === undefined || acceptor === undefined) {
      return turnAway(stream, refusal?.status ?? 404)
    }
    sockets.add(stream)
    stream.once('close', () => sockets.delete(stream))
    acceptor.handleUpgrade(request, stream, head, (socket) => {
      // A frame that breaks a rule ends the connection, and that is all there is to say.
      socket.on('error', () => socket.terminate())
      endpoint.accept(socket, sources)
    })
  })
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    await closed
  }
  return {
    url: `${origin}${gate.address}`,
    invite: () => `${origin}/open?invitation=${gate.invite()}`,
    sources,
    close,
    [Symbol.asyncDispose]: close,
  }
}

const shortestToken = 16

/** By the name of the package: whatever module this is part of, the page is built in one place. */
function findPageFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('xmpp-machines/package.json')
  return join(dirname(manifest), 'dist/src/inspector/page')
}

function refusalOf(
  request: IncomingMessage,
  url: URL,
  gate: Gate,
  endpoint: Endpoint | undefined,
): Refusal | undefined {
  return (
    gate.refuseHost(request) ??
    (endpoint === undefined
      ? { status: 404, reason: 'Nobody is here.' }
      : (gate.refuseOrigin(request, endpoint.origins) ?? gate.refuseToken(url)))
  )
}

function acceptorOf({ frameLimitBytes }: Endpoint): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameLimitBytes,
    perMessageDeflate: false,
  })
}

/** Whoever keeps its own half open is waited for no longer than the answer takes. */
function turnAway(stream: Duplex, status: number): void {
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
