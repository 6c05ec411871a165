import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { createDialer } from '../../src/transport/dial-node.js'
import type { Transport } from '../../src/transport/transport.js'
import { Wire } from './wire.js'

let server: EmbeddedServer
beforeAll(async () => {
  server = await createServer({
    accounts: [{ username: 'alice', password: 'secret' }],
    allowPlaintext: true,
    mechanisms: [
      'SCRAM-SHA-512-PLUS',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
      'ANONYMOUS',
    ],
  })
})
afterAll(() => server.close())

const dial = (endpoint: string | undefined): Promise<Transport> =>
  createDialer(server.ca === undefined ? {} : { ca: server.ca }).dial(
    endpoint ?? '',
    'localhost',
    new AbortController().signal,
  )

const ways = {
  STARTTLS: async () => {
    const wire = new Wire(await dial(server.endpoints.starttls))
    const features = await wire.open()
    if (features.starttls?.required !== false) throw new Error('STARTTLS is not optional')
    await wire.startTls(server.ca)
    return wire
  },
  'direct TLS': async () => new Wire(await dial(server.endpoints.directTls)),
  wss: async () => new Wire(await dial(server.endpoints.secureWebSocket)),
  memory: async () => new Wire(server.connect()),
  'memory frames': async () => new Wire(server.connect({ framing: 'frames' })),
} as const

describe.each(Object.entries(ways))('over %s', (_, dialed) => {
  it.each([
    'SCRAM-SHA-512-PLUS',
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-512',
    'SCRAM-SHA-256',
    'SCRAM-SHA-1',
    'PLAIN',
  ])('a client logs in with %s and gets the address that it wants', async (mechanism) => {
    const wire = await dialed()
    const features = await wire.open()
    expect(features.mechanisms).toContain(mechanism)
    expect(features.starttls).toBeUndefined()
    expect(await wire.authenticate({ mechanism, username: 'alice' }, features)).toBeUndefined()
    const bindable = await wire.open()
    expect(bindable).toMatchObject({
      bind: true,
      session: { optional: true },
      rosterVersioning: true,
      mechanisms: [],
    })
    expect((await wire.bind(mechanism)).toString()).toBe(`alice@localhost/${mechanism}`)
    wire.transport.destroy()
  })
})

describe.each(['bytes', 'frames'] as const)('the header of the server, in %s', (framing) => {
  it('says who it is, to whom it speaks, and has a new id each time', async () => {
    const wire = new Wire(server.connect({ framing }))
    await wire.open('LOCALHOST', { from: 'alice@localhost' })
    const first = wire.header
    expect(first).toMatchObject({ from: 'localhost', to: 'alice@localhost', version: '1.0', lang: 'en' })
    const other = new Wire(server.connect({ framing }))
    await other.open()
    expect(other.header.to).toBeUndefined()
    expect(first.id).toMatch(/^[\w-]{16,}$/)
    expect(other.header.id).not.toBe(first.id)
  })
})
