import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createClient } from '../../src/client.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { SocketTransport } from '../../src/transport/socket-transport.js'
import { startRawServer } from '../cli/raw-server.js'
import { Peer } from '../spec/peer.js'
import { logIn } from '../spec/session.js'
import { type Framing, type Victim, occupy } from './victim.js'

/** A server on loopback whose every byte or frame is the test's. */
export interface HostileServer {
  readonly endpoint: string
  /** Who connects next. */
  next(): Promise<Attacker>
  close(): Promise<void>
}

export interface Attacker {
  readonly peer: Peer
  /** Sends bytes, or one text frame, as they are. */
  send(data: Uint8Array | string): void
}

/** Starts one in clear: over TCP, or over WebSocket. */
export async function startHostileServer(framing: Framing): Promise<HostileServer> {
  const arrived: Attacker[] = []
  const waiting: ((attacker: Attacker) => void)[] = []
  const meet = (attacker: Attacker) => {
    const resolve = waiting.shift()
    if (resolve === undefined) arrived.push(attacker)
    else resolve(attacker)
  }
  const next = () => {
    const attacker = arrived.shift()
    return attacker === undefined
      ? new Promise<Attacker>((resolve) => waiting.push(resolve))
      : Promise.resolve(attacker)
  }
  if (framing === 'frames') {
    const listener = await listenWebSocket({
      onTransport: (transport) => {
        const peer = new Peer(transport)
        meet({ peer, send: (frame) => peer.say(String(frame)) })
      },
    })
    const endpoint = `ws://127.0.0.1:${listener.port}/xmpp-websocket`
    return { endpoint, next, close: () => listener.close() }
  }
  const { endpoint, close } = await startRawServer((socket: Socket) => {
    const peer = new Peer(new SocketTransport(socket, 'tcp://client'))
    meet({ peer, send: (data) => void socket.write(data) })
  })
  return { endpoint, next, close }
}

/** A client that dials the server, and whom it finds there. */
export async function attack(server: HostileServer) {
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: server.endpoint,
    dangerouslyAllowPlaintext: true,
    roster: false,
    presence: false,
    reconnect: 'never',
    timeouts: { closeMs: 1 },
  })
  const outcome: Promise<unknown> = client.connect().catch((error: unknown) => error)
  const attacker = await server.next()
  onTestFinished(async () => {
    attacker.peer.cut()
    await client.close()
  })
  return { client, outcome, ...attacker }
}

/** The same once the client is online and busy. */
export async function attackOnline(
  server: HostileServer,
  framing: Framing,
): Promise<Victim & Omit<Attacker, 'peer'>> {
  const { client, outcome, peer, send } = await attack(server)
  await logIn(peer, { framed: framing === 'frames' })
  await outcome
  return { ...(await occupy({ client, peer })), send }
}
