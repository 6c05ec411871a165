import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { weigh } from '../../src/server/weigh.js'
import { findArchiveResult, toArchiveQuery } from '../../src/stanza/archive.js'
import { toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire } from './wire.js'

const servers: EmbeddedServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

async function serverWith(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    ...options,
  })
  servers.push(server)
  return server
}

const framings = ['bytes', 'frames'] as const
const chat = (to: string, body: string) =>
  xml('message', ns.client, { to, type: 'chat' }, xml('body', ns.client, {}, body))
const hundred = 'x'.repeat(100)

describe.each(framings)('one stanza, in %s', (framing) => {
  it('has no more elements than it may', async () => {
    const server = await serverWith({ limits: { stanzaElements: 20 } })
    const wire = await logIn(server.connect({ framing }), 'alice')
    const withElements = (count: number) =>
      wire.send(
        xml(
          'message',
          ns.client,
          { to: 'bob@localhost' },
          ...Array.from({ length: count - 1 }, () => xml('a', 'urn:a')),
        ),
      )
    withElements(20)
    expect(await wire.heard()).toEqual([])
    withElements(21)
    expect(await wire.streamError()).toBe('policy-violation')
  })

  it('is short before it is known who has sent it', async () => {
    const server = await serverWith()
    const long = chat('bob@localhost', 'x'.repeat(20_000))
    const stranger = new Wire(server.connect({ framing }))
    await stranger.open()
    stranger.send(long)
    expect(await stranger.streamError()).toBe('policy-violation')
    const alice = await logIn(server.connect({ framing }), 'alice')
    alice.send(long)
    expect(await alice.heard()).toEqual([])
  })
})

it('ten thousand elements are too many for a server that nobody configured', async () => {
  const server = await serverWith()
  const wire = await logIn(server.connect(), 'alice')
  wire.write(`<message to='bob@localhost'>${'<a/>'.repeat(10_000)}`)
  expect(await wire.streamError()).toBe('policy-violation')
})

it('who may identify without SASL may be as long as later: no stream begins between', async () => {
  const server = await serverWith({ legacyIdentification: {} })
  const wire = new Wire(server.connect())
  await wire.open()
  const request = (name: string, value: string) => xml(name, 'jabber:iq:auth', {}, value)
  const login = xml(
    'query',
    'jabber:iq:auth',
    {},
    request('username', 'alice'),
    request('password', 'secret'),
    request('resource', 'desk'),
  )
  expect(inShort(await wire.request('set', login))).toBe('iq result')
  wire.send(chat('bob@localhost', 'x'.repeat(20_000)))
  expect(await wire.heard()).toEqual([])
})

describe('what is kept', () => {
  it('weighs what it says, and something for each element', () => {
    expect(weigh(xml('a', 'urn:a'))).toBe(64)
    expect(weigh(xml('a', 'urn:a', { b: '123' }, 'four', xml('c', 'urn:a', {}, '5')))).toBe(2 * 64 + 8)
  })

  it('in an archive is no more than it may be: the oldest go', async () => {
    const server = await serverWith({ limits: { archivedUnits: 800 } })
    const wire = await logIn(server.connect(), 'alice', 'desk')
    const bodies = async () => {
      wire.send(xml('iq', ns.client, { type: 'set', id: 'q' }, toArchiveQuery('q', {}, {})))
      const found: (string | undefined)[] = []
      for (;;) {
        const element = await wire.element()
        if (element.name === 'iq') return found
        const result = findArchiveResult(element.elements())
        found.push(result?.message?.child('body')?.text())
      }
    }
    for (const body of ['one', 'two', 'three']) wire.send(chat('bob@localhost', body + hundred))
    expect(await bodies()).toEqual(['two' + hundred, 'three' + hundred])
    wire.send(chat('bob@localhost', 'x'.repeat(1000)))
    expect(await bodies()).toEqual([])
  })

  it('for who is away is no more than it may be: it comes back', async () => {
    const server = await serverWith({ limits: { offlineUnits: 1200 } })
    const alice = await logIn(server.connect(), 'alice', 'desk')
    for (const body of ['one', 'two', 'three']) alice.send(chat('bob@localhost', body + hundred))
    expect(await alice.heard()).toEqual(['message error service-unavailable from bob@localhost'])
    const bob = await logIn(server.connect(), 'bob')
    bob.send(xml('presence', ns.client))
    expect(await bob.heard()).toHaveLength(3)
  })

  it('for who does not acknowledge is no more than it may be: the session ends', async () => {
    const server = await serverWith({ limits: { unacknowledgedUnits: 1000 } })
    const bob = await logIn(server.connect(), 'bob', 'desk')
    bob.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
    await bob.element('enabled')
    const alice = await logIn(server.connect(), 'alice', 'desk')
    alice.send(chat('bob@localhost/desk', 'one' + hundred))
    let message: XmlElement
    do message = await bob.element()
    while (message.name !== 'message')
    // What was acknowledged weighs nothing any more.
    bob.send(toStreamManagementElement({ kind: 'a', h: 1 }))
    for (const body of ['two', 'three']) alice.send(chat('bob@localhost/desk', body + hundred))
    await alice.heard()
    bob.send(toStreamManagementElement({ kind: 'r' }))
    let kind = ''
    while (kind !== 'a') kind = (await bob.element()).name
    alice.send(chat('bob@localhost/desk', 'four' + hundred))
    expect(await bob.streamError()).toBe('policy-violation')
  })
})
