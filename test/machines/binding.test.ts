import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { bindingMachine } from '../../machines/binding.js'
import { noFeatures } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { StanzaError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

const features = { ...noFeatures, bind: true }
const header = { to: undefined, from: 'example.test', id: 's2', version: '1.0', lang: 'en' }
const bound = gives({ kind: 'bound', jid: 'alice@example.test/desk' })
const refused = (error: StanzaError) =>
  gives({ kind: 'refused', error, conflict: error.condition === 'conflict' })
const conflict = new StanzaError('conflict', 'modify')
const notAllowed = new StanzaError('not-allowed', 'cancel')
const closed = new TransportError('closed', 'example.test ended the connection')
const steps = {
  reopenStream: [gives(header)],
  receiveFeatures: [gives({ ...features, session: 'required' })],
  bindResource: [bound],
  establishSession: [gives()],
}

function run(
  script: Parameters<typeof scriptDeeds>[0],
  resource: string | undefined = 'desk',
  previd?: string,
) {
  const deeds = scriptDeeds({ ...steps, receiveFeatures: [gives(features)], ...script })
  const { deed } = deeds
  const machine = bindingMachine.provide({
    actors: {
      reopenStream: deed('reopenStream'),
      receiveFeatures: deed('receiveFeatures'),
      resumeSession: deed('resumeSession'),
      bindResource: deed('bindResource'),
      establishSession: deed('establishSession'),
    },
  })
  const actor = createActor(machine, { input: { resource, previd, timeouts: defaultTimeouts } })
  const output = toPromise(actor)
  actor.start()
  return { ...deeds, output }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the binding chart', () => {
  it('binds the resource that was asked for', async () => {
    const { output, asked, inputs } = run({})
    expect(await output).toEqual({ outcome: 'bound', jid: 'alice@example.test/desk', header, features })
    expect(asked).toEqual(['reopenStream', 'receiveFeatures', 'bindResource'])
    expect(inputs.get('bindResource')).toMatchObject([{ resource: 'desk' }])
  })

  it('establishes a legacy session only where it is required', async () => {
    const required = run({ receiveFeatures: steps.receiveFeatures })
    expect((await required.output).outcome).toBe('bound')
    expect(required.asked).toContain('establishSession')
    const optional = run({ receiveFeatures: [gives({ ...features, session: 'optional' })] })
    expect((await optional.output).outcome).toBe('bound')
    expect(optional.asked).not.toContain('establishSession')
  })

  it('gives a taken resource up for one of the server’s making', async () => {
    const { output, inputs } = run({ bindResource: [refused(conflict), bound] })
    expect((await output).outcome).toBe('bound')
    expect(inputs.get('bindResource')).toMatchObject([{ resource: 'desk' }, { resource: undefined }])
  })

  it('does not ask for ever when even that is refused', async () => {
    const { output, asked } = run({ bindResource: [refused(conflict)] })
    expect(await output).toEqual({ outcome: 'failed', error: conflict })
    expect(asked.filter((name) => name === 'bindResource')).toHaveLength(2)
  })

  it('fails with any other refusal', async () => {
    expect(await run({ bindResource: [refused(notAllowed)] }).output).toEqual({
      outcome: 'failed',
      error: notAllowed,
    })
  })

  it('fails where the server offers no binding', async () => {
    expect(await run({ receiveFeatures: [gives(noFeatures)] }).output).toMatchObject({
      error: { code: 'protocol.unsupported-feature' },
    })
  })

  it('begins anew, and waits for no answer, where the server manages streams no longer', async () => {
    const { output, asked, inputs } = run({ resumeSession: [silent] }, 'desk', 'sm-1')
    await vi.advanceTimersByTimeAsync(defaultTimeouts.bindMs)
    expect(await output).toMatchObject({ outcome: 'bound' })
    expect(inputs.get('reopenStream')).toEqual([{ previd: 'sm-1' }])
    expect(asked).not.toContain('resumeSession')
  })

  const waits = [
    ['reopenStream', 'timeout.header', defaultTimeouts.headerMs],
    ['receiveFeatures', 'timeout.features', defaultTimeouts.featuresMs],
    ['bindResource', 'timeout.bind', defaultTimeouts.bindMs],
    ['establishSession', 'timeout.bind', defaultTimeouts.bindMs],
  ] as const
  it.each(waits)('gives up when %s stays silent: %s', async (name, code, timeoutMs) => {
    const { output, asked } = run({ ...steps, [name]: [silent] })
    await vi.advanceTimersByTimeAsync(timeoutMs)
    expect(await output).toMatchObject({ error: { code } })
    expect(asked).toContain(`${name} stopped`)
  })

  it.each(waits)('fails with what %s failed with', async (name) => {
    expect(await run({ ...steps, [name]: [fails(closed)] }).output).toEqual({
      outcome: 'failed',
      error: closed,
    })
  })
})
