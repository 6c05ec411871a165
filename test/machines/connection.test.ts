import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { connectionMachine, type ConnectionInput } from '../../machines/connection.js'
import { noFeatures, type StreamFeatureFacts } from '../../machines/stream-facts.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { StreamError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

const plain = { framing: 'bytes', secure: false, channelBindings: [] }
const secure = { framing: 'bytes', secure: true, channelBindings: ['tls-exporter'] }
const header = { to: undefined, from: 'example.test', id: 's1', version: '1.0', lang: 'en' }
const features: StreamFeatureFacts = { ...noFeatures, starttls: 'required', mechanisms: ['SCRAM-SHA-1'] }
const refused = new TransportError('refused', 'nothing listens on example.test:5222')

function run(script: Parameters<typeof scriptDeeds>[0], input: Partial<ConnectionInput> = {}) {
  const deeds = scriptDeeds(script)
  const { deed } = deeds
  const machine = connectionMachine.provide({
    actors: {
      discoverEndpoints: deed('discoverEndpoints'),
      openTransport: deed('openTransport'),
      openStream: deed('openStream'),
      receiveFeatures: deed('receiveFeatures'),
      requestTls: deed('requestTls'),
      startTls: deed('startTls'),
    },
  })
  const endpoints = ['xmpp://example.test:5222']
  const settled = {
    domain: 'example.test',
    endpoints,
    allowPlaintext: false,
    timeouts: defaultTimeouts,
    ...input,
  }
  const actor = createActor(machine, { input: settled })
  const output = toPromise(actor)
  actor.start()
  return { ...deeds, actor, output }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the connection chart', () => {
  it('secures a plain stream by STARTTLS and forgets what it learnt in clear', async () => {
    const { output, asked } = run({
      openTransport: [gives(plain)],
      openStream: [gives(header)],
      receiveFeatures: [gives(features), gives({ ...noFeatures, mechanisms: ['SCRAM-SHA-256'] })],
      requestTls: [gives()],
      startTls: [gives(secure)],
    })
    expect(await output).toMatchObject({
      outcome: 'ready',
      transport: secure,
      features: { starttls: 'absent', mechanisms: ['SCRAM-SHA-256'] },
    })
    expect(asked).toEqual([
      'openTransport',
      'openStream',
      'receiveFeatures',
      'requestTls',
      'startTls',
      'openStream',
      'receiveFeatures',
    ])
  })

  it('asks for no STARTTLS on a stream that is secure already', async () => {
    const { output, asked } = run({
      openTransport: [gives(secure)],
      openStream: [gives(header)],
      receiveFeatures: [gives(features)],
    })
    expect(await output).toMatchObject({ outcome: 'ready' })
    expect(asked).not.toContain('requestTls')
  })

  it.each([
    ['refuses', fails(refused)],
    ['ignores', silent],
  ])('asks for TLS even where it is not offered, and leaves a server that %s it', async (_what, answer) => {
    const script = {
      openTransport: [gives(plain)],
      openStream: [gives(header)],
      receiveFeatures: [gives(noFeatures)],
      requestTls: [answer],
    }
    const { output } = run(script)
    await vi.advanceTimersByTimeAsync(defaultTimeouts.proceedMs)
    expect(await output).toMatchObject({
      outcome: 'failed',
      error: { code: 'transport.tls-unavailable', advice: expect.stringContaining('STARTTLS') },
    })
  })

  it('stays in clear only where the app said so', async () => {
    const script = {
      openTransport: [gives(plain)],
      openStream: [gives(header)],
      receiveFeatures: [gives(noFeatures)],
    }
    expect(await run(script, { allowPlaintext: true }).output).toMatchObject({
      outcome: 'ready',
      transport: { secure: false },
    })
  })

  it('takes the next endpoint when one fails, and remembers why', async () => {
    const { output, inputs } = run(
      {
        openTransport: [fails(refused), gives(secure)],
        openStream: [gives(header)],
        receiveFeatures: [gives(features)],
      },
      { endpoints: ['xmpp://one.test:5222', 'xmpps://two.test:5223'] },
    )
    expect(await output).toMatchObject({ outcome: 'ready', endpoint: 'xmpps://two.test:5223' })
    expect(inputs.get('openTransport')).toEqual([
      { endpoint: 'xmpp://one.test:5222', domain: 'example.test' },
      { endpoint: 'xmpps://two.test:5223', domain: 'example.test' },
    ])
  })

  it('fails with the last error when no endpoint is left', async () => {
    const result = await run(
      { openTransport: [fails(refused)] },
      { endpoints: ['xmpp://a.test:1', 'xmpp://b.test:2'] },
    ).output
    expect(result).toMatchObject({ outcome: 'failed', error: refused })
    expect(result).toHaveProperty('failures.length', 2)
  })

  it('fails as unknown host when discovery finds nothing', async () => {
    expect(await run({ discoverEndpoints: [gives([])] }, { endpoints: [] }).output).toMatchObject({
      outcome: 'failed',
      error: { code: 'transport.unknown-host' },
    })
  })

  it('leaves a redirecting server to the session, without trying other endpoints', async () => {
    const redirect = new StreamError('see-other-host', { otherHost: 'c.test' })
    const { output, asked } = run(
      { openTransport: [gives(secure)], openStream: [gives(header)], receiveFeatures: [fails(redirect)] },
      { endpoints: ['xmpps://a.test:1', 'xmpps://b.test:2'] },
    )
    expect(await output).toMatchObject({ outcome: 'failed', error: redirect, transport: { secure: true } })
    expect(asked.filter((name) => name === 'openTransport')).toHaveLength(1)
  })

  it.each(['2.0', '0.9', '1', 'one'])('refuses a server that speaks version %s', async (version) => {
    const script = { openTransport: [gives(secure)], openStream: [gives({ ...header, version })] }
    expect(await run(script).output).toMatchObject({ error: { code: 'protocol.unsupported-version' } })
  })

  it('awaits no features from a server before XMPP 1.0', async () => {
    const { output, asked } = run({
      openTransport: [gives(secure)],
      openStream: [gives({ ...header, version: undefined })],
    })
    expect(await output).toMatchObject({ outcome: 'ready', features: noFeatures })
    expect(asked).not.toContain('receiveFeatures')
  })

  const steps = {
    openTransport: [gives(plain)],
    openStream: [gives(header)],
    receiveFeatures: [gives(features)],
    requestTls: [gives()],
    startTls: [gives(secure)],
  }
  it.each([
    ['openTransport', 'timeout.dial', defaultTimeouts.dialMs],
    ['openStream', 'timeout.header', defaultTimeouts.headerMs],
    ['receiveFeatures', 'timeout.features', defaultTimeouts.featuresMs],
    ['requestTls', 'timeout.proceed', defaultTimeouts.proceedMs],
    ['startTls', 'timeout.tls', defaultTimeouts.tlsMs],
  ])('gives up when %s stays silent: %s', async (name, code, timeoutMs) => {
    const { output, asked, actor } = run({ ...steps, [name]: [silent] })
    await vi.advanceTimersByTimeAsync(timeoutMs - 1)
    expect(actor.getSnapshot().status).toBe('active')
    await vi.advanceTimersByTimeAsync(1)
    expect(await output).toMatchObject({ outcome: 'failed', error: { code, timeoutMs } })
    expect(asked).toContain(`${name} stopped`)
  })

  it('gives up when discovery stays silent', async () => {
    const { output } = run({ discoverEndpoints: [silent] }, { endpoints: [] })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.discoveryMs)
    expect(await output).toMatchObject({ error: { code: 'timeout.discovery' } })
  })

  it.each(Object.keys(steps))('fails with what %s failed with', async (name) => {
    expect(await run({ ...steps, [name]: [fails(refused)] }).output).toMatchObject({
      outcome: 'failed',
      error: refused,
    })
  })

  it('wraps an untyped failure and keeps it as the cause', async () => {
    const defect = new TypeError('boom')
    expect(await run({ openTransport: [fails(defect)] }).output).toMatchObject({
      error: { code: 'defect.unexpected', cause: defect },
    })
  })
})
