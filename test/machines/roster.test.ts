import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { rosterMachine } from '../../machines/roster.js'
import { defaultTimeouts } from '../../machines/timeouts.js'
import { StanzaError, TransportError } from '../../src/errors.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'
import { CoverageRecorder } from '../../src/testing/index.js'

const walked = new CoverageRecorder()
const running: { stop(): void }[] = []
const settle = () => vi.advanceTimersByTimeAsync(0)
const online = { type: 'session.online', versioned: true } as const
const offline = { type: 'session.offline' } as const
const fetch = { type: 'roster.fetch' } as const
const refusal = new StanzaError('item-not-found', 'cancel')

function run(fetchRoster: Parameters<typeof scriptDeeds>[0][string], wanted = true) {
  const deeds = scriptDeeds({ fetchRoster })
  const machine = rosterMachine.provide({ actors: { fetchRoster: deeds.deed('fetchRoster') } })
  const { inspect } = walked
  const actor = createActor(machine, { input: { wanted, timeouts: defaultTimeouts }, inspect })
  const seen: string[] = []
  actor.subscribe(({ value }) => seen.at(-1) === value || seen.push(value))
  actor.start()
  running.push(actor)
  return { ...deeds, actor, seen, error: () => actor.getSnapshot().context.error }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

describe('the roster chart', () => {
  it('asks once it is online, and keeps what it was given (RFC 6121 §2.2)', async () => {
    const { actor, seen, asked } = run([gives()])
    actor.send(online)
    await settle()
    expect(seen).toEqual(['cold', 'requesting', 'synced'])
    expect(asked).toEqual(['fetchRoster'])
  })

  it.each([true, false])('tells the deed whether versions are offered: %s (§2.6.1)', (versioned) => {
    const { actor, inputs } = run([silent])
    actor.send({ type: 'session.online', versioned })
    expect(inputs.get('fetchRoster')).toEqual([{ versioned }])
  })

  it('asks nothing that the app does not want, until it does (§2.2)', async () => {
    const { actor, seen, asked, inputs } = run([gives()], false)
    actor.send(online)
    await settle()
    expect([seen, asked]).toEqual([['cold', 'unasked'], []])
    actor.send(fetch)
    await settle()
    expect(seen.slice(2)).toEqual(['requesting', 'synced'])
    expect(inputs.get('fetchRoster')).toEqual([{ versioned: true }])
  })

  it('cannot ask outside a session', () => {
    const { actor, seen, asked } = run([gives()])
    actor.send(fetch)
    expect([seen, asked]).toEqual([['cold'], []])
  })

  it('asks once, however often it is told to while it does', async () => {
    const { actor, asked } = run([silent])
    actor.send(online)
    actor.send(fetch)
    actor.send(fetch)
    await settle()
    expect(asked).toEqual(['fetchRoster'])
  })

  it('asks again when it is told to, synced or failed (§2.1.4)', async () => {
    const { actor, seen, error } = run([gives(), fails(refusal), gives()])
    actor.send(online)
    await settle()
    actor.send(fetch)
    await settle()
    expect([seen.at(-1), error()]).toEqual(['failed', refusal])
    actor.send(fetch)
    expect(error()).toBeUndefined()
    await settle()
    expect(seen).toEqual(['cold', 'requesting', 'synced', 'requesting', 'failed', 'requesting', 'synced'])
  })

  it('keeps a typed error as it is, and calls anything else a defect', async () => {
    const { actor, error } = run([fails(new TransportError('overflow', 'too much')), fails('a string')])
    actor.send(online)
    await settle()
    expect(error()).toMatchObject({ code: 'transport.overflow' })
    actor.send(fetch)
    await settle()
    expect(error()).toMatchObject({ code: 'defect.unexpected', cause: 'a string' })
  })

  it('waits for `rosterTimeout` and no longer, and gives the request up then', async () => {
    const { actor, seen, asked, error } = run([silent])
    actor.send(online)
    await vi.advanceTimersByTimeAsync(defaultTimeouts.rosterMs - 1)
    expect(seen.at(-1)).toBe('requesting')
    await vi.advanceTimersByTimeAsync(1)
    expect(seen.at(-1)).toBe('failed')
    expect(error()).toMatchObject({ code: 'timeout.roster', timeoutMs: defaultTimeouts.rosterMs })
    expect(asked).toEqual(['fetchRoster', 'fetchRoster stopped'])
  })

  it('asks again over the next stream of its session for what did not come, and for nothing else', async () => {
    const { actor, inputs, seen, error } = run([fails(refusal), gives()])
    actor.send(online)
    await settle()
    expect([seen.at(-1), error()]).toEqual(['failed', refusal])
    actor.send({ type: 'session.online', versioned: false })
    expect(error()).toBeUndefined()
    actor.send(online)
    await settle()
    actor.send(online)
    expect(seen).toEqual(['cold', 'requesting', 'failed', 'requesting', 'synced'])
    expect(inputs.get('fetchRoster')).toEqual([{ versioned: true }, { versioned: false }])
  })

  it.each([
    ['requesting', [silent], true],
    ['synced', [gives()], true],
    ['failed', [fails(refusal)], true],
    ['unasked', [], false],
    ['cold', [], undefined],
  ] as const)(
    'is cold when the session ends while %s, and begins anew in the next',
    async (state, script, wanted) => {
      const { actor, seen, asked } = run(script, wanted ?? true)
      if (wanted !== undefined) actor.send(online)
      await settle()
      expect(seen.at(-1)).toBe(state)
      actor.send(offline)
      expect(seen.at(-1)).toBe('cold')
      const before = asked.filter((name) => name === 'fetchRoster').length
      actor.send(online)
      expect(seen.at(-1)).toBe(wanted === false ? 'unasked' : 'requesting')
      expect(asked.filter((name) => name === 'fetchRoster')).toHaveLength(before + (wanted === false ? 0 : 1))
    },
  )

  it('hears nothing of an answer that comes after the session', async () => {
    const { actor, seen, asked } = run([silent])
    actor.send(online)
    actor.send(offline)
    await settle()
    expect([seen, asked]).toEqual([
      ['cold', 'requesting', 'cold'],
      ['fetchRoster', 'fetchRoster stopped'],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('was walked along every edge', () => {
    expect(walked.of(rosterMachine).transitions.missed).toEqual([])
  })
})
