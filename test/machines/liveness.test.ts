import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { TransportError } from '../../src/errors.js'
import { fails, gives, silent } from '../support/scripted-deeds.js'
import { finds, online, sessions } from './session-run.js'

const { quietMs, probeMs, doubtMs } = defaultTimeouts

beforeEach(sessions.begin)
afterEach(sessions.end)

describe('the liveness of an online session', () => {
  it('is looked at again after what is left of the quiet time', async () => {
    finds(1_000, quietMs)
    const { actor, asked } = await online({ probe: [silent] }, { wantsRoster: false })
    const before = asked.length
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(actor.getSnapshot().matches({ active: { online: { liveness: 'listening' } } })).toBe(true)
    await vi.advanceTimersByTimeAsync(quietMs - 1_001)
    expect(asked.slice(before)).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.slice(before)).toEqual(['probe'])
    expect(actor.getSnapshot().matches({ active: { online: { liveness: 'probing' } } })).toBe(true)
  })

  it('is left alone for the whole quiet time again after an answered probe', async () => {
    const { actor, asked } = await online({ probe: [gives(), silent] }, { wantsRoster: false })
    const before = asked.length
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(asked.slice(before)).toEqual(['probe'])
    expect(actor.getSnapshot().matches({ active: { online: { liveness: 'listening' } } })).toBe(true)
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    expect(asked.slice(before)).toEqual(['probe'])
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.slice(before)).toEqual(['probe', 'probe'])
  })

  it.each([
    ['is over when the probe is not answered', quietMs, probeMs, 'timeout.probe', undefined],
    ['is over sooner when it is in doubt', 0, doubtMs, 'timeout.doubt', 'system.woken'],
  ] as const)('%s', async (_promise, silenceMs, patienceMs, code, news) => {
    const { actor } = await online({ probe: [silent] })
    if (news !== undefined) actor.send({ type: news })
    await vi.advanceTimersByTimeAsync(silenceMs + patienceMs - 1)
    expect(actor.getSnapshot().matches({ active: 'online' })).toBe(true)
    await vi.advanceTimersByTimeAsync(1)
    const { context, value } = actor.getSnapshot()
    expect([value, context.error?.code]).toEqual([{ backingOff: 'ended' }, code])
  })

  it('ends the attempt with what the probe failed with', async () => {
    const closed = new TransportError('closed', 'gone')
    const { actor } = await online({ probe: [fails(closed)] })
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(actor.getSnapshot().context.error).toBe(closed)
  })
})
