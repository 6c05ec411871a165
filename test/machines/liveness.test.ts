import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { assign, createActor, toPromise } from 'xstate'
import { livenessMachine } from '../../machines/liveness.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

const { quietMs, probeMs } = defaultTimeouts

/** @param measured what is found when silence could have lasted, in milliseconds; by default that it has */
function run(script: Parameters<typeof scriptDeeds>[0], measured: readonly number[] = []) {
  const deeds = scriptDeeds(script)
  const left = [...measured]
  const machine = livenessMachine.provide({
    actors: { probe: deeds.deed('probe') },
    actions: { measureSilence: assign(() => ({ silentMs: left.shift() ?? quietMs })) },
  })
  const actor = createActor(machine, { input: { timeouts: defaultTimeouts } })
  const output = toPromise(actor)
  actor.start()
  return { ...deeds, actor, output }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the liveness chart', () => {
  it('looks again after what is left of the quiet time', async () => {
    const { actor, asked } = run({ probe: [silent] }, [1_000, quietMs])
    await vi.advanceTimersByTimeAsync(quietMs)
    expect([asked, actor.getSnapshot().value]).toEqual([[], 'listening'])
    await vi.advanceTimersByTimeAsync(quietMs - 1_001)
    expect(asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect([asked, actor.getSnapshot().value]).toEqual([['probe'], 'probing'])
    actor.stop()
  })

  it('listens for the whole quiet time again after an answered probe', async () => {
    const { actor, asked } = run({ probe: [gives(), silent] })
    await vi.advanceTimersByTimeAsync(quietMs)
    expect([asked, actor.getSnapshot().value]).toEqual([['probe'], 'listening'])
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    expect(asked).toEqual(['probe'])
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toEqual(['probe', 'probe'])
    actor.stop()
  })

  it('declares a silent connection dead when the probe is not answered', async () => {
    const { output } = run({ probe: [silent] })
    await vi.advanceTimersByTimeAsync(quietMs + probeMs)
    expect(await output).toMatchObject({ error: { code: 'timeout.probe' } })
  })

  it('ends with what the probe failed with', async () => {
    const closed = new TransportError('closed', 'gone')
    const { output } = run({ probe: [fails(closed)] })
    await vi.advanceTimersByTimeAsync(quietMs)
    expect(await output).toEqual({ error: closed })
  })
})
