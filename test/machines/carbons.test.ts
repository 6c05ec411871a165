import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { carbonsMachine } from '../../machines/carbons.js'
import { StanzaError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'
import { Walked } from './walked.js'

const walked = new Walked()
const refused = new StanzaError('service-unavailable', 'cancel')

beforeEach(() => void vi.useFakeTimers())
const running: { stop(): unknown }[] = []
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

function run(steps: Parameters<typeof scriptDeeds>[0][string]) {
  const { asked, deed } = scriptDeeds({ enableCarbons: steps })
  const machine = carbonsMachine.provide({ actors: { enableCarbons: deed('enableCarbons') } })
  const actor = createActor(machine, { input: { answerMs: 1000 }, inspect: walked.inspect })
  running.push(actor)
  actor.start()
  const says = async (type: 'session.live' | 'session.none') => {
    actor.send({ type })
    await vi.advanceTimersByTimeAsync(0)
    return actor.getSnapshot().value
  }
  return { asked, says, error: () => actor.getSnapshot().context.error, actor }
}

describe('the carbons chart', () => {
  it('asks once in each session, however often that is resumed', async () => {
    const { asked, says } = run([gives()])
    expect(await says('session.live')).toBe('on')
    expect(await says('session.live')).toBe('on')
    expect(asked).toEqual(['enableCarbons'])
    expect(await says('session.none')).toBe('off')
    expect(await says('session.live')).toBe('on')
    expect(asked).toEqual(['enableCarbons', 'enableCarbons'])
  })

  it('takes a refusal, and asks again over the next stream', async () => {
    const { error, says } = run([fails(refused), gives()])
    expect(await says('session.live')).toBe('refused')
    expect(error()).toBe(refused)
    expect(await says('session.live')).toBe('on')
    expect(error()).toBeUndefined()
  })

  it('takes silence for a refusal after a while', async () => {
    const { actor, error, says } = run([silent])
    expect(await says('session.live')).toBe('enabling')
    await vi.advanceTimersByTimeAsync(1000)
    expect([actor.getSnapshot().value, error()?.code]).toEqual(['refused', 'timeout.carbons'])
    expect(await says('session.none')).toBe('off')
  })

  it('stops asking when the session ends', async () => {
    const { asked, says } = run([silent])
    await says('session.live')
    expect(await says('session.none')).toBe('off')
    expect(asked).toEqual(['enableCarbons', 'enableCarbons stopped'])
  })
})

it('is walked along every edge', () => {
  expect(walked.missed(carbonsMachine)).toEqual([])
})
