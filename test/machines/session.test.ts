import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { presenceMachine } from '../../machines/presence.js'
import { redirectLimit } from '../../machines/redirect.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { AuthenticationError, StreamError } from '../../src/errors.js'
import { fails, gives, silent } from '../support/scripted-deeds.js'
import { closed, online, run, sessions, settle, works, wrongPassword } from './session-run.js'

beforeEach(sessions.begin)
afterEach(sessions.end)

const elsewhere = new StreamError('see-other-host', { otherHost: 'other.test:5223' })

describe('the session chart', () => {
  it('goes through its phases, and says which', async () => {
    const { seen, actor } = await online()
    expect(seen).toEqual([
      'offline',
      'active.connecting',
      'active.authenticating',
      'active.binding',
      'active.online.course.stable',
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
    expect(seen.at(-1)).toBe('active.online.course.stable')
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
    expect(seen.at(-1)).toBe('active.online.course.fresh')
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
    expect(seen.at(-1)).toBe('active.online.course.fresh')
  })

  it('waits longer after each failure, and forgives them after a stable minute', async () => {
    const { actor, stanzas, seen } = await online()
    const lose = async () => {
      stanzas.say({ type: 'stream.ended', error: closed })
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
      expect(seen.at(-1)).toBe('active.online.course.fresh')
    }
    for (let time = 1; time <= 3; time++) {
      await lose()
      expect(actor.getSnapshot().context.failures).toBe(time)
    }
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs - 1)
    expect(actor.getSnapshot().context.failures).toBe(3)
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.at(-1)).toBe('active.online.course.stable')
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

  it('holds no failures of other kinds against it', async () => {
    const { actor, seen, stanzas } = await online()
    for (const error of [closed, closed, closed, closed, new StreamError('not-well-formed'), closed]) {
      stanzas.say({ type: 'stream.ended', error })
      expect(seen.at(-1)).toBe('backingOff.ended')
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    }
    expect(actor.getSnapshot().context).toMatchObject({ failures: 6, alike: { times: 1 } })
  })

  it('follows a redirection, and at most five in a row', async () => {
    const { actor, seen, inputs } = run({ 'connection/receiveFeatures': [fails(elsewhere)] })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    const dialled = inputs.get('openTransport') ?? []
    expect(dialled).toHaveLength(redirectLimit + 1)
    expect(dialled[1]).toEqual({ endpoint: 'xmpps://other.test:5223', domain: 'example.test' })
  })

  it('counts redirections that come after the login too', async () => {
    const { actor, seen, stanzas, inputs } = await online()
    for (let time = 0; time < redirectLimit; time++) {
      stanzas.say({ type: 'stream.ended', error: elsewhere })
      await settle()
      expect(seen.at(-1)).toBe('active.online.course.fresh')
    }
    stanzas.say({ type: 'stream.ended', error: elsewhere })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
    expect(inputs.get('openTransport')).toHaveLength(redirectLimit + 1)
    expect(actor.getSnapshot().context.verdict?.because).toMatch(/redirected 5 times/)
  })

  it('is sent elsewhere anew each time it comes back, and comes back all the same', async () => {
    const { actor, seen, stanzas } = await online()
    for (let time = 0; time <= redirectLimit; time++) {
      stanzas.say({ type: 'stream.ended', error: closed })
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
      stanzas.say({ type: 'stream.ended', error: elsewhere })
      await settle()
      expect(seen.at(-1)).toBe('active.online.course.fresh')
    }
    expect(actor.getSnapshot().context).toMatchObject({ hops: 1, error: undefined })
  })

  it('comes back as often as it takes where the server it is sent to is away', async () => {
    const round = [...works.openTransport, fails(closed)]
    const rounds = Array.from({ length: redirectLimit + 1 }, () => round).flat()
    const { actor, seen, inputs } = await online({
      openTransport: [...works.openTransport, ...rounds],
      'connection/receiveFeatures': [...works['connection/receiveFeatures'], fails(elsewhere)],
    })
    actor.send({ type: 'stream.ended', error: closed })
    for (let time = 0; time <= redirectLimit; time++) {
      expect(seen.at(-1)).toBe('backingOff.ended')
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    }
    expect(seen.at(-1)).toBe('backingOff.ended')
    expect(inputs.get('openTransport')).toHaveLength(2 * redirectLimit + 3)
  })

  it('counts what rarely heals where it is sent to, the redirections between aside', async () => {
    const { actor, seen, stanzas } = await online()
    const fail = () => stanzas.say({ type: 'stream.ended', error: new StreamError('not-well-formed') })
    for (let time = 1; time <= 3; time++) {
      fail()
      expect(seen.at(-1)).toBe('backingOff.ended')
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
      stanzas.say({ type: 'stream.ended', error: elsewhere })
      await settle()
      expect(seen.at(-1)).toBe('active.online.course.fresh')
    }
    fail()
    expect(seen.at(-1)).toBe('halted.stopped')
  })

  it('counts nothing that a stable minute has forgiven, though it is sent elsewhere after that', async () => {
    const { actor, seen, stanzas } = await online()
    const fail = async () => {
      stanzas.say({ type: 'stream.ended', error: new StreamError('not-well-formed') })
      expect(seen.at(-1)).toBe('backingOff.ended')
      await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    }
    for (let time = 1; time <= 3; time++) await fail()
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs)
    stanzas.say({ type: 'stream.ended', error: elsewhere })
    await settle()
    await fail()
    expect(actor.getSnapshot().context.alike.times).toBe(1)
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

  it('ends for good though a chart of it dies of a defect meanwhile', async () => {
    const forgetTold = () => {
      throw new Error('a defect')
    }
    const { actor, seen } = await online(
      {},
      {},
      { presence: presenceMachine.provide({ actions: { forgetTold } }) },
    )
    actor.send({ type: 'session.close' })
    expect(actor.getSnapshot().children.presence?.getSnapshot().status).toBe('error')
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
    expect(hurried.seen.at(-1)).toBe('active.online.course.fresh')
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
    expect(seen.at(-1)).toBe('active.online.course.stable')
    expect(actor.getSnapshot().context).toMatchObject({ failures: 0, error: undefined })
  })
})
