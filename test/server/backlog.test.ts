import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { toArchiveQuery } from '../../src/stanza/archive.js'
import { parseStreamManagement, toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { xml, XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { Line } from '../../src/server/line.js'
import { createTransportPair } from '../../src/transport/memory.js'
import { dialTls } from '../../src/transport/tcp.js'
import type { Transport } from '../../src/transport/transport.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { logIn, Wire } from './wire.js'

const servers: EmbeddedServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Less than a tenth of what waits in these tests may wait for a client that does not read. */
const outboundBytes = 20_000
const pad = 'x'.repeat(8_000)
const numbers = Array.from({ length: 30 }, (_, index) => index)

async function serverWith(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const { limits, ...rest } = options
  const server = await createServer({
    listen: {},
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    limits: { outboundBytes, ...limits },
    ...rest,
  })
  servers.push(server)
  return server
}

const chat = (to: string, number: number) =>
  xml('message', ns.client, { to, type: 'chat' }, xml('body', ns.client, {}, `${number} ${pad}`))
const available = xml('presence', ns.client)

/** Puts so many messages before somebody who is away. */
async function store(server: EmbeddedServer, to: string): Promise<Wire> {
  const alice = await logIn(server.connect(), 'alice', 'desk')
  for (const number of numbers) alice.send(chat(to, number))
  expect(await alice.heard()).toEqual([])
  return alice
}

/** The numbers of the messages that have come once the server has taken everything that was sent before. */
async function numbersHeard(wire: Wire): Promise<readonly number[]> {
  return (await wire.heard()).flatMap((words) => {
    const number = /"(\d+) /.exec(words)?.[1]
    return number === undefined ? [] : Number(number)
  })
}

async function enabled(wire: Wire): Promise<string> {
  wire.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
  const said = parseStreamManagement(await wire.element('enabled'))
  if (said?.kind !== 'enabled' || said.id === undefined) throw new Error('it cannot be resumed')
  return said.id
}

async function resumed(server: EmbeddedServer, id: string, h: number): Promise<Wire> {
  const wire = new Wire(server.connect())
  await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username: 'bob' }, await wire.open())
  await wire.open()
  wire.send(toStreamManagementElement({ kind: 'resume', previd: id, h }))
  await wire.element('resumed')
  return wire
}

/** Cut, as a network cuts. */
async function cut(wire: Wire): Promise<void> {
  wire.transport.destroy()
  while ((await wire.take()) !== 'disconnected');
}

const never = new AbortController().signal

async function overTls({ ca, endpoints }: EmbeddedServer): Promise<Transport> {
  const port = Number(new URL(endpoints.directTls ?? '').port)
  const tls = { domain: 'localhost', ...(ca === undefined ? {} : { ca }) }
  return dialTls({ host: '127.0.0.1', port, tls, signal: never })
}

async function overWebSocket({ ca, endpoints }: EmbeddedServer): Promise<Transport> {
  const tls = { domain: 'localhost', ...(ca === undefined ? {} : { ca }) }
  return dialWebSocket({ url: endpoints.secureWebSocket ?? '', tls, signal: never })
}

describe('what waited for a client', () => {
  it.each([
    ['in memory', {}, async (server: EmbeddedServer) => server.connect()],
    ['over TLS', { tls: {} }, overTls],
    ['over a WebSocket', { secureWebSocket: {} }, overWebSocket],
  ])('comes %s as fast as it reads, and what others say meanwhile behind it', async (_, listen, dial) => {
    const server = await serverWith({ listen })
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(await dial(server), 'bob', 'sofa')
    bob.send(available)
    await bob.element('presence')
    alice.send(chat('bob@localhost/sofa', 30))
    expect(await numbersHeard(bob)).toEqual([...numbers, 30])
  })

  it('comes to a session that goes on, as often as its connection is cut', async () => {
    const server = await serverWith()
    const alice = await logIn(server.connect(), 'alice', 'desk')
    const first = await logIn(server.connect(), 'bob', 'sofa')
    const id = await enabled(first)
    await cut(first)
    for (const number of numbers) alice.send(chat('bob@localhost/sofa', number))
    await alice.heard()
    const second = await resumed(server, id, 0)
    await second.element('message')
    await cut(second)
    const third = await resumed(server, id, 1)
    expect(await numbersHeard(third)).toEqual(numbers.slice(1))
  })

  it('is a page of the archive: all of it comes, and then the answer', async () => {
    const server = await serverWith()
    await cut(await store(server, 'bob@localhost'))
    const alice = await logIn(server.connect(), 'alice', 'desk')
    const query = toArchiveQuery('q', {}, {})
    alice.send(xml('iq', ns.client, { type: 'set', id: 'page' }, query))
    alice.send(xml('iq', ns.client, { type: 'set', id: 'same' }, query))
    for (const id of ['page', 'same']) {
      for (const _ of numbers) await alice.element('message')
      expect((await alice.element('iq')).attribute('id')).toBe(id)
    }
  })

  it('waits on where the client ends amid it', async () => {
    const server = await serverWith()
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.transport.pause()
    bob.send(available)
    expect(await alice.heard()).toEqual([])
    await cut(bob)
    expect(await alice.heard()).toEqual([])
    const again = await logIn(server.connect(), 'bob', 'sofa')
    again.send(available)
    const rest = await numbersHeard(again)
    // What the system had taken was on its way, and is lost with it.
    expect(rest.length).toBeGreaterThan(18)
    expect(rest).toEqual(numbers.slice(-rest.length))
  })

  it('waits on where the client has asked to be acknowledged amid it, and is gone', async () => {
    const server = await serverWith()
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.transport.pause()
    bob.write(`<presence/><enable xmlns='${ns.streamManagement}'/>`)
    expect(await alice.heard()).toEqual([])
    await cut(bob)
    const again = await logIn(server.connect(), 'bob', 'sofa')
    again.send(available)
    const rest = await numbersHeard(again)
    expect(rest.length).toBeGreaterThan(18)
    expect(rest).toEqual(numbers.slice(-rest.length))
  })

  it('takes nothing from what the client may say meanwhile', async () => {
    const listen = { secureWebSocket: {} }
    const server = await serverWith({ listen, limits: { outboundBytes, stanzaBytes: 1 << 20 } })
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(await overWebSocket(server), 'bob', 'sofa')
    bob.transport.pause()
    bob.send(available)
    expect(await alice.heard()).toEqual([])
    const body = xml('body', ns.client, {}, 'y'.repeat(300_000))
    bob.send(xml('message', ns.client, { to: 'alice@localhost/desk', type: 'chat' }, body))
    await new Promise((resolve) => setTimeout(resolve, 50))
    bob.transport.resume()
    expect((await alice.element('message')).child('body')?.text()).toHaveLength(300_000)
  })

  it('is nothing behind a line that swallows everything', async () => {
    const { client, server } = createTransportPair({ delivery: 'manual' })
    const line = new Line(server)
    client.start({ data: () => {}, closed: () => {} })
    line.write(pad.repeat(20))
    expect(line.bufferedBytes).toBeGreaterThan(0)
    line.fallSilent()
    expect(line.bufferedBytes).toBe(0)
  })

  it('waits on where the client says goodbye amid it', async () => {
    const server = await serverWith()
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.transport.pause()
    bob.send(available)
    expect(await alice.heard()).toEqual([])
    bob.close()
    bob.transport.resume()
    while ((await bob.take()) !== 'disconnected');
    expect(await alice.heard()).toEqual([])
    const again = await logIn(server.connect(), 'bob', 'bed')
    again.send(available)
    expect((await numbersHeard(again)).at(-1)).toBe(29)
  })

  it('goes to who takes its place, and it hears of that behind what was on its way', async () => {
    const server = await serverWith()
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.transport.pause()
    bob.send(available)
    expect(await alice.heard()).toEqual([])
    const other = await logIn(server.connect(), 'bob', 'sofa')
    other.send(available)
    const rest = await numbersHeard(other)
    bob.transport.resume()
    const before: number[] = []
    for (let item = await bob.take(); ; item = await bob.take()) {
      if (!(item instanceof XmlElement) || item.name === 'error') break
      const body = item.child('body')
      if (body !== undefined) before.push(Number.parseInt(body.text()))
    }
    expect(await bob.take()).toBe('stream closed')
    expect(before.length).toBeGreaterThan(0)
    expect(rest.length).toBeGreaterThan(0)
    expect([...before, ...rest]).toEqual(numbers)
  })

  it('makes no room for others: who does not read what they say is cut, and hears of it later', async () => {
    const server = await serverWith()
    const alice = await store(server, 'bob@localhost')
    const bob = await logIn(server.connect(), 'bob', 'sofa')
    bob.transport.pause()
    bob.send(available)
    expect(await alice.heard()).toEqual([])
    for (const number of [30, 31]) alice.send(chat('bob@localhost', number))
    expect(await bob.take()).toBe('disconnected')
    expect(await alice.heard()).toEqual([])
    const again = await logIn(server.connect(), 'bob', 'sofa')
    again.send(available)
    const rest = await numbersHeard(again)
    expect(rest.length).toBeGreaterThan(18)
    expect(rest).toEqual([...numbers, 30, 31].slice(-rest.length))
  })
})
