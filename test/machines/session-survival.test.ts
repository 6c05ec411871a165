import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noFeatures } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { ProtocolError, StreamError, TransportError } from '../../src/errors.js'
import { fails, gives, silent } from '../support/scripted-deeds.js'
import { closed, online, run, sessions, settle, works } from './session-run.js'

const portal = new TransportError('certificate-mismatch', 'portal.test')

beforeEach(sessions.begin)
afterEach(sessions.end)

describe('the session chart, when connections are lost,', () => {
  const managed = {
    'binding/receiveFeatures': [
      gives({ ...noFeatures, bind: true, names: ['{urn:xmpp:sm:3}sm', '{urn:xmpp:features:rosterver}ver'] }),
    ],
    enable: [gives({ kind: 'enabled', id: 'sm-1', maxMs: 60_000, location: undefined })],
    resumeSession: [gives({ kind: 'resumed', jid: 'alice@example.test/desk', heard: false })],
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
    expect(seen.at(-1)).toBe('active.online.course.resumed')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    expect(inputs.get('resumeSession')).toEqual([{ previd: 'sm-1' }])
    expect(asked.filter((name) => ['bindResource', 'enable', 'fetchRoster'].includes(name))).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(defaultTimeouts.stableMs)
    expect(seen.at(-1)).toBe('active.online.course.stable')
  })

  it('begins anew where the server does not go on', async () => {
    const session = await online({ ...managed, resumeSession: [gives({ kind: 'refused' })] })
    const { actor, asked, seen, stanzas } = session
    stanzas.say({ type: 'stream.ended', error: closed })
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.course.fresh')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
    expect(asked.filter((name) => ['bindResource', 'enable', 'fetchRoster'].includes(name))).toHaveLength(6)
    expect(actor.getSnapshot().context).toMatchObject({ resumed: false, resumption: { previd: 'sm-1' } })
  })

  it('begins anew where the server manages streams no longer, and answers nothing of them', async () => {
    const session = await online({
      ...managed,
      'binding/receiveFeatures': [
        ...managed['binding/receiveFeatures'],
        gives({ ...noFeatures, bind: true }),
      ],
      resumeSession: [silent],
    })
    session.stanzas.say({ type: 'stream.ended', error: closed })
    await vi.advanceTimersByTimeAsync(session.actor.getSnapshot().context.retryInMs)
    expect(session.seen.at(-1)).toBe('active.online.course.fresh')
    expect(standing(session)).toEqual(['synced', 'unmanaged'])
  })

  it('goes on where silence has come before the answer, unless that happens twice in a row', async () => {
    const session = await online({
      ...managed,
      resumeSession: [
        silent,
        ...managed.resumeSession,
        silent,
        fails(closed),
        silent,
        ...managed.resumeSession,
      ],
    })
    const { actor, inputs, seen, stanzas } = session
    const attempt = (waitMs: number) =>
      vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs + waitMs)
    const { bindMs } = defaultTimeouts
    for (const waits of [[bindMs], [bindMs, 0, bindMs]]) {
      stanzas.say({ type: 'stream.ended', error: closed })
      await settle()
      for (const waitMs of waits) {
        await attempt(waitMs)
        expect(seen.at(-1)).toBe('backingOff.suspended')
      }
      await attempt(0)
      expect(seen.at(-1)).toBe('active.online.course.resumed')
    }
    expect(inputs.get('resumeSession')).toEqual(Array.from({ length: 6 }, () => ({ previd: 'sm-1' })))
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
  })

  it('begins anew where the server manages streams, and does not say twice whether it goes on', async () => {
    const session = await online({ ...managed, resumeSession: [silent] })
    const { actor, seen, stanzas } = session
    stanzas.say({ type: 'stream.ended', error: closed })
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs + defaultTimeouts.bindMs)
    expect(seen.at(-1)).toBe('backingOff.suspended')
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs + defaultTimeouts.bindMs)
    expect(seen.at(-1)).toBe('backingOff.ended')
    await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
    expect(seen.at(-1)).toBe('active.online.course.fresh')
    expect(standing(session)).toEqual(['synced', { live: 'settled' }])
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

  it('does not let it run out while the server is asked', async () => {
    const session = await online({ ...managed, reopenStream: [...works.reopenStream, silent] })
    session.stanzas.say({ type: 'stream.ended', error: closed })
    const { retryInMs } = session.actor.getSnapshot().context
    await vi.advanceTimersByTimeAsync(retryInMs)
    expect(session.inputs.get('reopenStream')?.at(-1)).toEqual({ previd: 'sm-1' })
    expect(standing(session)).toEqual(['synced', 'resuming'])
  })

  describe('and one attempt was cut after the login,', () => {
    const conflict = { type: 'stream.ended', error: new StreamError('conflict') } as const
    /** Resumed at the second attempt. */
    const haunted = async () => {
      const session = await online({
        ...managed,
        reopenStream: [...works.reopenStream, fails(closed), ...works.reopenStream],
      })
      const { actor, seen, stanzas } = session
      const comeBack = async () => {
        await vi.advanceTimersByTimeAsync(actor.getSnapshot().context.retryInMs)
        await settle()
      }
      stanzas.say({ type: 'stream.ended', error: closed })
      await settle()
      await comeBack()
      expect(seen.at(-1)).toBe('backingOff.suspended')
      await comeBack()
      expect(seen.at(-1)).toBe('active.online.course.resumed')
      return { ...session, comeBack }
    }
    const { ghostMs, stableMs } = defaultTimeouts

    it.each([
      ['resumed', 0],
      ['settling', stableMs],
      ['settling', stableMs + ghostMs - 1],
    ])('does not take that for another client, once: %s for %i ms', async (state, ms) => {
      const { comeBack, seen, stanzas } = await haunted()
      await vi.advanceTimersByTimeAsync(ms)
      expect(seen.at(-1)).toBe(`active.online.course.${state}`)
      stanzas.say(conflict)
      await settle()
      expect(seen.at(-1)).toBe('backingOff.suspended')
      await comeBack()
      expect(seen.at(-1)).toBe('active.online.course.resumed')
      stanzas.say(conflict)
      await settle()
      expect(seen.at(-1)).toBe('halted.stopped')
    })

    it('takes another client for what it is after a while', async () => {
      const { seen, stanzas } = await haunted()
      await vi.advanceTimersByTimeAsync(stableMs)
      await vi.advanceTimersByTimeAsync(ghostMs)
      expect(seen.at(-1)).toBe('active.online.course.stable')
      stanzas.say(conflict)
      await settle()
      expect(seen.at(-1)).toBe('halted.stopped')
    })
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
    expect(seen.at(-1)).toBe('active.online.course.resumed')
    expect(inputs.get('openTransport')).toMatchObject([
      { endpoint: 'xmpps://example.test:5223' },
      { endpoint: 'xmpps://other.test:5299' },
      { endpoint: 'xmpps://example.test:5223' },
    ])
  })

  const plain = gives({ framing: 'bytes', secure: false, channelBindings: [] })
  const header = gives({ to: undefined, from: 'example.test', id: 's1', version: '1.0', lang: 'en' })
  it.each([
    ['a certificate for another name', { openTransport: [fails(portal)], openStream: [] }],
    ['a stream error in clear', { openTransport: [plain], openStream: [fails(new StreamError('conflict'))] }],
    [
      'words that are no XMPP',
      { openTransport: [plain], openStream: [fails(new ProtocolError('not-well-formed', 'HTTP'))] },
    ],
  ])('outlasts whoever stands in between, and shows %s', async (_, { openTransport, openStream }) => {
    const times = [...Array(9).keys()].flatMap(() => openTransport)
    const script = {
      ...managed,
      enable: [gives({ kind: 'enabled', id: 'sm-1', maxMs: undefined, location: undefined })],
      openTransport: [...works.openTransport, ...times, ...works.openTransport],
      openStream: [header, ...times.flatMap(() => openStream), header],
    }
    const { actor, asked, inputs, seen, stanzas } = await online(script, {
      timeouts: { ...defaultTimeouts, resumptionMs: 2 ** 31 - 1 },
    })
    stanzas.say({ type: 'stream.ended', error: closed })
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await settle()
      const { context } = actor.getSnapshot()
      expect(seen.at(-1)).toBe('backingOff.suspended')
      expect(context.resumption).toMatchObject({ previd: 'sm-1' })
      await vi.advanceTimersByTimeAsync(context.retryInMs)
    }
    expect(seen.at(-1)).toBe('active.online.course.resumed')
    expect(inputs.get('resumeSession')).toEqual([{ previd: 'sm-1' }])
    expect(asked.filter((name) => name === 'initiate')).toHaveLength(2)
    stanzas.say({ type: 'stream.ended', error: new ProtocolError('not-well-formed', 'broken') })
    await settle()
    expect(seen.at(-1)).toBe('backingOff.ended')
  })

  it('does not come back where the first certificate is wrong', async () => {
    const { actor, seen } = run({ openTransport: [fails(portal)] }, { reconnect: 'always' })
    actor.send({ type: 'session.connect' })
    await settle()
    expect(seen.at(-1)).toBe('halted.stopped')
  })

  it.each(['network.online', 'system.woken'] as const)('does not wait any longer on %s', async (type) => {
    const { seen, stanzas, surroundings, asked } = await online(managed)
    stanzas.say({ type: 'stream.ended', error: closed })
    surroundings.say({ type })
    surroundings.say({ type })
    await settle()
    expect(seen.at(-1)).toBe('active.online.course.resumed')
    expect(asked.filter((name) => name === 'openTransport')).toHaveLength(2)
  })

  it('waits on where the network has gone', async () => {
    const { seen, stanzas, surroundings, asked } = await online(managed)
    stanzas.say({ type: 'stream.ended', error: closed })
    surroundings.say({ type: 'network.offline' })
    await settle()
    expect(seen.at(-1)).toBe('backingOff.suspended')
    expect(asked.filter((name) => name === 'openTransport')).toHaveLength(1)
  })

  it.each(['network.offline', 'network.online', 'system.woken'] as const)(
    'looks at once whether a connection still lives on %s',
    async (type) => {
      const { seen, stanzas, actor } = await online({ ...managed, ping: [silent] })
      stanzas.say({ type })
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
