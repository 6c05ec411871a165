import { expect, it, onTestFinished } from 'vitest'
import { accounts, createClient, TransportError, type ClientOptions } from '../../src/index.js'
import { createServer, type ServerOptions } from '../../src/server/index.js'
import { ScramMemoryCache } from '../../src/sasl/scram-key-cache.js'
import { login, scriptedEndpoint } from '../support/scripted-server.js'

async function serve(options: ServerOptions) {
  const server = await createServer({
    accounts: [{ username: 'alice', password: 'secret' }],
    mechanisms: ['SCRAM-SHA-1'],
    listen: {},
    ...options,
  })
  onTestFinished(() => server.close())
  const connections: ReturnType<typeof server.connect>[] = []
  const meet = (user: string, more: Partial<ClientOptions> = {}) => {
    const client = createClient({
      jid: `${user}@${server.domain}`,
      password: 'secret',
      reconnect: 'never',
      endpoint: () => {
        const connection = server.connect()
        connections.push(connection)
        return connection
      },
      ...more,
    })
    onTestFinished(() => client.close())
    return { client, account: client.use(accounts), connections }
  }
  return { server, meet }
}

const registration = { fields: ['email'], instructions: 'Where do you live?' }

it.each([false, true])('an account is made by what the server asks, in a data form: %s', async (form) => {
  const { meet } = await serve({ registration: { ...registration, form } })
  const { account, client, connections } = meet('bob')
  const asked: unknown[] = []
  const result = await account.register({
    fill: ({ fields, instructions }) => {
      asked.push(
        instructions,
        fields.map(({ name, isRequired }) => [name, isRequired]),
      )
      return { email: 'bob@mail.example' }
    },
  })
  expect(result).toEqual({ outcome: 'registered' })
  expect(asked).toEqual(['Where do you live?', [['email', true]]])
  expect(client.state.status).toBe('online')
  expect(connections).toHaveLength(1)
})

it('what is missing is told by name, and nothing is sent', async () => {
  const { meet } = await serve({ registration })
  const { account, client } = meet('bob')
  expect(await account.register()).toMatchObject({
    outcome: 'incomplete',
    error: {
      fields: ['email'],
      message: 'there is no account: not everything was answered that the server asks: email',
    },
  })
  expect(client.state).toMatchObject({ status: 'halted', needs: 'change' })
})

it('an answer that will not do is corrected on the same connection, until the app gives up', async () => {
  const refuse = () => ({ condition: 'not-acceptable', text: 'who lives there?' }) as const
  const { meet } = await serve({
    registration: { ...registration, refuse },
    limits: { authenticationAttempts: 9 },
  })
  const { account, connections } = meet('bob')
  const refusals: (string | undefined)[] = []
  const result = await account.register({
    fill: (_form, refusal) => {
      refusals.push(refusal?.text)
      return refusals.length < 3 ? { email: 'x' } : undefined
    },
  })
  expect(result).toMatchObject({ outcome: 'withdrawn' })
  expect(refusals).toEqual([undefined, 'who lives there?', 'who lives there?'])
  expect(connections).toHaveLength(1)
})

it('whoever does not please the server five times gets no account', async () => {
  const refuse = () => ({ condition: 'not-acceptable' }) as const
  const { meet } = await serve({
    registration: { ...registration, refuse },
    limits: { authenticationAttempts: 9 },
  })
  const { account } = meet('bob')
  let asked = 0
  const result = await account.register({
    fill: () => {
      asked += 1
      return { email: 'x' }
    },
  })
  expect(result).toMatchObject({ outcome: 'not-acceptable' })
  expect(asked).toBe(6)
})

it.each([
  ['conflict', 'alice', {}],
  ['not-allowed', 'bob', { refuse: () => ({ condition: 'not-allowed' }) as const }],
  ['redirected', 'bob', { redirect: 'https://example.test/join' }],
  ['not-allowed', 'bob', { invitations: ['token'] }],
] as const)('%s is a result: %s, %j', async (outcome, user, options) => {
  const { meet } = await serve({ registration: options })
  expect(await meet(user).account.register()).toMatchObject({ outcome })
})

it('a server that makes no accounts is not asked', async () => {
  const { meet } = await serve({})
  expect(await meet('bob').account.register()).toMatchObject({ outcome: 'unsupported' })
})

it('nobody is made beyond the limit of the server', async () => {
  const { meet } = await serve({ registration: {}, limits: { registeredAccounts: 1 } })
  expect(await meet('bob').account.register()).toEqual({ outcome: 'registered' })
  expect(await meet('carol').account.register()).toMatchObject({ outcome: 'later' })
})

it('of two who want the same name at once one gets it', async () => {
  const { meet } = await serve({ registration: {} })
  const results = await Promise.all([meet('bob'), meet('bob')].map(({ account }) => account.register()))
  expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['conflict', 'registered'])
})

it('an invitation makes one account', async () => {
  const { meet } = await serve({ registration: { invitations: ['token'] } })
  expect(await meet('bob').account.register({ invitation: 'guessed' })).toMatchObject({
    outcome: 'invitation',
    error: { text: 'the invitation is invalid or expired' },
  })
  expect(await meet('bob').account.register({ invitation: 'token' })).toEqual({ outcome: 'registered' })
  expect(await meet('carol').account.register({ invitation: 'token' })).toMatchObject({
    outcome: 'invitation',
  })
})

it('a registration that is given up leaves the session offline', async () => {
  const { meet } = await serve({ registration })
  const { account, client } = meet('bob')
  const abort = new AbortController()
  const fill = () => {
    abort.abort()
    return new Promise<undefined>(() => undefined)
  }
  await expect(account.register({ fill, signal: abort.signal })).rejects.toMatchObject({
    code: 'transport.aborted',
  })
  await client.disconnect()
  expect(client.state.status).toBe('offline')
})

it('a second wish to register leaves the first one alone', async () => {
  const { meet } = await serve({ registration })
  const { account, client } = meet('bob')
  const first = account.register({ fill: () => ({ email: 'bob@mail.example' }) })
  await expect(account.register()).rejects.toBeInstanceOf(TypeError)
  expect(await first).toEqual({ outcome: 'registered' })
  expect(client.state.status).toBe('online')
})

it('an account is made before anybody connects', async () => {
  const { meet } = await serve({ registration: {} })
  const { account, client } = meet('alice')
  await client.connect()
  await expect(account.register()).rejects.toBeInstanceOf(TypeError)
})

it('a password is changed where its keys are kept by the app', async () => {
  const { meet } = await serve({ registration: {} })
  const { account, client } = meet('alice', { keyCache: new ScramMemoryCache() })
  await client.connect()
  await account.changePassword('another')
  await client.disconnect()
  await client.connect()
  expect(client.state.status).toBe('online')
})

const ways: readonly (readonly [string, Partial<ServerOptions>])[] = [
  ['SASL', {}],
  ['what was before it', { legacyIdentification: { beforeVersionOne: true } }],
]

it.each(ways)(
  'the app is asked again once a changed password was changed by others, by %s',
  async (_way, by) => {
    const { server, meet } = await serve({ registration: {}, ...by })
    const given = ['secret', 'the one of others']
    const { account, client } = meet('alice', { password: () => given.shift() })
    await client.connect()
    await account.changePassword('another')
    await client.disconnect()
    await server.setPassword({ username: 'alice', password: 'the one of others' })
    await expect(client.connect()).rejects.toMatchObject({ code: 'authentication.not-authorized' })
    await client.connect()
    expect(client.state.status).toBe('online')
  },
)

it.each(ways)(
  'a password that the server may have taken is tried after the old one, by %s',
  async (_way, by) => {
    const { server, meet } = await serve({ registration: {}, ...by })
    const { account, client, connections } = meet('alice')
    await client.connect()
    const changed = account.changePassword('another').catch((error: unknown) => error)
    connections[0]?.destroy()
    expect(await changed).toMatchObject({
      code: 'unconfirmed.password-change',
      cause: { name: 'TransportError' },
    })
    await server.setPassword({ username: 'alice', password: 'another' })
    await client.connect().catch(() => undefined)
    if (client.state.status !== 'online') await client.connect()
    expect(client.state.status).toBe('online')
  },
)

it('a server that does not remove accounts says so, and the session goes on', async () => {
  const { meet } = await serve({})
  const { account, client } = meet('alice')
  await client.connect()
  await expect(account.remove()).rejects.toMatchObject({ code: 'stanza.service-unavailable' })
  expect(client.state.status).toBe('online')
})

it('whoever is cut off while an account is removed is told that nobody knows', async () => {
  const { meet } = await serve({ registration: {} })
  const { account, client, connections } = meet('alice')
  await client.connect()
  const removed = account.remove().catch((error: unknown) => error)
  connections[0]?.destroy(new TransportError('reset', 'cut'))
  expect(await removed).toMatchObject({
    name: 'UnconfirmedError',
    code: 'unconfirmed.account-removal',
    cause: { name: 'TransportError' },
  })
})

/** An account that is being removed, on a server that is the test. */
async function removing() {
  const { open, servers } = scriptedEndpoint([login])
  const client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: open })
  onTestFinished(() => client.close())
  await client.connect()
  return { client, removed: client.use(accounts).remove(), server: servers[0] }
}

it('whoever is left in order while an account is removed is told that nobody knows', async () => {
  const { removed, server } = await removing()
  server?.say('</stream:stream>')
  server?.hangUp()
  await expect(removed).rejects.toMatchObject({
    code: 'unconfirmed.account-removal',
    cause: { code: 'transport.closed' },
  })
})

it('an account is gone once the server authorizes nobody any more', async () => {
  const { client, removed, server } = await removing()
  server?.say(
    `<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
  )
  await removed
  expect(client.state).toEqual({ status: 'removed' })
})

it('whoever gives up while a password is changed is told that nobody knows', async () => {
  const { meet } = await serve({ registration: {} })
  const { account, client } = meet('alice')
  await client.connect()
  const giving = new AbortController()
  const changed = account.changePassword('another', { signal: giving.signal })
  giving.abort()
  await expect(changed).rejects.toMatchObject({ code: 'unconfirmed.password-change' })
})

it('a password is known not to be changed where nobody was asked', async () => {
  const { meet } = await serve({ registration: {} })
  const { account } = meet('alice')
  await expect(account.changePassword('another')).rejects.toMatchObject({ code: 'transport.not-connected' })
})

it('nobody removes an account who is not online', async () => {
  const { meet } = await serve({ registration: {} })
  await expect(meet('alice').account.remove()).rejects.toMatchObject({ code: 'transport.not-connected' })
})

it.each(['digest', 'password'] as const)('a server from before SASL takes a %s', async (form) => {
  const { meet } = await serve({
    legacyIdentification: { beforeVersionOne: true, forms: [form] },
    registration: {},
  })
  const { client, account } = meet('bob')
  expect(await account.register()).toEqual({ outcome: 'registered' })
  expect(client.state).toMatchObject({
    status: 'online',
    mechanism: 'jabber:iq:auth',
    header: { version: undefined },
  })
  await account.remove()
  expect(client.state).toEqual({ status: 'removed' })
})

it('a resource that is taken is given up for another where the server says so', async () => {
  const { meet } = await serve({
    legacyIdentification: { beforeVersionOne: true },
    resourceConflict: 'refuse',
  })
  const jid = 'alice@localhost/desk'
  const [one, other] = [meet('alice', { jid }), meet('alice', { jid })]
  await one.client.connect()
  await other.client.connect()
  expect(one.client.state).toMatchObject({ status: 'online', jid })
  expect(other.client.state).toMatchObject({ status: 'online', jid: expect.not.stringMatching(/desk$/) })
})

it('whoever has an account invites others, as many as the server has room for', async () => {
  const { meet } = await serve({ registration: { invitations: [] }, limits: { registeredAccounts: 1 } })
  const { account, client } = meet('alice')
  await expect(account.invite()).rejects.toMatchObject({ code: 'transport.not-connected' })
  await client.connect()
  const { token, ...issued } = await account.invite()
  expect(issued).toMatchObject({ account: { domain: client.jid.domain }, inviter: undefined })
  await expect(account.invite()).rejects.toMatchObject({ code: 'stanza.resource-constraint' })
  expect(await meet('bob').account.register()).toMatchObject({ outcome: 'not-allowed' })
  expect(await meet('bob').account.register({ invitation: token })).toEqual({ outcome: 'registered' })
})

it('a server that takes no invitations makes none', async () => {
  const { meet } = await serve({ registration: {} })
  const { account, client } = meet('alice')
  await client.connect()
  await expect(account.invite()).rejects.toMatchObject({ code: 'stanza.item-not-found' })
})
