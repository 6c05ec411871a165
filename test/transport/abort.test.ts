import { once } from 'node:events'
import { createServer } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeAll, afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDialer } from '../../src/transport/dial-node.js'
import type { Dialer } from '../../src/transport/dial.js'
import { listenTcp, listenTls, type Listener } from '../../src/transport/listen.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import type { Transport } from '../../src/transport/transport.js'
import { Accepted, authority, domain, never, serverTls } from './pairings.js'
import { portOf, rejection } from './peers.js'
import { Recorder } from './recorder.js'

const dialer: Dialer = createDialer({ ca: authority.ca })
const onTransport = (transport: Transport): void => transport.start({ data: () => {}, closed: () => {} })

const listeners: Listener[] = []
const endpoints = new Map<string, string>()

beforeAll(async () => {
  const listening = {
    xmpp: await listenTcp({ onTransport }),
    xmpps: await listenTls({ tls: serverTls, onTransport }),
    ws: await listenWebSocket({ onTransport }),
    wss: await listenWebSocket({ tls: serverTls, onTransport }),
  }
  for (const [scheme, listener] of Object.entries(listening)) {
    const path = scheme.startsWith('ws') ? '/xmpp-websocket' : ''
    endpoints.set(scheme, `${scheme}://127.0.0.1:${listener.port}${path}`)
    listeners.push(listener)
  }
})
afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.close()))
})

const sockets = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((resource) => /^(TCPSocketWrap|TLSWrap|GetAddrInfoReqWrap)$/.test(resource)).length

/** Ends as soon as every socket of the process is gone; else the test times out. */
async function allGone(): Promise<void> {
  while (sockets() > 0) await nextTurn()
}

describe.each(['xmpp', 'xmpps', 'ws', 'wss'])('dialling %s', (scheme) => {
  const endpoint = (): string => endpoints.get(scheme) ?? ''

  it('does not begin on an aborted signal', async () => {
    const error = await rejection(dialer.dial(endpoint(), domain, AbortSignal.abort('why')))
    expect(error.code).toBe('transport.aborted')
    expect(error.cause).toBe('why')
    expect(sockets()).toBe(0)
  })

  it('gives up in whatever turn the signal aborts, and leaves no socket', async () => {
    const outcomes: string[] = []
    for (let turns = 0; outcomes.at(-1) !== 'connected' && turns < 1000; turns += 1) {
      const abortion = new AbortController()
      const dialling = dialer.dial(endpoint(), domain, abortion.signal).then(
        (transport) => {
          transport.destroy()
          return 'connected'
        },
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      )
      for (let turn = 0; turn < turns; turn += 1) await nextTurn()
      abortion.abort()
      outcomes.push(await dialling)
      await allGone()
    }
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(['transport.aborted']))
    expect(outcomes.at(-1)).toBe('connected')
  })

  it('takes no notice of the signal once connected', async () => {
    const abortion = new AbortController()
    const client = new Recorder(await dialer.dial(endpoint(), domain, abortion.signal))
    abortion.abort()
    await nextTurn()
    expect(client.closings).toEqual([])
    client.transport.destroy()
    await client.closed
    await allGone()
  })
})

describe('dialling a server that accepts and never speaks', () => {
  it.each(['xmpps', 'ws', 'wss'])('by %s ends when the signal aborts', async (scheme) => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const accepting = once(server, 'connection')
    const abortion = new AbortController()
    const dialling = rejection(
      dialer.dial(`${scheme}://127.0.0.1:${portOf(server)}`, domain, abortion.signal),
    )
    const [peer] = await accepting
    await once(peer, 'data')
    abortion.abort()
    expect((await dialling).code).toBe('transport.aborted')
    await once(peer, 'close')
    await allGone()
  })
})

describe('a listener', () => {
  it('leaves nothing behind when it closes, and may be closed again', async () => {
    const accepted = new Accepted()
    const listener = await listenWebSocket({ tls: serverTls, onTransport: accepted.onTransport })
    const url = `wss://127.0.0.1:${listener.port}/xmpp-websocket`
    const client = new Recorder(await dialer.dial(url, domain, never()))
    const server = new Recorder(await accepted.next())
    await Promise.all([listener.close(), listener.close()])
    await Promise.all([client.closed, server.closed])
    await allGone()
    expect([client.closings.length, server.closings.length]).toEqual([1, 1])
  })

  it('closes connections that are still in their handshake', async () => {
    const listener = await listenTls({ tls: serverTls, onTransport })
    const silent = await dialer.dial(`xmpp://127.0.0.1:${listener.port}`, domain, never())
    const recorder = new Recorder(silent)
    await listener.close()
    await recorder.closed
    await allGone()
    expect(recorder.closings).toHaveLength(1)
  })

  it('never announces a connection whose handshake failed', async () => {
    const accepted = new Accepted()
    const listener = await listenTls({ tls: serverTls, onTransport: accepted.onTransport })
    onTestFinished(() => listener.close())
    const plain = new Recorder(await dialer.dial(`xmpp://127.0.0.1:${listener.port}`, domain, never()))
    plain.transport.write('<stream:stream>'.repeat(10))
    await plain.closed
    expect(accepted.waiting).toBe(0)
  })

  it('says which port it cannot have', async () => {
    const listener = await listenTcp({ onTransport })
    onTestFinished(() => listener.close())
    const error = await rejection(listenTcp({ onTransport, port: listener.port }))
    expect(error.code).toBe('transport.failed')
    expect(error.message).toContain(`listening on 127.0.0.1:${listener.port} failed`)
    expect(error.message).toContain('EADDRINUSE')
  })
})
