import { lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createServer, type ServerEvent } from '../../src/server/index.js'
import { toRosterElement } from '../../src/stanza/roster.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire } from './wire.js'

const alice = { username: 'alice', password: 'secret' }

describe('createServer()', () => {
  it('listens on loopback, on free ports, for everything that is encrypted', async () => {
    await using server = await createServer()
    expect(Object.keys(server.endpoints)).toEqual(['starttls', 'directTls', 'secureWebSocket'])
    expect(server.endpoints.starttls).toMatch(/^xmpp:\/\/127\.0\.0\.1:\d+$/)
    expect(server.endpoints.directTls).toMatch(/^xmpps:\/\/127\.0\.0\.1:\d+$/)
    expect(server.endpoints.secureWebSocket).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/xmpp-websocket$/)
    expect(server.ca).toContain('BEGIN CERTIFICATE')
    expect(server.domain).toBe('localhost')
  })

  it('listens for ws: only with allowPlaintext, and then offers no PLAIN there', async () => {
    await using server = await createServer({ allowPlaintext: true })
    expect(server.endpoints.webSocket).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/xmpp-websocket$/)
    const { mechanisms } = await new Wire(server.connect({ framing: 'frames', secure: false })).open()
    expect(mechanisms).toContain('SCRAM-SHA-256')
    expect(mechanisms.filter((name) => name === 'PLAIN' || name.endsWith('-PLUS'))).toEqual([])
  })

  it('listens nowhere and needs no certificate when told so', async () => {
    await using server = await createServer({ listen: {} })
    expect(server.endpoints).toEqual({})
    expect(server.ca).toBeUndefined()
  })

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.test', '127.0.0.1.example.test'])(
    'refuses to be reached by others at %s',
    async (host) => {
      await expect(createServer({ host })).rejects.toThrow(/dangerouslyListenOnAllInterfaces/)
    },
  )

  it('can be made to', async () => {
    await using server = await createServer({
      host: '0.0.0.0',
      dangerouslyListenOnAllInterfaces: true,
      listen: { tcp: {} },
    })
    expect(server.endpoints.starttls).toMatch(/^xmpp:\/\/0\.0\.0\.0:\d+$/)
  })

  it.each([
    [{ domain: 'two words' }, RangeError],
    [{ domain: 'alice@localhost' }, RangeError],
    [{ limits: { stanzaBytes: 9999 } }, RangeError],
    [{ limits: { connections: 0 } }, RangeError],
    [{ limits: { unauthenticatedMs: 2 ** 31 } }, RangeError],
    [{ timeouts: { resumptionMs: 2 ** 31 } }, RangeError],
    [{ timeouts: { closeMs: 0 } }, RangeError],
    [{ limits: { offlineMessages: 1.5 } }, RangeError],
    [{ mechanisms: ['DIGEST-MD5'] }, RangeError],
    [{ accounts: [{ username: 'alice', password: '' }] }, RangeError],
    [{ accounts: [{ username: '', password: 'x' }] }, RangeError],
    [{ accounts: [alice, { username: 'ALICE', password: 'x' }] }, RangeError],
    [{ accounts: [{ ...alice, contacts: [{ username: 'nobody' }] }] }, RangeError],
    [{ listen: { webSocket: {} } }, TypeError],
    [{ listen: { tls: {} }, tls: { cert: 'x', key: 'y' } }, TypeError],
  ])('refuses %o', async (options, kind) => {
    await expect(createServer({ listen: {}, ...options })).rejects.toThrow(kind)
  })

  it('says when a port cannot be had, and keeps no other', async () => {
    await using server = await createServer({ listen: { tcp: {} } })
    const port = Number(new URL(server.endpoints.starttls ?? '').port)
    await expect(createServer({ listen: { tls: {}, tcp: { port } } })).rejects.toMatchObject({
      name: 'TransportError',
    })
  })

  it('serves a domain of any script', async () => {
    await using server = await createServer({ listen: {}, domain: 'BÜCHER.test', accounts: [alice] })
    expect(server.domain).toBe('bücher.test')
    const wire = new Wire(server.connect())
    await wire.authenticate({ mechanism: 'PLAIN', username: 'alice' }, await wire.open('Bücher.test'))
    await wire.open('xn--bcher-kva.test')
    expect((await wire.bind('desk')).toString()).toBe('alice@bücher.test/desk')
  })
})

describe('accounts', () => {
  it('can be added, changed and removed while the server runs', async () => {
    await using server = await createServer({ listen: {} })
    await server.addAccount(alice)
    await expect(server.addAccount(alice)).rejects.toThrow(RangeError)
    await logIn(server.connect(), 'alice', 'desk')
    await server.setPassword({ ...alice, password: 'other' })
    await expect(server.setPassword({ ...alice, username: 'bob' })).rejects.toThrow(RangeError)
    await expect(logIn(server.connect(), 'alice', 'sofa')).rejects.toThrow('not-authorized')
    await server.setPassword(alice)
    const wire = await logIn(server.connect(), 'alice', 'tv')
    expect(server.removeAccount('alice')).toBe(true)
    expect(server.removeAccount('alice')).toBe(false)
    expect(await wire.streamError()).toBe('not-authorized')
    await expect(logIn(server.connect(), 'alice')).rejects.toThrow('not-authorized')
  })

  it('can know each other from the start', async () => {
    await using server = await createServer({
      listen: {},
      accounts: [
        { ...alice, contacts: [{ username: 'bob', name: 'Bob', groups: ['Friends'] }] },
        { username: 'bob', password: 'secret' },
      ],
    })
    const wire = await logIn(server.connect(), 'alice')
    const roster = await wire.request('get', toRosterElement())
    expect(inShort(roster)).toBe('iq result bob@localhost both from alice@localhost')
    const others = await logIn(server.connect(), 'bob')
    expect(inShort(await others.request('get', toRosterElement()))).toBe(
      'iq result alice@localhost both from bob@localhost',
    )
  })
})

describe('an account that comes later', () => {
  const bob = { username: 'bob', password: 'secret' }

  it('can know others at once', async () => {
    await using server = await createServer({ listen: {}, accounts: [alice] })
    await server.addAccount({ ...bob, contacts: [{ username: 'alice' }] })
    const wire = await logIn(server.connect(), 'alice')
    expect(inShort(await wire.request('get', toRosterElement()))).toContain('bob@localhost both')
  })

  it('is none where there is no account of whom it is to know', async () => {
    await using server = await createServer({ listen: {} })
    await expect(server.addAccount({ ...bob, contacts: [{ username: 'alice' }] })).rejects.toThrow(RangeError)
    expect(server.removeAccount('bob')).toBe(false)
  })
})

describe('a running server', () => {
  it('tells what happens, and nothing secret', async () => {
    const server = await createServer({ listen: {}, accounts: [alice] })
    const events = lastValueFrom(server.events$.pipe(toArray()))
    const wire = await logIn(server.connect(), 'alice', 'desk')
    wire.send(
      xml(
        'message',
        ns.client,
        { to: 'alice@localhost/desk', id: 'm' },
        xml('body', ns.client, {}, 'canary'),
      ),
    )
    await wire.heard()
    wire.close()
    await wire.take()
    await server.close()
    const told: readonly ServerEvent[] = await events
    expect(new Set(told.map(({ kind }) => kind))).toEqual(
      new Set(['connected', 'changed', 'stanza', 'ended']),
    )
    expect(told).toContainEqual({
      kind: 'stanza',
      session: 'session-1',
      direction: 'in',
      stanza: {
        name: 'message',
        type: undefined,
        from: undefined,
        to: 'alice@localhost/desk',
        id: 'm',
        payload: '{jabber:client}body',
      },
    })
    const states = told.flatMap((event) => (event.kind === 'changed' ? [event.session.state] : []))
    expect(states).toEqual(
      expect.arrayContaining(['open.negotiating.offering', 'open.established.unmanaged', 'closed']),
    )
    expect(JSON.stringify(told)).not.toMatch(/secret|canary|n,,n=|"[cprvs]=/)
  })

  it('shows its sessions as they are', async () => {
    await using server = await createServer({ listen: {}, accounts: [alice] })
    const wire = await logIn(server.connect(), 'alice', 'desk')
    let last: unknown
    const subscription = server.sessions$.subscribe((sessions) => (last = sessions))
    expect(last).toMatchObject([
      {
        id: 'session-1',
        secure: true,
        framing: 'bytes',
        state: 'open.established.unmanaged',
        jid: 'alice@localhost/desk',
      },
    ])
    wire.close()
    await wire.take()
    await wire.take()
    expect(last).toEqual([])
    subscription.unsubscribe()
  })

  it('ends every session when it closes, and takes no other', async () => {
    const server = await createServer({ listen: { tcp: {} }, accounts: [alice] })
    const [bound, fresh] = [await logIn(server.connect(), 'alice'), new Wire(server.connect())]
    await fresh.open()
    const closed = server.close()
    expect(await bound.streamError()).toBe('system-shutdown')
    expect(await fresh.streamError()).toBe('system-shutdown')
    await closed
    expect(await new Wire(server.connect()).take()).toBe('disconnected')
    await server.close()
  })

  it('survives an inspector that throws', async () => {
    await using server = await createServer({
      listen: {},
      accounts: [alice],
      inspect: () => {
        throw new Error('not my day')
      },
    })
    expect(await (await logIn(server.connect(), 'alice')).heard()).toEqual([])
  })
})
