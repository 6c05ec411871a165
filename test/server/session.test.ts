import { afterEach, describe, expect, it, vi } from 'vitest'
import { createServer, type EmbeddedServer, type ServerOptions } from '../../src/server/index.js'
import { createCertificate, createCertificateAuthority } from '../../src/server/certificate.js'
import { dialTls } from '../../src/transport/tcp.js'
import { toBindElement } from '../../src/stanza/bind.js'
import { toIqElement } from '../../src/stanza/iq.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { inShort, logIn, Wire, type Login } from './wire.js'

const servers: EmbeddedServer[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serverWith(options: ServerOptions = {}): Promise<EmbeddedServer> {
  const server = await createServer({
    listen: {},
    accounts: ['alice', 'bob'].map((username) => ({ username, password: 'secret' })),
    ...options,
  })
  servers.push(server)
  return server
}

async function attempt(server: EmbeddedServer, login: Login): Promise<string | undefined> {
  const wire = new Wire(server.connect())
  return wire.authenticate(login, await wire.open())
}

describe('a login', () => {
  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'PLAIN'])(
    'by %s fails alike for a wrong password and for nobody',
    async (mechanism) => {
      const server = await serverWith()
      for (const username of ['alice', 'nobody', 'alice/desk', 'al ice', '@']) {
        expect(await attempt(server, { mechanism, username, password: 'wrong' })).toBe('not-authorized')
      }
    },
  )

  it('knows a user by any spelling of the name', async () => {
    const server = await serverWith()
    expect(await attempt(server, { mechanism: 'SCRAM-SHA-256', username: 'ALICE' })).toBeUndefined()
  })

  it.each([
    ['oneself', 'alice@localhost', undefined],
    ['somebody else', 'bob@localhost', 'invalid-authzid'],
    ['nobody', '@', 'invalid-authzid'],
  ])('as %s', async (_, authzid, condition) => {
    const server = await serverWith()
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256']) {
      expect(await attempt(server, { mechanism, username: 'alice', authzid })).toBe(condition)
    }
  })

  it('may be tried again, until it was tried too often', async () => {
    const server = await serverWith({ limits: { authenticationAttempts: 2 } })
    const wire = new Wire(server.connect())
    const features = await wire.open()
    const wrong = { mechanism: 'PLAIN', username: 'alice', password: 'wrong' }
    expect(await wire.authenticate(wrong, features)).toBe('not-authorized')
    expect(await wire.authenticate(wrong, features)).toBe('not-authorized')
    expect(await wire.streamError()).toBe('policy-violation')
    const other = new Wire(server.connect())
    const again = await other.open()
    expect(await other.authenticate(wrong, again)).toBe('not-authorized')
    expect(await other.authenticate({ ...wrong, password: 'secret' }, again)).toBeUndefined()
  })

  it.each([
    ['a mechanism that is not offered', "mechanism='ANONYMOUS'>", 'invalid-mechanism'],
    ['a mechanism that is none', "mechanism='constructor'>", 'invalid-mechanism'],
    ['no mechanism', '>', 'invalid-mechanism'],
    ['what is not base64', "mechanism='PLAIN'>*", 'incorrect-encoding'],
    ['a message that means nothing', "mechanism='PLAIN'>AAAA", 'malformed-request'],
    ['another element inside', "mechanism='PLAIN'><x/>", 'incorrect-encoding'],
  ])('with %s is refused', async (_, rest, condition) => {
    const server = await serverWith()
    const wire = new Wire(server.connect())
    await wire.open()
    wire.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' ${rest}</auth>`)
    expect((await wire.element('failure')).elements()[0]?.name).toBe(condition)
  })

  it('is refused with the reason of this failure, not of the one before', async () => {
    const server = await serverWith()
    const wire = new Wire(server.connect())
    const features = await wire.open()
    const wrong = { mechanism: 'SCRAM-SHA-256', username: 'alice', password: 'wrong' }
    expect(await wire.authenticate(wrong, features)).toBe('not-authorized')
    wire.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X'/>")
    const failure = await wire.element('failure')
    expect(failure.elements().map(({ name }) => name)).toEqual(['invalid-mechanism'])
  })

  it('can be given up in the middle', async () => {
    const server = await serverWith()
    const wire = new Wire(server.connect())
    const features = await wire.open()
    wire.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>")
    expect((await wire.element('challenge')).text()).toBe('')
    wire.write("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    expect((await wire.element('failure')).elements()[0]?.name).toBe('aborted')
    expect(await wire.authenticate({ mechanism: 'PLAIN', username: 'alice' }, features)).toBeUndefined()
  })

  it('without an account gives one for as long as the session lasts', async () => {
    const server = await serverWith({ mechanisms: ['ANONYMOUS'] })
    const wire = new Wire(server.connect())
    const features = await wire.open()
    expect(features).toMatchObject({ mechanisms: ['ANONYMOUS'], channelBindings: undefined })
    expect(await wire.authenticate({ mechanism: 'ANONYMOUS', username: '' }, features)).toBeUndefined()
    await wire.open()
    const jid = await wire.bind()
    expect(jid.local).toMatch(/^[0-9a-f-]{36}$/)
    wire.close()
    await wire.take()
    const alone = await serverWith()
    expect((await new Wire(alone.connect()).open()).mechanisms).not.toContain('ANONYMOUS')
  })

  it('by certificate needs one that names an account', async () => {
    const signer = await createCertificateAuthority()
    const server = await serverWith({ listen: { tls: {} }, clientCertificateAuthority: signer.cert })
    const port = Number(new URL(server.endpoints.directTls ?? '').port)
    const dial = async (xmpp?: readonly string[]) => {
      const client = xmpp === undefined ? {} : await createCertificate({ names: { xmpp }, signer })
      const tls = { domain: 'localhost', ...client, ...(server.ca === undefined ? {} : { ca: server.ca }) }
      const wire = new Wire(
        await dialTls({ host: '127.0.0.1', port, tls, signal: new AbortController().signal }),
      )
      return { wire, features: await wire.open() }
    }
    const external = { mechanism: 'EXTERNAL', username: '' }
    const alice = await dial(['alice@localhost'])
    expect(await alice.wire.authenticate(external, alice.features)).toBeUndefined()
    await alice.wire.open()
    expect((await alice.wire.bind('desk')).toString()).toBe('alice@localhost/desk')
    const nobody = await dial(['nobody@localhost'])
    expect(await nobody.wire.authenticate(external, nobody.features)).toBe('not-authorized')
    expect((await dial()).features.mechanisms).not.toContain('EXTERNAL')
  })
})

describe('a resource', () => {
  it('is made by the server where none is wanted, and prepared where one is', async () => {
    const server = await serverWith()
    const [one, two] = [await logIn(server.connect(), 'alice'), new Wire(server.connect())]
    expect(one.waiting).toEqual([])
    await two.authenticate({ mechanism: 'PLAIN', username: 'alice' }, await two.open())
    await two.open()
    expect((await two.bind('désk')).resource).toBe('désk')
  })

  it('that cannot be prepared is refused, and another may be asked for', async () => {
    const server = await serverWith()
    const wire = new Wire(server.connect())
    await wire.authenticate({ mechanism: 'PLAIN', username: 'alice' }, await wire.open())
    await wire.open()
    wire.send(toIqElement({ type: 'set', id: 'b', payload: toBindElement('a'.repeat(1024)) }))
    expect(inShort(await wire.element('iq'))).toBe('iq error bad-request')
    expect((await wire.bind('desk')).resource).toBe('desk')
  })

  it('that is taken ends the older session, unless the server is told otherwise', async () => {
    const server = await serverWith()
    const older = await logIn(server.connect(), 'alice', 'desk')
    const newer = await logIn(server.connect(), 'alice', 'desk')
    expect(await older.streamError()).toBe('conflict')
    expect(await newer.heard()).toEqual([])
  })

  it('that is taken is replaced by another one, where the server is told so', async () => {
    const server = await serverWith({ resourceConflict: 'rename' })
    const older = await logIn(server.connect(), 'alice', 'desk')
    const newer = new Wire(server.connect())
    await newer.authenticate({ mechanism: 'PLAIN', username: 'alice' }, await newer.open())
    await newer.open()
    expect((await newer.bind('desk')).resource).not.toBe('desk')
    expect(await older.heard()).toEqual([])
  })

  it('that is taken is refused, where the server is told so', async () => {
    const server = await serverWith({ resourceConflict: 'refuse' })
    const older = await logIn(server.connect(), 'alice', 'desk')
    const newer = new Wire(server.connect())
    await newer.authenticate({ mechanism: 'PLAIN', username: 'alice' }, await newer.open())
    await newer.open()
    newer.send(toIqElement({ type: 'set', id: 'b', payload: toBindElement('desk') }))
    expect(inShort(await newer.element('iq'))).toBe('iq error conflict')
    expect((await newer.bind('sofa')).resource).toBe('sofa')
    expect(await older.heard()).toEqual([])
  })

  it('is one of a limited number', async () => {
    const server = await serverWith({ limits: { resourcesPerAccount: 1 } })
    await logIn(server.connect(), 'alice', 'desk')
    await expect(logIn(server.connect(), 'alice', 'sofa')).rejects.toThrow('no resource was bound')
    await logIn(server.connect(), 'alice', 'desk')
    await logIn(server.connect(), 'bob', 'sofa')
  })
})

const streamHeader =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>"

describe('limits', () => {
  it('turn away connections that are too many, and only those', async () => {
    const server = await serverWith({ limits: { connections: 1 } })
    const first = await logIn(server.connect(), 'alice')
    const second = new Wire(server.connect())
    second.write(streamHeader)
    expect(await second.streamError()).toBe('resource-constraint')
    first.close()
    await first.take()
    expect(await first.take()).toBe('disconnected')
    await logIn(server.connect(), 'bob')
  })

  it.each(['', streamHeader])('end a connection that does not log in', async (said) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const server = await serverWith({ limits: { unauthenticatedMs: 5000 } })
    const wire = new Wire(server.connect())
    wire.write(said)
    await vi.advanceTimersByTimeAsync(4999)
    expect(wire.waiting.filter((item) => item === 'stream closed')).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await wire.streamError()).toBe('connection-timeout')
  })

  it('wait for no client to end a stream that it has not opened', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const server = await serverWith()
    const ended: string[] = []
    server.connect().start({ data: () => {}, closed: () => ended.push('closed') })
    const closed = server.close().then(() => ended.push('server closed'))
    await vi.advanceTimersByTimeAsync(0)
    expect(ended).toEqual(['closed', 'server closed'])
    await closed
  })

  it('cut off a client that does not hang up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const server = await serverWith({ timeouts: { closeMs: 1000 } })
    const ended: string[] = []
    const transport = server.connect()
    transport.start({ data: () => {}, closed: () => ended.push('closed') })
    transport.write(`${streamHeader}<message/>`)
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toEqual(['closed'])
  })

  it('do not let a silent reader fill the memory', async () => {
    const server = await serverWith({ limits: { outboundBytes: 50_000 } })
    const [alice, bob] = [
      await logIn(server.connect(), 'alice'),
      await logIn(server.connect(), 'bob', 'sofa'),
    ]
    server.befriend('alice', { username: 'bob' })
    for (const wire of [bob, alice]) wire.send(xml('presence', ns.client))
    await bob.heard()
    await alice.heard()
    bob.transport.pause()
    const body = xml('body', ns.client, {}, 'x'.repeat(20_000))
    for (let count = 0; count < 4; count += 1)
      alice.send(xml('message', ns.client, { to: 'bob@localhost/sofa' }, body))
    expect(inShort(await alice.element())).toBe('presence unavailable from bob@localhost/sofa')
  })
})
