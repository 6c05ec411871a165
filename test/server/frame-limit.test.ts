import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { parseStreamManagement, toStreamManagementElement } from '../../src/stanza/stream-management.js'
import { dialWebSocket } from '../../src/transport/web-socket.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { Wire } from './wire.js'

const stanzaBytes = 10_000

let server: EmbeddedServer
beforeAll(async () => {
  server = await createServer({
    listen: { secureWebSocket: {} },
    accounts: [{ username: 'alice', password: 'secret' }],
    limits: { stanzaBytes },
  })
})
afterAll(() => server.close())

async function authenticated(): Promise<Wire> {
  const { ca, endpoints } = server
  const { signal } = new AbortController()
  const tls = { domain: 'localhost', ...(ca === undefined ? {} : { ca }) }
  const wire = new Wire(await dialWebSocket({ url: endpoints.secureWebSocket ?? '', tls, signal }))
  await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username: 'alice' }, await wire.open())
  await wire.open()
  return wire
}

/** Bound, and to be resumed. */
async function managed() {
  const wire = await authenticated()
  await wire.bind('desk')
  wire.send(toStreamManagementElement({ kind: 'enable', resume: true, max: undefined }))
  const said = parseStreamManagement(await wire.element('enabled'))
  if (said?.kind !== 'enabled' || said.id === undefined) throw new Error('it cannot be resumed')
  return { wire, id: said.id }
}

const message = (units: number) =>
  xml('message', ns.client, { to: 'alice@localhost' }, xml('body', ns.client, {}, 'x'.repeat(units)))

async function conditionOfResuming(previd: string): Promise<string | undefined> {
  const wire = await authenticated()
  wire.send(toStreamManagementElement({ kind: 'resume', previd, h: 0 }))
  const { name, ...said } = await wire.element()
  return name === 'failed'
    ? said.children.flatMap((child) => (typeof child === 'string' ? [] : child.name))[0]
    : name
}

describe('a stanza over a WebSocket that is longer than may be', () => {
  it('ends the stream with policy-violation, and the session with it', async () => {
    const { wire, id } = await managed()
    wire.send(message(stanzaBytes))
    expect(await wire.streamError()).toBe('policy-violation')
    expect(await conditionOfResuming(id)).toBe('item-not-found')
  })

  it('ends the session too where its frame is so long that nobody reads it', async () => {
    const { wire, id } = await managed()
    wire.send(message(3 * stanzaBytes))
    expect(await wire.take()).toBe('disconnected')
    expect(await conditionOfResuming(id)).toBe('item-not-found')
  })
})
