import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { authenticationMachine } from '../../machines/authentication.js'
import type { MechanismFacts } from '../../machines/mechanism-choice.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { AuthenticationError, StanzaError, TransportError, saslFailureConditions } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

const facts: MechanismFacts = {
  offered: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'],
  offeredBindings: null,
  channelBindings: [],
  credentials: { password: true, certificate: false, anonymous: false },
  legacy: false,
  secure: true,
  allowPlaintext: false,
  scramPinned: false,
  allowed: null,
}
const challenge = gives({ kind: 'challenge' })
const success = gives({ kind: 'success' })
const failure = (condition: string) => gives({ kind: 'failure', condition, text: undefined })
const closed = new TransportError('closed', 'example.test ended the connection')

function run(script: Parameters<typeof scriptDeeds>[0], changes: Partial<MechanismFacts> = {}) {
  const deeds = scriptDeeds(script)
  const { deed } = deeds
  const machine = authenticationMachine.provide({
    actors: {
      initiate: deed('initiate'),
      answerChallenge: deed('answerChallenge'),
      verifyServer: deed('verifyServer'),
      requestFields: deed('requestFields'),
      identify: deed('identify'),
    },
  })
  const actor = createActor(machine, {
    input: { facts: { ...facts, ...changes }, resource: 'desk', timeouts: defaultTimeouts },
  })
  const output = toPromise(actor)
  actor.start()
  return { ...deeds, actor, output }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the authentication chart', () => {
  it('answers every challenge and verifies the server before it is done', async () => {
    const { output, asked } = run({
      initiate: [challenge],
      answerChallenge: [challenge, success],
      verifyServer: [gives()],
    })
    expect(await output).toEqual({
      outcome: 'authenticated',
      mechanism: 'SCRAM-SHA-256',
      binding: undefined,
      refusals: [
        { name: 'SCRAM-SHA-1', reason: 'a stronger one has worked' },
        { name: 'PLAIN', reason: 'a stronger one has worked' },
      ],
    })
    expect(asked).toEqual(['initiate', 'answerChallenge', 'answerChallenge', 'verifyServer'])
  })

  it('is never authenticated by success alone', async () => {
    const unproven = new AuthenticationError('server-not-verified', 'no signature came')
    const { output } = run({ initiate: [success], verifyServer: [fails(unproven)] })
    expect(await output).toEqual({ outcome: 'failed', error: unproven })
  })

  it.each(saslFailureConditions)(
    'after %s tries another mechanism only where that can help',
    async (condition) => {
      const { output, asked } = run({ initiate: [failure(condition), success], verifyServer: [gives()] })
      const again = condition === 'aborted' || condition === 'invalid-mechanism'
      expect((await output).outcome).toBe(again ? 'authenticated' : 'failed')
      expect(asked.filter((name) => name === 'initiate')).toHaveLength(again ? 2 : 1)
    },
  )

  it('fails with the server’s last answer when every mechanism was refused', async () => {
    const { output } = run({ initiate: [failure('invalid-mechanism')] })
    expect(await output).toMatchObject({
      outcome: 'failed',
      error: { code: 'authentication.invalid-mechanism', mechanism: 'PLAIN' },
    })
  })

  describe('where the server offers channel binding, and refuses it', () => {
    const bound = {
      offered: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'PLAIN'],
      offeredBindings: ['tls-exporter', 'tls-server-end-point'],
      channelBindings: ['tls-exporter'],
    }

    it.each(['aborted', 'invalid-mechanism'])('goes on bound alone after %s', async (condition) => {
      const script = { initiate: [failure(condition), challenge], answerChallenge: [success] }
      const { output, asked } = run({ ...script, verifyServer: [gives()] }, bound)
      const reason = 'the server offers channel binding, and has refused it'
      expect(await output).toEqual({
        outcome: 'authenticated',
        mechanism: 'SCRAM-SHA-1-PLUS',
        binding: 'tls-exporter',
        refusals: [
          { name: 'SCRAM-SHA-256-PLUS', reason: `the server answered ${condition}` },
          { name: 'SCRAM-SHA-256', reason },
          { name: 'PLAIN', reason },
        ],
      })
      expect(asked.filter((name) => name === 'initiate')).toHaveLength(2)
    })

    it.each([
      ['at once', { initiate: [failure('invalid-mechanism'), failure('invalid-mechanism')] }],
      [
        'after a challenge',
        { initiate: [challenge, challenge], answerChallenge: [failure('aborted'), failure('aborted')] },
      ],
    ])('tries nothing unbound where all that is bound was refused %s', async (_when, script) => {
      const { output, asked } = run(script, { ...bound, scramPinned: true })
      expect(await output).toMatchObject({
        outcome: 'failed',
        error: {
          code: 'authentication.no-mechanism',
          message: expect.stringContaining(
            'SCRAM-SHA-256 (the server offers channel binding, and has refused it)',
          ),
        },
      })
      expect(asked.filter((name) => name === 'initiate')).toHaveLength(2)
    })

    it('tries what is unbound where the app allows nothing else', async () => {
      const { output } = run(
        { initiate: [success], verifyServer: [gives()] },
        { ...bound, allowed: ['SCRAM-SHA-256'] },
      )
      expect(await output).toMatchObject({ outcome: 'authenticated', mechanism: 'SCRAM-SHA-256' })
    })
  })

  it('says of each mechanism why it was not used', async () => {
    const { output } = run({}, { offered: ['GSSAPI', 'PLAIN'], secure: false })
    expect(await output).toMatchObject({
      error: {
        code: 'authentication.no-mechanism',
        message:
          'no usable mechanism: PLAIN (the connection is not encrypted), GSSAPI (this client does not speak it)',
      },
    })
  })

  it('asks for credentials when there are none', async () => {
    const { output } = run({}, { credentials: { password: false, certificate: false, anonymous: false } })
    expect(await output).toMatchObject({ error: { code: 'authentication.credentials-missing' } })
  })

  it.each([
    ['initiate', {}],
    ['answerChallenge', { initiate: [challenge] }],
    ['verifyServer', { initiate: [success] }],
  ])('gives up when %s stays silent', async (name, before) => {
    const { output, asked } = run({ ...before, [name]: [silent] })
    await vi.advanceTimersByTimeAsync(defaultTimeouts.saslMs)
    expect(await output).toMatchObject({ error: { code: 'timeout.sasl' } })
    expect(asked).toContain(`${name} stopped`)
  })

  it.each([
    ['initiate', {}],
    ['answerChallenge', { initiate: [challenge] }],
    ['verifyServer', { initiate: [success] }],
  ])('fails with what %s failed with', async (name, before) => {
    expect(await run({ ...before, [name]: [fails(closed)] }).output).toEqual({
      outcome: 'failed',
      error: closed,
    })
  })
})

describe('the authentication chart, where there is no SASL', () => {
  const before = { offered: [], legacy: true }
  const fields = (digest: boolean, password: boolean) => gives({ kind: 'fields', digest, password })
  const identified = gives({ kind: 'identified', jid: 'romeo@example.test/desk' })
  const refused = (condition: 'conflict' | 'not-acceptable') =>
    gives({
      kind: 'refused',
      error: new StanzaError(condition, 'cancel'),
      conflict: condition === 'conflict',
    })

  it('asks for the fields, prefers the digest, and ends with an address', async () => {
    const { actor, output, asked } = run(
      { requestFields: [fields(true, true)], identify: [identified] },
      before,
    )
    expect(await output).toEqual({
      outcome: 'identified',
      mechanism: 'jabber:iq:auth',
      jid: 'romeo@example.test/desk',
      refusals: [],
    })
    expect(asked).toEqual(['requestFields', 'identify'])
    expect(actor.getSnapshot().context.form).toBe('digest')
  })

  it.each([
    { secure: true, allowPlaintext: false, goes: true },
    { secure: false, allowPlaintext: true, goes: true },
    { secure: false, allowPlaintext: false, goes: false },
  ])(
    'sends the password itself where nobody reads it, or the app says so: %j',
    async ({ goes, ...channel }) => {
      const script = { requestFields: [fields(false, true)], ...(goes && { identify: [identified] }) }
      const { asked, output } = run(script, { ...before, ...channel })
      expect(await output).toMatchObject(
        goes
          ? { outcome: 'identified' }
          : {
              outcome: 'failed',
              error: {
                code: 'authentication.no-mechanism',
                message: 'the server takes only the password itself, and the connection is not encrypted',
              },
            },
      )
      expect(asked.includes('identify')).toBe(goes)
    },
  )

  it('gives a taken resource up for another, once', async () => {
    const { output, asked } = run(
      { requestFields: [fields(true, false)], identify: [refused('conflict'), refused('conflict')] },
      before,
    )
    expect(await output).toMatchObject({ outcome: 'failed', error: { code: 'stanza.conflict' } })
    expect(asked).toEqual(['requestFields', 'identify', 'identify'])
  })

  it('fails with what the server lacks', async () => {
    const { output } = run(
      { requestFields: [fields(true, false)], identify: [refused('not-acceptable')] },
      before,
    )
    expect(await output).toMatchObject({ outcome: 'failed', error: { code: 'stanza.not-acceptable' } })
  })

  it.each(['requestFields', 'identify'])('does not wait for ever: %s', async (deed) => {
    const { output } = run(
      { requestFields: [fields(true, false)], identify: [identified], [deed]: [silent] },
      before,
    )
    await vi.advanceTimersByTimeAsync(defaultTimeouts.saslMs)
    expect(await output).toMatchObject({ outcome: 'failed', error: { code: 'timeout.sasl' } })
  })
})
