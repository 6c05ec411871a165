import { beforeEach, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { toCarbonsElement } from '../../src/stanza/carbons.js'
import { toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { xml, type XmlElement } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { logIn, type Wire } from './wire.js'

let server: EmbeddedServer
beforeEach(async () => {
  server = await createServer({
    listen: {},
    mechanisms: ['SCRAM-SHA-256'],
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
  })
  return () => server.close()
})

/** A device of bob that outlives its connection, and has copies of what others hear. */
async function device(resource: string, priority = 0): Promise<Wire> {
  const wire = await logIn(server.connect(), 'bob', resource)
  await wire.request('set', toCarbonsElement('enable'))
  wire.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
  await wire.element('enabled')
  wire.send(xml('presence', ns.client, {}, xml('priority', ns.client, {}, String(priority))))
  return wire
}

async function cut(wire: Wire): Promise<void> {
  wire.transport.destroy()
  while ((await wire.take()) !== 'disconnected');
}

/** Somebody takes the place of a device that waits to be resumed, and goes. */
async function end(resource: string): Promise<void> {
  const wire = await logIn(server.connect(), 'bob', resource)
  wire.close()
  await wire.take()
}

async function say(...payloads: readonly XmlElement[]): Promise<void> {
  const alice = await logIn(server.connect(), 'alice')
  alice.send(xml('message', ns.client, { to: 'bob@localhost/main', type: 'chat' }, ...payloads))
  await alice.heard()
}

async function messagesLater(): Promise<readonly XmlElement[]> {
  const wire = await logIn(server.connect(), 'bob', 'later')
  wire.send(xml('presence', ns.client))
  const messages: XmlElement[] = []
  const id = crypto.randomUUID()
  wire.send(xml('iq', ns.client, { type: 'get', id, to: 'localhost' }, xml('ping', ns.ping)))
  for (;;) {
    const element = await wire.element()
    if (element.attribute('id') === id) return messages
    if (element.name === 'message') messages.push(element)
  }
}

const body = xml('body', ns.client, {}, 'hello')

describe('a message that one device had, and others a copy of', () => {
  it.each([
    { first: 'main', next: ['phone'] },
    { first: 'phone', next: ['main'] },
    { first: 'main', next: ['phone', 'tablet'] },
    { first: 'tablet', next: ['main', 'phone'] },
  ])('waits for the next login once $first is over, then $next', async ({ first, next }) => {
    for (const resource of [first, ...next]) await cut(await device(resource))
    await say(body)
    for (const resource of [first, ...next]) await end(resource)
    const [message, ...more] = await messagesLater()
    expect(message?.attribute('from')).toMatch(/^alice@localhost\//)
    expect(message?.child('body')?.text()).toBe('hello')
    expect(message?.child('delay', ns.delay)).toBeDefined()
    expect(more).toEqual([])
  })

  it('is not lost where no archive has it', async () => {
    for (const resource of ['main', 'phone']) await cut(await device(resource))
    await say(xml('received', ns.receipts, { id: 'x' }))
    for (const resource of ['main', 'phone']) await end(resource)
    expect(await messagesLater()).toHaveLength(1)
  })

  it('is not told again when the device has said that it has it', async () => {
    const main = await device('main')
    await cut(await device('phone'))
    await say(body)
    let h = 0
    for (let last = ''; last !== 'message';) {
      const { name, namespace } = await main.element()
      if (namespace === ns.client) h += 1
      last = name
    }
    main.send(toStreamManagementElement({ kind: 'a', h }))
    main.close()
    await main.take()
    await end('phone')
    expect(await messagesLater()).toEqual([])
  })
})
