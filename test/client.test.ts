import { afterEach, describe, expect, it } from 'vitest'
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs'
import { createClient, type Client } from '../src/client.js'
import type { ClientOptions } from '../src/client-options.js'
import { answer, login, scriptedEndpoint, type Exchange } from './support/scripted-server.js'
import { ns, StanzaError, xml } from '../src/index.js'

const clients: Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

function scripted(script: readonly Exchange[] = login, options: Partial<ClientOptions> = {}) {
  const { open, servers } = scriptedEndpoint([script])
  const client = createClient({
    jid: 'alice@example.test/desk',
    password: 'secret',
    endpoint: open,
    ...options,
  })
  clients.push(client)
  return { client, servers }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('createClient()', () => {
  it('does nothing before connect()', async () => {
    const { client, servers } = scripted()
    await turn()
    expect(client.state).toEqual({ status: 'offline' })
    expect(servers).toHaveLength(0)
  })
})

describe('client.connect()', () => {
  it('asks for roster and presence in one write as soon as it is online', async () => {
    const { client, servers } = scripted()
    await client.connect()
    await turn()
    expect(servers[0]?.heard).toMatch(
      /<iq [^>]*type='get'><query xmlns='jabber:iq:roster'\/><\/iq><presence [^>]*\/>$/,
    )
  })

  it('shows every step of every phase on the way', async () => {
    const { client } = scripted()
    const seen: string[] = []
    client.state$.subscribe((state) => seen.push('phase' in state ? state.phase : state.status))
    await client.connect()
    expect(seen).toEqual([
      'offline',
      'dialing',
      'opening',
      'awaitingFeatures',
      'initiating',
      'verifying',
      'reopening',
      'awaitingFeatures',
      'requesting',
      'online',
    ])
  })

  it('is the same wish when it is called twice', async () => {
    const { client, servers } = scripted()
    await Promise.all([client.connect(), client.connect()])
    await client.connect()
    expect(servers).toHaveLength(1)
  })

  it('is given up by its signal, before and while it waits', async () => {
    const { client } = scripted([])
    await expect(client.connect({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'transport.aborted',
    })
    const controller = new AbortController()
    const connecting = client.connect({ signal: controller.signal })
    await turn()
    controller.abort()
    await expect(connecting).rejects.toMatchObject({ code: 'transport.aborted' })
    expect(client.state.status).not.toBe('connecting')
  })

  it('rejects when somebody disconnects meanwhile', async () => {
    const { client } = scripted([])
    const connecting = client.connect()
    await turn()
    await Promise.all([
      expect(connecting).rejects.toMatchObject({ code: 'transport.aborted' }),
      client.disconnect(),
    ])
  })

  it('rejects once the client is closed', async () => {
    const { client } = scripted()
    await client.close()
    await expect(client.connect()).rejects.toThrow(TypeError)
  })

  it('fails in a typed error when the app’s own opener throws', async () => {
    const { client } = scripted(login, {
      endpoint: () => {
        throw new Error('no socket today')
      },
    })
    await expect(client.connect()).rejects.toMatchObject({
      name: 'DefectError',
      message: /no socket today/,
    })
  })
})

describe('client.sendPresence()', () => {
  it('has the last word on coming online, and is said again after a reconnect', async () => {
    const { client, servers } = scripted(login, { reconnect: 'always' })
    client.state$.subscribe(({ status }) => {
      if (status === 'online' && servers.length === 1) client.sendPresence({ show: 'dnd' })
    })
    await client.connect()
    await turn()
    expect(servers[0]?.heard).toMatch(
      /roster'\/><\/iq><presence id='[^']*'\/><presence id='[^']*'><show>dnd<\/show><\/presence>$/,
    )
    servers[0]?.cut()
    await turn()
    await client.connect()
    await turn()
    expect(servers[1]?.heard).toMatch(/roster'\/><\/iq><presence id='[^']*'><show>dnd<\/show><\/presence>$/)
  })
})

describe('an endpoint with a secret in its query', () => {
  it('is shown without it', async () => {
    const client = createClient({
      jid: 'alice@example.test',
      password: 'secret',
      endpoint: 'ws://127.0.0.1:9/ws?token=CANARY',
      dangerouslyAllowPlaintext: true,
    })
    clients.push(client)
    const error: unknown = await client.connect().catch((reason: unknown) => reason)
    const shown = JSON.stringify([error, client.state, client.actor.getPersistedSnapshot()])
    expect(shown).toContain('ws://127.0.0.1:9/ws')
    expect(shown).not.toContain('CANARY')
  })
})

describe('an error as JSON', () => {
  it('keeps its condition, and no cause', async () => {
    const { client } = scripted([
      ...login.slice(0, 2),
      {
        hears: /<\/auth>/,
        says: "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/></failure>",
      },
    ])
    const error: unknown = await client.connect().catch((reason: unknown) => reason)
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'AuthenticationError',
      code: 'authentication.account-disabled',
      condition: 'account-disabled',
      mechanism: 'PLAIN',
      message: 'the server refused PLAIN: account-disabled',
      advice: 'The account is disabled: ask the operator of the server.',
    })
  })
})

describe('client.state$', () => {
  it('replays the present state and completes on close', async () => {
    const { client } = scripted()
    await client.connect()
    expect((await firstValueFrom(client.state$)).status).toBe('online')
    const all = lastValueFrom(client.state$.pipe(toArray()))
    await client.close()
    expect((await all).map(({ status }) => status)).toEqual(['online', 'closing', 'closed'])
  })

  it('never says the same twice in a row', async () => {
    const { client } = scripted()
    const states: string[] = []
    client.state$.subscribe((state) => states.push(JSON.stringify(state)))
    await client.connect()
    await client.disconnect()
    expect(states.filter((state, index) => state === states[index - 1])).toEqual([])
    expect(states.length).toBeGreaterThan(8)
  })
})

describe('client.close()', () => {
  it('completes what the features show, for whoever listens before or after', async () => {
    const { client } = scripted()
    await client.connect()
    const shown = () => [
      lastValueFrom(client.state$.pipe(toArray())),
      lastValueFrom(client.roster$.pipe(toArray())),
      lastValueFrom(client.bounced$.pipe(toArray())),
    ]
    const before = shown()
    const roster = await firstValueFrom(client.roster$)
    await client.close()
    await Promise.all(before)
    expect(await Promise.all(shown())).toEqual([[{ status: 'closed' }], [roster], []])
  })
})

describe('client.send()', () => {
  it('fails at once outside a session where none may wait, and says so as a value', async () => {
    const { client } = scripted(login, { offlineQueue: 0 })
    const delivery = client.send({ to: 'bob@example.test', body: 'early' })
    expect(await delivery.settled).toMatchObject({
      status: 'failed',
      reason: { code: 'transport.not-connected' },
    })
    expect(await lastValueFrom(delivery.status$)).toBe(delivery.status)
  })

  it('says so when the engine itself fails, and can be closed all the same', async () => {
    const { client } = scripted()
    await client.connect()
    const states = lastValueFrom(client.state$.pipe(toArray()))
    const delivery = client
      .request({ type: 'get', payload: xml('ping', ns.ping) })
      .catch((error: unknown) => error)
    client.actor.send({
      get type(): 'session.connect' {
        throw new Error('this should not be possible')
      },
    })
    expect(client.state).toMatchObject({ status: 'halted', error: { code: 'defect.unexpected' } })
    expect(await delivery).toMatchObject({ code: 'transport.not-connected' })
    await client.close()
    expect((await states).slice(-2).map(({ status }) => status)).toEqual(['halted', 'closed'])
  })

  it('says so when a chart of it fails, whatever is asked of that one afterwards', async () => {
    const { client } = scripted()
    await client.connect()
    const { presence, roster } = client.actor.getSnapshot().children
    const defect = {
      get type(): 'session.offline' {
        throw new Error('this should not be possible')
      },
    }
    roster?.send(defect)
    presence?.send(defect)
    expect(client.state).toMatchObject({ status: 'halted', error: { code: 'defect.unexpected' } })
    await expect(client.fetchRoster()).rejects.toMatchObject({ code: 'defect.unexpected' })
    await expect(client.hide()).rejects.toMatchObject({ code: 'defect.unexpected' })
  })

  it('throws for what cannot be said in XML, and sends nothing of it', async () => {
    const { client, servers } = scripted()
    await client.connect()
    expect(() => client.send({ to: 'bob@example.test', body: 'a\u0000b' })).toThrow(RangeError)
    expect(() => client.send({ to: '@', body: 'x' })).toThrow(RangeError)
    client.send({ to: 'bob@example.test', body: 'well' })
    await turn()
    expect(servers[0]?.heard).toMatch(/<body>well<\/body><\/message>$/)
    expect(servers[0]?.heard).not.toContain('a\u0000b')
  })

  it('waits for a session, up to a limit, and keeps the order', async () => {
    const { client, servers } = scripted(login, { offlineQueue: 2 })
    const send = (body: string) => client.send({ to: 'bob@example.test', body })
    const deliveries = ['one', 'two', 'three'].map(send)
    expect(deliveries.map(({ status }) => status.status)).toEqual(['queued', 'queued', 'failed'])
    expect(deliveries[2]?.status).toMatchObject({ reason: { code: 'transport.overflow' } })
    client.state$.subscribe(({ status }) => {
      if (status === 'online') deliveries.push(send('four'))
    })
    await client.connect()
    expect((await deliveries.at(-1)?.settled)?.status).toBe('written')
    expect(servers[0]?.heard.match(/<body>\w+/g)).toEqual(['<body>one', '<body>two', '<body>four'])
  })

  it('waits while the connection is down, and leaves in the next session', async () => {
    const { client, servers } = scripted()
    await client.connect()
    servers[0]?.cut()
    await turn()
    const delivery = client.send({ to: 'bob@example.test', body: 'x' })
    expect(delivery.status).toEqual({ status: 'queued' })
    client.networkOnline()
    expect(await delivery.settled).toEqual({ status: 'written' })
    expect(servers[1]?.heard).toContain('<body>x</body>')
  })

  it('fails what still waits when the client halts or is closed', async () => {
    const halted = scripted([], { reconnect: 'never' }).client
    const early = halted.send({ to: 'bob@example.test', body: 'x' })
    const connecting = halted.connect().catch((error: unknown) => error)
    await turn()
    const closed = scripted().client
    const waiting = closed.send({ to: 'bob@example.test', body: 'x' })
    await closed.close()
    expect(waiting.status).toMatchObject({ status: 'failed', reason: { code: 'transport.not-connected' } })
    await halted.close()
    await connecting
    expect(early.status).toMatchObject({ status: 'failed', reason: { code: 'transport.not-connected' } })
    expect(halted.send({ to: 'bob@example.test', body: 'x' }).status.status).toBe('failed')
  })

  it('throws for what cannot be said in XML outside a session, too', () => {
    const { client } = scripted()
    expect(() => client.send({ to: 'bob@example.test', body: 'a\u0000b' })).toThrow(RangeError)
  })

  it('believes a bounce only from whom the message was for', async () => {
    const { client, servers } = scripted()
    await client.connect()
    const delivery = client.send({ to: 'bob@example.test', body: 'x' })
    const bounce = (from: string) =>
      `<message from='${from}' id='${delivery.id}' type='error'><error type='cancel'><gone xmlns='${ns.stanzaErrors}'/></error></message>`
    await delivery.settled
    servers[0]?.say(bounce('mallory@evil.test'))
    await turn()
    expect(delivery.status).toEqual({ status: 'written' })
    servers[0]?.say(bounce('bob@example.test/home'))
    await turn()
    expect(delivery.status).toMatchObject({ status: 'failed', reason: { code: 'stanza.gone' } })
  })
})

describe('client.roster$', () => {
  const push = (from: string | undefined, ...children: string[]) =>
    `<iq type='set' id='push'${from === undefined ? '' : ` from='${from}'`}><query xmlns='jabber:iq:roster'>${children.join('')}</query></iq>`
  const bob = "<item jid='bob@example.test' subscription='both'/>"

  async function listening() {
    const query =
      "<query xmlns='jabber:iq:roster'><item jid='Carol@example.test' subscription='to' name='C'/></query>"
    const session = scripted([...login, { hears: /<\/iq>/, says: answer(query) }])
    await session.client.connect()
    await turn()
    await turn()
    const names: string[][] = []
    session.client.roster$.subscribe((contacts) => names.push([...contacts.keys()]))
    expect(names).toEqual([['carol@example.test']])
    return { ...session, names }
  }

  it.each([[undefined], ['alice@example.test']])('follows a push from %s, and answers it', async (from) => {
    const { servers, names } = await listening()
    servers[0]?.say(push(from, bob))
    await turn()
    await turn()
    expect(names.at(-1)).toEqual(['carol@example.test', 'bob@example.test'])
    expect(servers[0]?.heard).toMatch(/<iq [^>]*id='push'[^>]*type='result'\/>$/)
  })

  it.each(['mallory@evil.test', 'example.test', 'alice@example.test/other', 'alice@example.test.evil.test'])(
    'ignores a push from %s',
    async (from) => {
      const { servers, names } = await listening()
      servers[0]?.say(push(from, bob))
      await turn()
      await turn()
      expect(names).toEqual([['carol@example.test']])
      expect(servers[0]?.heard).toContain('service-unavailable')
    },
  )

  it('ignores a push of several items', async () => {
    const { servers, names } = await listening()
    servers[0]?.say(push(undefined, bob, bob))
    await turn()
    expect(names).toHaveLength(1)
  })

  it('drops a removed contact', async () => {
    const { servers, names } = await listening()
    servers[0]?.say(push(undefined, "<item jid='carol@example.test' subscription='remove'/>"))
    await turn()
    expect(names.at(-1)).toEqual([])
  })
})

describe('client.use()', () => {
  it('gives a feature the bus and returns what it makes', async () => {
    const { client, servers } = scripted()
    const teapot = client.use(({ bus }) => {
      bus.handle('query', 'urn:example:teapot', () => {
        throw new StanzaError('not-acceptable', 'modify', { text: 'short and stout' })
      })
      return { shape: 'short' }
    })
    expect(teapot).toEqual({ shape: 'short' })
    await client.connect()
    servers[0]?.say(
      "<iq type='get' id='q' from='bob@example.test/home'><query xmlns='urn:example:teapot'/></iq>",
    )
    await turn()
    await turn()
    expect(servers[0]?.heard).toContain('short and stout')
  })
})
