import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient, contacts, ns, xml, type Client } from '../src/index.js'
import type { ClientOptions } from '../src/client-options.js'
import { createServer, type EmbeddedServer } from '../src/server/index.js'
import { leaveNothingBehind } from './abuse/remains.js'

leaveNothingBehind('passing')

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const password = 'secret'
const server: EmbeddedServer = await createServer({
  domain: 'example.test',
  accounts: [{ username: 'alice', password }],
})
afterAll(() => server.close())

const places: Readonly<Record<string, () => Partial<ClientOptions>>> = {
  memory: () => ({ endpoint: () => server.connect() }),
  'direct TLS': () => ({ endpoint: server.endpoints.directTls ?? '', tls: { ca: server.ca ?? '' } }),
  'secure WebSocket': () => ({
    endpoint: server.endpoints.secureWebSocket ?? '',
    tls: { ca: server.ca ?? '' },
  }),
}

const make = (place: string, options: Partial<ClientOptions> = {}): Client =>
  createClient({ jid: 'alice@example.test', password, ...places[place]?.(), ...options })

/** Garbage is collected between turns, since what a turn holds it does not give up. */
async function collect(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (typeof collectGarbage === 'function') collectGarbage()
  }
}

/** What an app may have done with a client before it lets it go. */
const lives: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  'was never connected': async () => {},
  'was used and disconnected': async (client) => {
    await client.connect()
    await client.request({ type: 'get', payload: xml('ping', ns.ping) })
    await client.disconnect()
  },
  'was closed': async (client) => {
    await client.connect()
    await client.close()
  },
  'has failed': async (client) => {
    server.removeAccount('alice')
    await client.connect().catch(() => undefined)
    await server.addAccount({ username: 'alice', password })
  },
}

describe.each(Object.keys(places))('over %s', (place) => {
  it.each(Object.keys(lives))('a client that %s is collected once nobody holds it', async (life) => {
    const abandon = async () => {
      const client = make(place)
      const people = client.use(contacts)
      client.state$.subscribe(() => {})
      people.roster$.subscribe(() => {})
      await lives[life]?.(client)
      return [new WeakRef(client), new WeakRef(people), new WeakRef(client.actor)]
    }
    const refs = await abandon()
    let held = refs.length
    for (let round = 0; round < 50 && held > 0; round += 1) {
      await collect()
      held = refs.filter((ref) => ref.deref() !== undefined).length
    }
    expect(held).toBe(0)
  })

  it('the signals an app gives are let go of with the call they were given to', async () => {
    const { signal } = new AbortController()
    const client = make(place)
    await client.connect({ signal })
    const answered = client.request({ type: 'get', payload: xml('ping', ns.ping) }, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await answered
    const abandoned = client.request(
      { type: 'get', to: 'bob@example.test/x', payload: xml('ping', ns.ping) },
      { signal },
    )
    await abandoned.catch(() => undefined)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await client.close()
  })
})

/** What one collection frees may be all that held something else. */
async function collectAll(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await collect()
}

/**
 * How much the heap grows a time, in bytes, where it grows least: code that compiles and caches that fill up show in some of
 * the rounds, what is kept for each time in all of them.
 */
async function growthOf(deed: () => Promise<void>): Promise<number> {
  // What the tests before have left goes first: code that has not run for some collections is given up by them.
  await collectAll()
  const growths: number[] = []
  let before = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6; round += 1) {
    for (let time = 0; time < timesARound; time += 1) await deed()
    await collectAll()
    const after = process.memoryUsage().heapUsed
    growths.push((after - before) / timesARound)
    before = after
  }
  return Math.min(...growths.slice(1))
}

const timesARound = 200
const noticeableBytes = 256

describe('the heap', () => {
  it('is where it was after 1,200 sessions of one client', { timeout: 300_000 }, async () => {
    await using client = make('memory')
    const growth = await growthOf(async () => {
      await client.connect()
      await client.disconnect()
    })
    expect(growth).toBeLessThan(noticeableBytes)
  })

  it('is where it was after 1,200 clients', { timeout: 300_000 }, async () => {
    const growth = await growthOf(async () => {
      await using client = make('memory')
      client.use(contacts)
      await client.connect()
    })
    expect(growth).toBeLessThan(noticeableBytes)
  })

  it('would show what is kept for each time', async () => {
    const kept: unknown[] = []
    const growth = await growthOf(async () => void kept.push(Array.from({ length: 100 }, () => kept.length)))
    expect(growth).toBeGreaterThan(noticeableBytes)
  })
})
