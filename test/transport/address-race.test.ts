import { ADDRCONFIG } from 'node:dns'
import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectFirst, type Lookup, type RaceOptions } from '../../src/transport/address-race.js'
import { listenWebSocket } from '../../src/transport/listen-web-socket.js'
import { listenTcp, listenTls, type Listener } from '../../src/transport/listen.js'
import { dialTcp, dialTls } from '../../src/transport/tcp.js'
import type { Transport } from '../../src/transport/transport.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { Accepted, clientTls, authority, never, serverTls } from './pairings.js'
import { rejection } from './peers.js'

/** Answers with addresses, families and all. */
const naming =
  (...addresses: readonly string[]): Lookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

async function listen(): Promise<Listener> {
  const listener = await listenTcp({ onTransport: (transport) => transport.start(deaf) })
  onTestFinished(() => listener.close())
  return listener
}

const deaf = { data: () => {}, end: () => {}, closed: () => {} }

/** A race of which every attempt is the test's: one that is made is told, and waits. */
function raceOf(addresses: readonly string[], port: number, signal = never()) {
  const attempts = new Map<string, Socket>()
  let told = (): void => {}
  const options: RaceOptions = {
    host: 'a.test',
    port,
    signal,
    deed: 'connecting',
    lookup: naming(...addresses),
    connect: ({ host }) => {
      const socket = new Socket()
      attempts.set(host, socket)
      told()
      return socket
    },
  }
  const won = connectFirst(options, (socket) => socket)
  onTestFinished(() => {
    for (const socket of attempts.values()) socket.destroy()
  })
  return {
    won,
    attempts,
    begun: async (host: string): Promise<Socket> => {
      for (;;) {
        const socket = attempts.get(host)
        if (socket !== undefined) return socket
        await new Promise<void>((resolve) => (told = resolve))
      }
    },
  }
}

describe('connectFirst()', () => {
  it('takes an address that answers late, whatever became of the others', async () => {
    const { port } = await listen()
    const { won, begun } = raceOf(['127.0.0.1', '2001:db8::1'], port)
    const slow = await begun('127.0.0.1')
    const unreachable = await begun('2001:db8::1')
    unreachable.destroy(Object.assign(new Error('EHOSTUNREACH'), { code: 'EHOSTUNREACH' }))
    await new Promise((resolve) => unreachable.once('close', resolve))
    slow.connect(port, '127.0.0.1')
    expect(await won).toBe(slow)
    expect(slow.destroyed).toBe(false)
  })

  it('ends the other attempts when one has connected', async () => {
    const { port } = await listen()
    const { won, begun } = raceOf(['127.0.0.1', '127.0.0.2'], port)
    const first = await begun('127.0.0.1')
    const second = await begun('127.0.0.2')
    second.connect(port, '127.0.0.1')
    expect(await won).toBe(second)
    expect(first.destroyed).toBe(true)
  })

  it('goes on at once from an address that refuses, and tries the families by turns', async () => {
    const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '127.0.0.1']
    const { won, begun, attempts } = raceOf(addresses, 1)
    for (const host of ['2001:db8::1', '127.0.0.1', '2001:db8::2', '2001:db8::3']) {
      const socket = await begun(host)
      expect([...attempts.keys()].at(-1)).toBe(host)
      socket.destroy(Object.assign(new Error(`refused ${host}`), { code: 'ECONNREFUSED' }))
    }
    const error = await rejection(won)
    expect(error.code).toBe('transport.refused')
    for (const host of addresses) expect(error.message).toContain(`refused ${host}`)
  })

  it.each([
    ['first', '2001:db8::1', '127.0.0.1'],
    ['last', '127.0.0.1', '2001:db8::1'],
  ])('gives who is never answered, %s, little time once another has refused', async (_when, ...addresses) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { won, begun } = raceOf(addresses, 1)
    const failed = rejection(won)
    for (const host of addresses) {
      const socket = await begun(host)
      if (host === '127.0.0.1') {
        socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
        await new Promise((resolve) => socket.once('close', resolve))
      } else if (host === addresses[0]) vi.advanceTimersByTime(250)
    }
    const silent = await begun('2001:db8::1')
    vi.advanceTimersByTime(4_999)
    expect(silent.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect((await failed).code).toBe('transport.refused')
    expect(silent.destroyed).toBe(true)
  })

  it('asks for no addresses that this machine has no network for', async () => {
    const asked: unknown[] = []
    const lookup: Lookup = async (_host, options) => {
      asked.push(options)
      throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    await rejection(dialTcp({ host: 'a.test', port: 1, signal: never(), lookup }))
    expect(asked).toEqual([{ all: true, hints: ADDRCONFIG }])
  })

  it('ends all attempts when it is given up, and makes no more', async () => {
    const giveUp = new AbortController()
    const { won, begun, attempts } = raceOf(['127.0.0.1', '127.0.0.2', '127.0.0.3'], 1, giveUp.signal)
    await begun('127.0.0.2')
    giveUp.abort()
    expect((await rejection(won)).code).toBe('transport.aborted')
    expect([...attempts.values()].map(({ destroyed }) => destroyed)).toEqual([true, true])
  })

  it('can be given up while the name is looked up, and connects to nothing afterwards', async () => {
    const giveUp = new AbortController()
    let found: (addresses: readonly { address: string; family: number }[]) => void = () => {}
    const looking = new Promise<readonly { address: string; family: number }[]>(
      (resolve) => (found = resolve),
    )
    let connected = 0
    const won = connectFirst(
      {
        host: 'a.test',
        port: 1,
        signal: giveUp.signal,
        deed: 'connecting',
        lookup: () => looking,
        connect: (target) => {
          connected += 1
          return connect(target)
        },
      },
      (socket) => socket,
    )
    giveUp.abort()
    expect((await rejection(won)).code).toBe('transport.aborted')
    found([{ address: '127.0.0.1', family: 4 }])
    await looking
    expect(connected).toBe(0)
  })

  it('says of a name that there is none', async () => {
    const lookup: Lookup = () =>
      Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    const error = await rejection(dialTcp({ host: 'a.test', port: 1, signal: never(), lookup }))
    expect(error.code).toBe('transport.unknown-host')
    expect(error.message).toBe('connecting to tcp://a.test:1 failed: no such name (ENOTFOUND)')
  })

  it('refuses an impossible port', async () => {
    await expect(dialTcp({ host: '127.0.0.1', port: 70_000, signal: never() })).rejects.toThrow(RangeError)
  })
})

/** Leads to ports of this machine, but takes nobody before it is told to: a connect takes a second, as over a network that loses. */
const slowWay = `
  const { createServer, connect } = require('node:net')
  const { parentPort, workerData: { to, locked } } = require('node:worker_threads')
  const fill = new Set()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (fill.has(socket.remotePort)) return socket.destroy()
    const onward = connect(to, '127.0.0.1').on('error', () => {})
    socket.pipe(onward).pipe(socket)
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    const { port } = server.address()
    for (let index = 0; index < 3; index += 1) {
      const full = connect(port, '127.0.0.1', () => fill.add(full.localPort)).on('error', () => {})
    }
    process.nextTick(() => {
      parentPort.postMessage(port)
      Atomics.wait(locked, 0, 0)
    })
  })
`

/** @returns the port of a way to `to` that takes longer than an attempt is alone */
async function makeSlow(to: number): Promise<number> {
  const locked = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(slowWay, { eval: true, workerData: { to, locked } })
  const open = (): void => {
    Atomics.store(locked, 0, 1)
    Atomics.notify(locked, 0)
  }
  onTestFinished(async () => {
    open()
    await worker.terminate()
  })
  const [port] = await once(worker, 'message')
  setTimeout(open, 500)
  return Number(port)
}

const ways = {
  dialTcp: [
    (accepted: Accepted) => listenTcp({ onTransport: accepted.onTransport }),
    (port: number, lookup: Lookup) => dialTcp({ host: 'a.test', port, signal: never(), lookup }),
  ],
  dialTls: [
    (accepted: Accepted) => listenTls({ onTransport: accepted.onTransport, tls: serverTls }),
    (port: number, lookup: Lookup) =>
      dialTls({ host: 'a.test', port, tls: clientTls, signal: never(), lookup }),
  ],
  dialWebSocket: [
    (accepted: Accepted) => listenWebSocket({ onTransport: accepted.onTransport, tls: serverTls }),
    (port: number, lookup: Lookup) =>
      dialWebSocket({
        url: `wss://example.test:${port}/xmpp-websocket`,
        tls: { ca: authority.ca },
        signal: never(),
        lookup,
      }),
  ],
} as const satisfies Record<
  string,
  readonly [(accepted: Accepted) => Promise<Listener>, (port: number, lookup: Lookup) => Promise<Transport>]
>

describe.each(['dialTcp', 'dialTls', 'dialWebSocket'] as const)('%s()', (way) => {
  it('reaches a server that answers slowly where the last of its addresses leads nowhere', async () => {
    const [listenOn, dial] = ways[way]
    const listener = await listenOn(new Accepted())
    onTestFinished(() => listener.close())
    const port = await makeSlow(listener.port)
    const transport = await dial(port, naming('127.0.0.1', '2001:db8::1'))
    transport.destroy()
    expect(transport.address).toContain(`:${port}`)
  })
})
