import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, type StateValue } from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import { bindingMachine } from '../../machines/binding.js'
import { connectionMachine } from '../../machines/connection.js'
import { livenessMachine } from '../../machines/liveness.js'
import { rosterMachine } from '../../machines/roster.js'
import { redirectLimit } from '../../machines/redirect.js'
import { sessionMachine } from '../../machines/session.js'
import type { SessionInput } from '../../machines/session-context.js'
import { streamManagementMachine } from '../../machines/stream-management.js'
import { noFeatures } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { AuthenticationError, ProtocolError, StreamError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, scriptedStream, silent } from '../support/scripted-deeds.js'

const works = {
  openTransport: [gives({ framing: 'bytes', secure: true, channelBindings: [] })],
  openStream: [gives({ to: undefined, from: 'example.test', id: 's1', version: '1.0', lang: 'en' })],
  'connection/receiveFeatures': [gives({ ...noFeatures, mechanisms: ['SCRAM-SHA-256'] })],
  initiate: [gives({ kind: 'success' })],
  verifyServer: [gives()],
  reopenStream: [gives({ to: undefined, from: 'example.test', id: 's2', version: '1.0', lang: 'en' })],
  'binding/receiveFeatures': [gives({ ...noFeatures, bind: true })],
  bindResource: [gives({ kind: 'bound', jid: 'alice@example.test/desk' })],
  closeStream: [gives()],
}
const closed = new TransportError('closed', 'example.test ended the connection')
const wrongPassword = gives({ kind: 'failure', condition: 'not-authorized', text: undefined })

function run(script: Parameters<typeof scriptDeeds>[0] = {}, input: Partial<SessionInput> = {}) {
  const deeds = scriptDeeds({ ...works, ...script })
  const { deed } = deeds
  let releases = 0
  const stanzas = scriptedStream()
  const surroundings = scriptedStream()
  const machine = sessionMachine.provide({
    actions: { releaseLink: () => void (releases += 1) },
    actors: {
      stanzas: stanzas.logic,
      surroundings: surroundings.logic,
      roster: rosterMachine.provide({ actors: { fetchRoster: deed('fetchRoster') } }),
      streamManagement: streamManagementMachine.provide({
        actors: { enable: deed('enable'), acknowledgements: scriptedStream().logic },
      }),
      closeStream: deed('closeStream'),
      connection: connectionMachine.provide({
        actors: {
          openTransport: deed('openTransport'),
          openStream: deed('openStream'),
          receiveFeatures: deed('connection/receiveFeatures'),
        },
      }),
      authentication: authenticationMachine.provide({
        actors: { initiate: deed('initiate'), verifyServer: deed('verifyServer') },
      }),
      binding: bindingMachine.provide({
        actors: {
          reopenStream: deed('reopenStream'),
          resumeSession: deed('resumeSession'),
          receiveFeatures: deed('binding/receiveFeatures'),
          bindResource: deed('bindResource'),
        },
      }),
      liveness: livenessMachine.provide({
        actors: { probe: deed('probe') },
      }),
    },
  })
  const actor = createActor(machine, {
    input: {
      domain: 'example.test',
      endpoints: ['xmpps://example.test:5223'],
      resource: undefined,
      credentials: { password: true, certificate: false, anonymous: false },
      mechanisms: null,
      allowPlaintext: false,
      wantsRoster: true,
      wantsPresence: true,
      wantsManagement: true,
      reconnect: 'afterOnline',
      timeouts: defaultTimeouts,
      seed: 1,
      ...input,
    },
  })
  const seen: string[] = []
  actor.subscribe((snapshot) => {
    const path = toPath(snapshot.value)
    if (seen.at(-1) !== path) seen.push(path)
  })
  actor.start()
  running.push(actor)
  return { ...deeds, actor, stanzas, surroundings, seen, releases: () => releases }
}

const running: { stop(): void }[] = []
const settle = () => vi.advanceTimersByTimeAsync(0)

function toPath(value: StateValue | undefined): string {
  if (typeof value !== 'object') return value ?? ''
  return Object.entries(value)
    .map(([name, inner]) => `${name}.${toPath(inner)}`)
    .join()
}

async function online(script: Parameters<typeof scriptDeeds>[0] = {}, input: Partial<SessionInput> = {}) {
  const session = run(script, input)
  session.actor.send({ type: 'session.connect' })
  await settle()
  expect(session.seen.at(-1)).toBe('active.online.fresh')
  return session
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

describe('the session chart', () => {
  it('goes through its phases, and says which', async () => {
    const { seen, actor } = await online()
    expect(seen).toEqual([
      'offline',
      'active.connecting',
      'active.authenticating',
      'active.binding',
      'active.online.fresh',
    ])
    expect(actor.getSnapshot().context).toMatchObject({
      header: { id: 's2' },
      jid: 'alice@example.test/desk',
      mechanism: 'SCRAM-SHA-256',
    })
  })

  it('closes the stream before it goes offline', async () => {
    const { actor, seen, asked, releases } = await online()
    actor.send({ type: 'session.disconnect' })
    await settle()
    expect(seen.slice(-2)).toEqual(['active.closing.forNow', 'offline'])
    expect(asked).toContain('closeStream')
    expect(releases()).toBe(1)
  })

  it('goes offline even when the peer never closes its side', async () => {
    const { actor, seen, releases } = await online({ closeStream: [silent] })
    actor.send({ type: 'session.disconnect' })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.closeMs)
    expect(seen.at(-1)).toBe('offline')
    expect(releases()).toBe(1)
  })

  it('can be connected again while it is closing', async () => {
    const { actor, seen } = await online({ closeStream: [silent] })
    actor.send({ type: 'session.disconnect' })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('active.online.fresh')
  })

  it.each(['openTransport', 'initiate', 'bindResource'])(
    'can be disconnected while %s is silent',
    async (name) => {
      const { actor, seen, asked } = run({ [name]: [silent] })
      actor.send({ type: 'session.connect' })
      await settle()
      actor.send({ type: 'session.disconnect' })
      await settle()
      expect(seen.slice(-2)).toEqual(['active.closing.forNow', 'offline'])
      expect(asked).toContain(`${name} stopped`)
    },
  )

  it('does not repeat a first attempt that failed', async () => {
    const { actor, seen } = run({ openTransport: [fails(closed)] })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    expect(actor.getSnapshot().context).toMatchObject({ error: closed, verdict: { decision: 'stop' } })
  })

  it('repeats even a first attempt where the app wants it', async () => {
    const { actor, seen } = run(
      { openTransport: [fails(closed), ...works.openTransport] },
      { reconnect: 'always' },
    )
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('backingOff.ended')
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.fresh')
  })

  it('asks for credentials when they are refused', async () => {
    const { actor, seen } = run({ initiate: [wrongPassword] }, { reconnect: 'always' })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.needsCredentials')
    expect(actor.getSnapshot().context.error).toBeInstanceOf(AuthenticationError)
  })

  it('comes back after a lost connection, with the old attempt gone', async () => {
    const { actor, seen, stanzas, releases } = await online()
    stanzas.say({ type: 'stream.ended', error: closed })
    expect(seen.at(-1)).toBe('backingOff.ended')
    expect(releases()).toBe(1)
    expect(stanzas.running()).toBe(0)
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.fresh')
  })

  it('waits longer after each failure, and forgives them after a stable minute', async () => {
    const { actor, stanzas, seen } = await online()
    const lose = async () => {
      stanzas.say({ type: 'stream.ended', error: closed })
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
      expect(seen.at(-1)).toBe('active.online.fresh')
    }
    for (let time = 1; time <= 3; time++) {
      await lose()
      expect(actor.getSnapshot().context.failures).toBe(time)
    }
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs - 1)
    expect(actor.getSnapshot().context.failures).toBe(3)
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.at(-1)).toBe('active.online.stable')
    expect(actor.getSnapshot().context.failures).toBe(0)
  })

  it('does not take a resource back from another client', async () => {
    const { seen, stanzas } = await online()
    stanzas.say({ type: 'stream.ended', error: new StreamError('conflict') })
    expect(seen.at(-1)).toBe('halted.stopped')
  })

  it('stops after the limit of a failure that rarely heals', async () => {
    const { actor, seen, stanzas } = await online()
    for (let time = 1; time <= 3; time++) {
      stanzas.say({ type: 'stream.ended', error: new StreamError('not-well-formed') })
      expect(seen.at(-1)).toBe('backingOff.ended')
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    }
    stanzas.say({ type: 'stream.ended', error: new StreamError('not-well-formed') })
    expect(seen.at(-1)).toBe('halted.stopped')
  })

  it('follows a redirection, and at most five in a row', async () => {
    const redirect = new StreamError('see-other-host', { otherHost: 'other.test:5223' })
    const { actor, seen, inputs } = run({ 'connection/receiveFeatures': [fails(redirect)] })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    const dialled = inputs.get('openTransport') ?? []
    expect(dialled).toHaveLength(redirectLimit + 1)
    expect(dialled[1]).toEqual({ endpoint: 'xmpps://other.test:5223', domain: 'example.test' })
  })

  it('counts redirections that come after the login too', async () => {
    const { actor, seen, stanzas, inputs } = await online()
    const redirect = new StreamError('see-other-host', { otherHost: 'other.test:5223' })
    for (let time = 0; time < redirectLimit; time++) {
      stanzas.say({ type: 'stream.ended', error: redirect })
      await settle()
      expect(seen.at(-1)).toBe('active.online.fresh')
    }
    stanzas.say({ type: 'stream.ended', error: redirect })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    expect(inputs.get('openTransport')).toHaveLength(redirectLimit + 1)
    expect(actor.getSnapshot().context.verdict?.because).toMatch(/redirected 5 times/)
  })

  it('goes back to its own endpoints when the one it was sent to fails', async () => {
    const redirect = new StreamError('see-other-host', { otherHost: 'gone.test:5223' })
    const { actor, inputs } = await online(
      { openTransport: [...works.openTransport, fails(closed), ...works.openTransport] },
      { reconnect: 'always' },
    )
    actor.send({ type: 'stream.ended', error: redirect })
    await settle()
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(inputs.get('openTransport')).toEqual([
      expect.objectContaining({ endpoint: 'xmpps://example.test:5223' }),
      expect.objectContaining({ endpoint: 'xmpps://gone.test:5223' }),
      expect.objectContaining({ endpoint: 'xmpps://example.test:5223' }),
    ])
  })

  it('ends for good, after the stream is closed, and hears no wish then', async () => {
    const { actor, seen } = await online()
    actor.send({ type: 'session.close' })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.slice(-2)).toEqual(['active.closing.forGood', 'closed'])
    expect(actor.getSnapshot().status).toBe('done')
  })

  it('follows no redirection that came in clear', async () => {
    const redirect = new StreamError('see-other-host', { otherHost: 'other.test' })
    const plain = gives({ framing: 'bytes', secure: false, channelBindings: [] })
    const { actor, seen, inputs } = run(
      { openTransport: [plain], 'connection/receiveFeatures': [fails(redirect)] },
      { allowPlaintext: true },
    )
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    expect(inputs.get('openTransport')).toHaveLength(1)
  })

  it('gives a dead connection up', async () => {
    const { seen, actor } = await online({ probe: [silent] })
    const { quietMs, probeMs } = defaultTimeouts
    await vi.advanceTimersByTimeAsync(quietMs + probeMs)
    expect(seen.at(-1)).toBe('backingOff.ended')
    expect(actor.getSnapshot().context.error).toMatchObject({ code: 'timeout.probe' })
  })

  it('can be hurried and stopped while it backs off', async () => {
    const hurried = await online()
    hurried.stanzas.say({ type: 'stream.ended', error: closed })
    hurried.actor.send({ type: 'session.connect' })
    await settle()
    expect(hurried.seen.at(-1)).toBe('active.online.fresh')
    hurried.stanzas.say({ type: 'stream.ended', error: closed })
    hurried.actor.send({ type: 'session.disconnect' })
    expect(hurried.seen.at(-1)).toBe('offline')
  })

  it('starts a new wish from halted, with nothing held against it', async () => {
    const { actor, seen } = run({ openTransport: [fails(closed), ...works.openTransport] })
    actor.send({ type: 'session.connect' })
    await settle()
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('active.online.fresh')
    expect(actor.getSnapshot().context).toMatchObject({ failures: 0, error: undefined })
  })

  const managed = {
    'binding/receiveFeatures': [
      gives({ ...noFeatures, bind: true, names: ['{urn:xmpp:sm:3}sm', '{urn:xmpp:features:rosterver}ver'] }),
    ],
    enable: [gives({ kind: 'enabled', id: 'sm-1', maxMs: 60_000, location: undefined })],
    resumeSession: [gives({ kind: 'resumed', jid: 'alice@example.test/desk' })],
    fetchRoster: [gives()],
  }
  const standing = ({ actor }: ReturnType<typeof run>) => {
    const { roster, streamManagement } = actor.getSnapshot().children
    return [roster?.getSnapshot().value, streamManagement?.getSnapshot().value]
  }

  it('goes on with a session that the server keeps: nothing is fetched or announced again', async () => {
    const session = await online(managed)
    const { actor, asked, inputs, seen, stanzas } = session
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    stanzas.say({ type: 'stream.ended', error: closed })
    await settle()
    expect(seen.at(-1)).toBe('backingOff.suspended')
    expect(standing(session)).toEqual(['synced', 'suspended'])
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.resumed')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    expect(inputs.get('resumeSession')).toEqual([{ previd: 'sm-1' }])
    expect(asked.filter((name) => ['bindResource', 'enable', 'fetchRoster'].includes(name))).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs)
    expect(seen.at(-1)).toBe('active.online.stable')
  })

  it('begins anew where the server does not go on', async () => {
    const session = await online({ ...managed, resumeSession: [gives({ kind: 'refused' })] })
    const { actor, asked, seen, stanzas } = session
    stanzas.say({ type: 'stream.ended', error: closed })
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.fresh')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    expect(asked.filter((name) => ['bindResource', 'enable', 'fetchRoster'].includes(name))).toHaveLength(6)
    expect(actor.getSnapshot().context).toMatchObject({ resumed: false, resumption: { previd: 'sm-1' } })
  })

  it('keeps waiting, but for a new session, when the server keeps the old one no longer', async () => {
    const session = await online({ ...managed, openTransport: [...works.openTransport, fails(closed)] })
    const { actor, seen, stanzas } = session
    stanzas.say({ type: 'stream.ended', error: closed })
    for (let time = 0; time < 20; time++) {
      await vi.advanceTimersByTimeAsync(3_000)
      if (seen.at(-1) === 'backingOff.ended') break
    }
    expect(seen.at(-1)).toBe('backingOff.ended')
    expect(standing(session)).toEqual(['cold', 'lost'])
    expect(actor.getSnapshot().context.resumption).toBeUndefined()
  })

  it('does not go on with a session in which the server has lost count', async () => {
    const session = await online(managed)
    session.stanzas.say({
      type: 'stream.ended',
      error: new ProtocolError('undefined-condition', 'it acknowledged too much'),
    })
    await settle()
    expect(session.seen.at(-1)).toBe('backingOff.ended')
    expect(standing(session)).toEqual(['cold', 'lost'])
  })

  it('tries once where the server would like to go on, then where it was', async () => {
    const enable = [gives({ kind: 'enabled', id: 'sm-1', maxMs: undefined, location: 'other.test:5299' })]
    const { actor, inputs, seen, stanzas } = await online({
      ...managed,
      enable,
      openTransport: [...works.openTransport, fails(closed), ...works.openTransport],
    })
    stanzas.say({ type: 'stream.ended', error: closed })
    for (let time = 0; time < 2; time++) {
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    }
    expect(seen.at(-1)).toBe('active.online.resumed')
    expect(inputs.get('openTransport')).toMatchObject([
      { endpoint: 'xmpps://example.test:5223' },
      { endpoint: 'xmpps://other.test:5299' },
      { endpoint: 'xmpps://example.test:5223' },
    ])
  })

  it.each(['network.online', 'system.woken'] as const)('does not wait any longer on %s', async (type) => {
    const { seen, stanzas, surroundings, asked } = await online(managed)
    stanzas.say({ type: 'stream.ended', error: closed })
    surroundings.say({ type })
    surroundings.say({ type })
    await settle()
    expect(seen.at(-1)).toBe('active.online.resumed')
    expect(asked.filter((name) => name === 'openTransport')).toHaveLength(2)
  })

  it.each(['network.online', 'system.woken'] as const)(
    'looks at once whether a connection still lives on %s',
    async (type) => {
      const { seen, surroundings, actor } = await online({ ...managed, probe: [silent] })
      surroundings.say({ type })
      await vi.advanceTimersByTimeAsync(defaultTimeouts.doubtMs)
      expect(seen.at(-1)).toBe('backingOff.suspended')
      expect(actor.getSnapshot().context.error).toMatchObject({ code: 'timeout.doubt' })
    },
  )

  it.each(['openTransport', 'initiate', 'resumeSession'])(
    'ends in offline when it is disconnected while a suspended session is at %s',
    async (name) => {
      const steps = Object.entries(works).find(([known]) => known === name)?.[1] ?? []
      const session = await online({ ...managed, [name]: [...steps, silent] })
      session.stanzas.say({ type: 'stream.ended', error: closed })
      await vi.advanceTimersByTimeAsync(session.actor.getSnapshot().context.retryInMs)
      session.actor.send({ type: 'session.disconnect' })
      await settle()
      expect(session.seen.at(-1)).toBe('offline')
      expect(standing(session)).toEqual(['cold', 'outside'])
    },
  )

  it('ends in offline when it is disconnected while it is suspended', async () => {
    const session = await online(managed)
    session.stanzas.say({ type: 'stream.ended', error: closed })
    session.actor.send({ type: 'session.disconnect' })
    await settle()
    expect(session.seen.at(-1)).toBe('offline')
    expect(standing(session)).toEqual(['cold', 'outside'])
  })

  it('spreads everybody over a minute when the server shuts down', async () => {
    const delays: number[] = []
    for (let seed = 1; seed <= 50; seed++) {
      const { actor, stanzas } = await online(managed, { seed })
      stanzas.say({ type: 'stream.ended', error: new StreamError('system-shutdown') })
      delays.push(actor.getSnapshot().context.retryInMs)
    }
    expect(Math.max(...delays)).toBeGreaterThan(50_000)
    expect(Math.min(...delays)).toBeLessThan(10_000)
    expect(delays.every((delay) => delay <= 60_000)).toBe(true)
  })
})
