import { describe, expect, it } from 'vitest'
import { judge } from '../../machines/policy.js'
import { streamErrorConditions, StreamError } from '../../src/errors.js'
import { createClient } from '../../src/index.js'
import { createScriptedServer } from '../../src/testing/scripted-peer-server.js'
import { VirtualClock } from '../../src/testing/virtual-clock.js'
import { faultsOver, strike, struckPlaces, toFaultReport, type Strike } from './strike.js'

const strikes: Strike[] = []

describe.each(['bytes', 'frames'] as const)(
  'whatever a server over %s does wrong, a session ends in a typed error in time and leaves nothing behind',
  async (framing) => {
    it.each(await struckPlaces(framing))('where $place', { timeout: 60_000 }, async (place) => {
      const here: Strike[] = []
      for (const fault of faultsOver(framing)) here.push(await strike(place, fault))
      strikes.push(...here)
      const wrong = here.filter(({ problems }) => problems.length > 0)
      expect(wrong.map(({ fault, status, problems }) => [fault.name, status, ...problems])).toEqual([])
    })
  },
)

it('every stream error is told in every phase of a stream, and every SASL failure', () => {
  const { streamErrors, saslFailures } = toFaultReport(strikes)
  expect([...streamErrors].filter(([, conditions]) => conditions.size !== 25)).toEqual([])
  expect(streamErrors.size).toBeGreaterThan(30)
  expect(saslFailures.size).toBe(11)
})

it.each(streamErrorConditions)(
  'the stream error %s, while online, leads where the policy says',
  async (condition) => {
    using clock = new VirtualClock()
    const server = createScriptedServer()
    const client = createClient({ jid: 'alice@example.test', password: 'secret', endpoint: server.open })
    await client.connect()
    server.peer.fail(condition)
    await clock.rest()
    const retries = judge(new StreamError(condition)).decision === 'retry'
    expect(client.state.status).toMatch(retries ? /^(?:backingOff|connecting|online)$/ : /^halted$/)
    const closed = client.close()
    await clock.drain()
    await closed
    expect(clock.timerCount).toBe(0)
  },
)
