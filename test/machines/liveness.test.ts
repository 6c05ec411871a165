import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { livenessMachine } from '../../machines/liveness.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

function run(script: Parameters<typeof scriptDeeds>[0]) {
  const deeds = scriptDeeds(script)
  const machine = livenessMachine.provide({
    actors: { silence: deeds.stream('silence'), probe: deeds.deed('probe') },
  })
  const actor = createActor(machine, { input: { timeouts: defaultTimeouts } })
  const output = toPromise(actor)
  actor.start()
  return { ...deeds, actor, output }
}

const lasted = { type: 'silence.lasted' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the liveness chart', () => {
  it('listens again after an answered probe', async () => {
    const { actor, asked } = run({ silence: [gives(lasted), silent], probe: [gives()] })
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toEqual(['silence', 'probe', 'silence'])
    expect(actor.getSnapshot().value).toBe('listening')
    actor.stop()
  })

  it('declares a silent connection dead when the probe is not answered', async () => {
    const { output } = run({ silence: [gives(lasted)], probe: [silent] })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.probeMs)
    expect(await output).toMatchObject({ error: { code: 'timeout.probe' } })
  })

  it.each(['silence', 'probe'])('ends with what %s failed with', async (name) => {
    const closed = new TransportError('closed', 'gone')
    expect(await run({ silence: [gives(lasted)], [name]: [fails(closed)] }).output).toEqual({ error: closed })
  })
})
