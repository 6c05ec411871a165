import { filter, firstValueFrom } from 'rxjs'
import { afterEach, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import type { ClientState } from '../../src/features/client-state.js'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire } from './wire.js'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

async function serverWith(): Promise<EmbeddedServer> {
  const accounts = ['alice', 'bob'].map((username) => ({ username, password: 'secret' }))
  const server = await createServer({ listen: {}, accounts, timeouts: { closeMs: 1 } })
  opened.push(server)
  return server
}

async function online(server: EmbeddedServer, options: Partial<ClientOptions> = {}): Promise<Client> {
  const client = createClient({
    jid: 'alice@localhost/desk',
    password: 'secret',
    endpoint: () => server.connect(),
    roster: false,
    ...options,
  })
  opened.push(client)
  await client.connect()
  await firstValueFrom(
    client.state$.pipe(filter((state) => state.status === 'online' && state.streamManagement === 'live')),
  )
  return client
}

const reaches = (client: Client, status: ClientState['status']) =>
  firstValueFrom(client.state$.pipe(filter((state) => state.status === status)))

it('cuts the line of a session, and the client goes on with the session', async () => {
  const server = await serverWith()
  const client = await online(server)
  expect(server.disturb('alice@localhost/desk', 'cut')).toBe(1)
  expect(await reaches(client, 'suspended')).toMatchObject({ error: { code: 'transport.reset' } })
  client.networkOnline()
  expect(await reaches(client, 'online')).toMatchObject({ resumed: true })
})

it('falls silent: nothing passes either way, and only time tells the client', async () => {
  const server = await serverWith()
  const client = await online(server, { timeouts: { doubtMs: 50, closeMs: 1 } })
  expect(server.disturb('alice@localhost', 'silence')).toBe(1)
  client.networkOnline()
  expect(await reaches(client, 'suspended')).toMatchObject({
    error: { code: expect.stringMatching(/^timeout\./) },
  })
  client.networkOnline()
  expect(await reaches(client, 'online')).toMatchObject({ resumed: true })
})

it('answers the next login with not-authorized, and the one after that as ever', async () => {
  const server = await serverWith()
  const client = await online(server)
  expect(server.disturb('alice@localhost', 'not-authorized')).toBe(1)
  await reaches(client, 'suspended')
  client.networkOnline()
  expect(await reaches(client, 'halted')).toMatchObject({
    error: { code: 'authentication.not-authorized' },
  })
  await client.connect()
  expect(client.state.status).toBe('online')
})

it('refuses the next login of who identifies without SASL too, once', async () => {
  const accounts = [{ username: 'alice', password: 'secret' }]
  const server = await createServer({ listen: {}, accounts, legacyIdentification: {} })
  opened.push(server)
  server.disturb('alice@localhost', 'not-authorized')
  const wire = new Wire(server.connect())
  await wire.open()
  const said = { username: 'alice', password: 'secret', resource: 'desk' }
  const query = xml(
    'query',
    ns.legacyAuth,
    {},
    ...Object.entries(said).map(([name, text]) => xml(name, ns.legacyAuth, {}, text)),
  )
  expect(inShort(await wire.request('set', query))).toBe('iq error not-authorized')
  expect(inShort(await wire.request('set', query))).toBe('iq result')
})

it('disturbs nobody else, and nobody who is not there', async () => {
  const server = await serverWith()
  await logIn(server.connect(), 'alice', 'desk')
  const bob = await logIn(server.connect(), 'bob', 'desk')
  expect(server.disturb('alice@localhost/elsewhere', 'cut')).toBe(0)
  expect(server.disturb('alice@localhost', 'cut')).toBe(1)
  expect(await bob.heard()).toEqual([])
  expect(() => server.disturb('nobody@localhost', 'cut')).toThrow(RangeError)
  expect(() => server.disturb('localhost', 'cut')).toThrow(RangeError)
})

it('closes at once even where a line is silent', async () => {
  const server = await createServer({ listen: {}, accounts: [{ username: 'alice', password: 'secret' }] })
  await logIn(server.connect(), 'alice')
  server.disturb('alice@localhost', 'silence')
  const begun = performance.now()
  await server.close()
  expect(performance.now() - begun).toBeLessThan(2_000)
})
