import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { discoveredEndpointLimit } from '../../src/transport/dial.js'
import { createDialer } from '../../src/transport/dial-node.js'
import { discoverEndpoints, type SrvResolver } from '../../src/transport/discovery.js'
import { formatEndpoint } from '../../src/transport/endpoint.js'
import { orderSrvRecords, type SrvRecord } from '../../src/transport/srv-order.js'
import { never } from './pairings.js'
import { rejection } from './peers.js'

type Zone = Readonly<Record<string, readonly SrvRecord[]>>

const record = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
})

function resolverOf(zone: Zone): SrvResolver & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolveSrv: async (name) => {
      asked.push(name)
      const records = zone[name]
      if (records === undefined) throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
      return records
    },
  }
}

async function discover(zone: Zone, domain = 'example.test'): Promise<readonly string[]> {
  const options = { domain, signal: never(), resolver: resolverOf(zone), random: () => 0 }
  return (await discoverEndpoints(options)).map(formatEndpoint)
}

const starttls = '_xmpp-client._tcp.example.test'
const direct = '_xmpps-client._tcp.example.test'

describe('discoverEndpoints()', () => {
  it('merges both services by priority', async () => {
    expect(
      await discover({
        [starttls]: [record('c.test', 5222, 30), record('a.test', 5222, 10)],
        [direct]: [record('b.test', 443, 20), record('d.test', 5223, 40)],
      }),
    ).toEqual(['xmpp://a.test:5222', 'xmpps://b.test:443', 'xmpp://c.test:5222', 'xmpps://d.test:5223'])
  })

  it('goes to the domain, port 5222, where there are no records', async () => {
    expect(await discover({})).toEqual(['xmpp://example.test:5222'])
    expect(await discover({ [starttls]: [], [direct]: [] })).toEqual(['xmpp://example.test:5222'])
  })

  it('leaves out a service that the domain says it does not offer', async () => {
    expect(await discover({ [starttls]: [record('a.test', 5222)], [direct]: [record('', 0)] })).toEqual([
      'xmpp://a.test:5222',
    ])
  })

  it.each(['', '.'])('goes nowhere when the only records say that nothing is offered (%j)', async (root) => {
    const zone = { [starttls]: [record(root, 0)] }
    const error = await rejection(
      discoverEndpoints({ domain: 'example.test', signal: never(), resolver: resolverOf(zone) }),
    )
    expect(error.code).toBe('transport.unknown-host')
    expect(error.message).toContain('no XMPP service')
  })

  it.each([
    ['port 0', record('a.test', 0)],
    ['a space in the host', record('a b', 5222)],
    ['NUL in the host', record('a\0', 5222)],
    ['a path for a host', record('a.test/b', 5222)],
    ['a person for a host', record('alice@a.test', 5222)],
    ['an address that is none', record('256.1.1.1', 5222)],
  ])('passes over a record with %s, which leads nowhere', async (_what, useless) => {
    expect(await discover({ [starttls]: [useless, record('b.test', 5222)] })).toEqual(['xmpp://b.test:5222'])
    const zone = { [starttls]: [useless] }
    const error = await rejection(
      discoverEndpoints({ domain: 'example.test', signal: never(), resolver: resolverOf(zone) }),
    )
    expect(error.code).toBe('transport.unknown-host')
  })

  it('takes no more endpoints than somebody would wait for', async () => {
    const records = Array.from({ length: 1_000 }, (_, index) => record(`host-${index}.test`, 5222, index))
    const endpoints = await discover({ [starttls]: records })
    expect(endpoints).toHaveLength(discoveredEndpointLimit)
    expect(endpoints[0]).toBe('xmpp://host-0.test:5222')
  })

  it('asks for the A-labels of the domain', async () => {
    const resolver = resolverOf({})
    expect(await discoverEndpoints({ domain: 'bücher.test.', signal: never(), resolver })).toEqual([
      { kind: 'starttls', host: 'xn--bcher-kva.test', port: 5222 },
    ])
    expect(resolver.asked).toEqual([
      '_xmpp-client._tcp.xn--bcher-kva.test',
      '_xmpps-client._tcp.xn--bcher-kva.test',
    ])
  })

  it.each([
    ['127.0.0.1', 'xmpp://127.0.0.1:5222'],
    ['[::1]', 'xmpp://[::1]:5222'],
  ])('asks nothing about %s', async (domain, endpoint) => {
    const resolver = resolverOf({})
    const found = await discoverEndpoints({ domain, signal: never(), resolver })
    expect(found.map(formatEndpoint)).toEqual([endpoint])
    expect(resolver.asked).toEqual([])
  })

  it('refuses what is no domain', async () => {
    await expect(discover({}, 'not a domain')).rejects.toThrow(RangeError)
  })

  it('gives up when the signal aborts, and cancels its questions', async () => {
    let cancelled = 0
    const resolver: SrvResolver = {
      resolveSrv: () => new Promise(() => {}),
      cancel: () => void (cancelled += 1),
    }
    const abortion = new AbortController()
    const discovering = rejection(
      discoverEndpoints({ domain: 'example.test', signal: abortion.signal, resolver }),
    )
    abortion.abort()
    expect((await discovering).code).toBe('transport.aborted')
    expect(cancelled).toBe(1)
    const early = discoverEndpoints({ domain: 'example.test', signal: AbortSignal.abort(), resolver })
    expect((await rejection(early)).code).toBe('transport.aborted')
  })

  it('goes on without the answers that do not come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const ask = (answered: Zone) => {
      let cancel = () => {}
      const silence = new Promise<never>((_, reject) => {
        cancel = () => reject(new Error('ECANCELLED'))
      })
      const resolver: SrvResolver = {
        resolveSrv: async (name) => answered[name] ?? silence,
        cancel: () => cancel(),
      }
      return discoverEndpoints({ domain: 'example.test', signal: never(), resolver })
    }
    const found = [ask({}), ask({ [starttls]: [record('a.test', 5222)] })]
    await vi.advanceTimersByTimeAsync(defaultTimeouts.discoveryMs - 1)
    expect((await Promise.all(found)).map((endpoints) => endpoints.map(formatEndpoint))).toEqual([
      ['xmpp://example.test:5222'],
      ['xmpp://a.test:5222'],
    ])
  })

  it('reads the records of a real name server', async () => {
    const resolver = new Resolver()
    resolver.setServers([`127.0.0.1:${await nameServer()}`])
    const dialer = createDialer({ resolver })
    expect(await dialer.discover('example.test', never())).toEqual(['xmpp://srv.example.test:5299'])
    expect(await dialer.discover('other.test', never())).toEqual(['xmpp://other.test:5222'])
  })
})

describe('orderSrvRecords()', () => {
  const names = (records: readonly SrvRecord[], random: () => number): string =>
    orderSrvRecords(records, random)
      .map(({ name }) => name)
      .join('')

  it('puts the lowest priority first, whatever the weights', () => {
    const records = [record('b', 1, 2, 65535), record('a', 1, 1, 0), record('c', 1, 65535, 1)]
    for (const chance of [0, 0.5, 0.999]) expect(names(records, () => chance)).toBe('abc')
  })

  it('draws by weight: the running sum that first reaches the number wins', () => {
    const records = [record('a', 1, 0, 10), record('b', 1, 0, 30), record('z', 1, 0, 0)]
    expect(names(records, () => 0)).toBe('zab')
    // 41 numbers: 0 is z, 1 to 10 a, 11 to 40 b.
    expect(names(records, () => 1 / 41)).toBe('azb')
    expect(names(records, () => 10 / 41)).toMatch(/^a/)
    expect(names(records, () => 11 / 41)).toMatch(/^b/)
    expect(names(records, () => 0.999)).toBe('baz')
  })

  it('loses none and adds none', () => {
    const records = Array.from({ length: 50 }, (_, index) => record(`${index};`, 1, index % 3, index % 7))
    expect(names(records, Math.random).split(';').sort()).toEqual(
      names(records, () => 0)
        .split(';')
        .sort(),
    )
  })

  it('gives each its share of first places', () => {
    const records = [record('a', 1, 0, 1), record('b', 1, 0, 3)]
    let firstOfB = 0
    for (let step = 0; step < 100; step += 1) {
      if (names(records, () => step / 100).startsWith('b')) firstOfB += 1
    }
    // b owns 3 of the 5 numbers from 0 to 4.
    expect(firstOfB).toBe(60)
  })
})

/** Says that example.test has STARTTLS at srv.example.test:5299 and no direct TLS; knows nothing else. */
async function nameServer(): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5)
    const asked = question.toString('latin1')
    const target = asked.startsWith('\x0c_xmpp-client\x04_tcp\x07example')
      ? Buffer.from('\x03srv\x07example\x04test\0', 'latin1')
      : asked.startsWith('\x0d_xmpps-client\x04_tcp\x07example')
        ? Buffer.of(0)
        : undefined
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(target === undefined ? 0x8183 : 0x8180, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(target === undefined ? 0 : 1, 6)
    header.fill(0, 8)
    const answers: Buffer[] = []
    if (target !== undefined) {
      const fixed = Buffer.from('c00c002100010000003c00000001000214b3', 'hex')
      fixed.writeUInt16BE(target.length + 6, 10)
      answers.push(fixed, target)
    }
    socket.send(Buffer.concat([header, question, ...answers]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return socket.address().port
}
