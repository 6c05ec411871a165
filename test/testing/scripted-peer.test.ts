import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { createScriptedServer, type ScriptedServerOptions } from '../../src/testing/scripted-peer-server.js'
import type { Cut } from '../../src/testing/scripted-peer.js'
import { loginPhases } from '../../src/testing/scripted-peer-login.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { xml } from '../../src/xml/element.js'

function meet(options: ScriptedServerOptions = {}, more: Partial<ClientOptions> = {}) {
  const clock = new VirtualClock()
  const server = createScriptedServer(options)
  const client = createClient({
    jid: 'alice@example.test',
    password: 'secret',
    endpoint: server.open,
    reconnect: 'never',
    ...more,
  })
  onTestFinished(async () => {
    const closed = client.close()
    await clock.drain()
    await closed
    expect(clock.timerCount).toBe(0)
    clock[Symbol.dispose]()
  })
  return { clock, server, client }
}

describe.each(['bytes', 'frames'] as const)('a scripted server over %s', (framing) => {
  it('lets a client in and gives it its roster', async () => {
    const { server, client } = meet({ framing, roster: [{ jid: 'bob@example.test', name: 'Bob' }] })
    await client.connect()
    expect(client.state).toMatchObject({ status: 'online', jid: 'alice@example.test/scripted' })
    expect([...(await client.fetchRoster()).keys()]).toEqual(['bob@example.test'])
    expect(server.peer.headers).toHaveLength(2)
  })

  it.each(loginPhases)('is silent where it should be: %s', async (phase) => {
    const { clock, server, client } = meet({ framing, silentFrom: phase })
    const outcome = client.connect().catch((error: unknown) => error)
    await clock.drain()
    expect(await outcome).toMatchObject({ code: expect.stringMatching(/^timeout\./) })
    expect(server.peer.ended).toBe(true)
  })

  it('refuses stream management that it was made to offer', async () => {
    const { clock, server, client } = meet({
      framing,
      authenticatedFeatures: { bind: true, streamManagement: true },
    })
    await client.connect()
    await clock.rest()
    expect(server.peer.elements.map(({ name }) => name)).toContain('enable')
    expect(client.actor.getSnapshot().children.streamManagement?.getSnapshot().value).toBe('unmanaged')
  })

  it('ends the stream with an error', async () => {
    const { clock, server, client } = meet({ framing })
    await client.connect()
    server.peer.fail({ condition: 'conflict', text: 'elsewhere' })
    await clock.rest()
    expect(client.state).toMatchObject({ error: { code: 'stream.conflict', text: 'elsewhere' } })
  })

  it('does what a reaction says before anything else', async () => {
    const { clock, server, client } = meet({
      framing,
      reactions: [
        (heard, peer) => {
          if (heard.kind !== 'element' || heard.element.name !== 'message') return false
          peer.say(
            xml(
              'message',
              'jabber:client',
              { from: 'bob@example.test' },
              xml('body', 'jabber:client', {}, 'echo'),
            ),
          )
          return true
        },
      ],
    })
    await client.connect()
    const bodies: unknown[] = []
    client.message$.subscribe(({ body }) => bodies.push(body))
    client.send({ to: 'bob@example.test', body: 'hello' })
    await clock.rest()
    expect(bodies).toEqual(['echo'])
    expect(server.peer.elements.at(-1)?.child('body')?.text()).toBe('hello')
  })

  it('ends the connection in order and otherwise', async () => {
    const { clock, server, client } = meet({ framing })
    await client.connect()
    server.peer.hangUp()
    await clock.rest()
    expect(client.state).toMatchObject({ error: { code: 'transport.closed' } })
    await client.connect()
    server.peer.reset()
    await clock.rest()
    expect(client.state).toMatchObject({ error: { code: 'transport.reset' } })
    expect(server.peers).toHaveLength(2)
  })

  it('sees a client leave in order', async () => {
    const { clock, server, client } = meet({ framing })
    await client.connect()
    const left = client.disconnect()
    await clock.rest()
    await left
    expect(server.peer).toMatchObject({ closings: 1, ended: true, endedBy: null })
  })
})

it('pretends STARTTLS on a connection in clear', async () => {
  const { server, client } = meet({ secure: false })
  await client.connect()
  expect(client.state).toMatchObject({ status: 'online', encrypted: true })
  expect(server.peer.heard).toContain('<starttls')
})

it('has no peer before somebody dials', () => {
  expect(() => createScriptedServer().peer).toThrow(TypeError)
})

it('says nothing after its cut, and ends once', async () => {
  let ends = 0
  const server = createScriptedServer({ isSilent: true, cut: { afterUnits: 30, end: () => (ends += 1) } })
  let heard = ''
  server.open().start({
    data: (chunk) => (heard += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
    closed: () => {},
  })
  server.peer.say('x'.repeat(35), 'and this is said after the cut')
  server.peer.say('and so is this')
  await new Promise<void>((resolve) => setImmediate(resolve))
  expect({ heard, ends, transcript: server.peer.transcript }).toEqual({
    heard: 'x'.repeat(30),
    ends: 1,
    transcript: [`server: ${'x'.repeat(30)}`],
  })
})

it.each<[string, Cut['end']]>([
  ['fails', (peer) => peer.fail('system-shutdown')],
  ['closes the stream', (peer) => peer.closeStream()],
  ['says a word', (peer) => peer.say('a word')],
])('is not heard any more where its cut %s', (_what, end) => {
  const server = createScriptedServer({ isSilent: true, cut: { afterUnits: 100, end } })
  server.open().start({ data: () => {}, closed: () => {} })
  server.peer.say('x'.repeat(130))
  expect(server.peer.transcript).toEqual([`server: ${'x'.repeat(100)}`])
})
