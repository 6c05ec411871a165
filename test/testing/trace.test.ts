import { expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { connectionMachine } from '../../machines/connection.js'
import { livenessMachine } from '../../machines/liveness.js'
import { createClient } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { parseTrace, toTraceText, type TraceRecord } from '../../src/testing/trace.js'
import { createTraceRecorder } from '../../src/testing/trace-recorder.js'
import { clientCharts, replayTrace } from '../../src/testing/trace-replay.js'
import { login, scriptedEndpoint } from '../support/scripted-server.js'

const password = 'canary-password'

async function record(options: Partial<ClientOptions>): Promise<readonly TraceRecord[]> {
  const recorder = createTraceRecorder()
  const client = createClient({
    jid: 'alice@example.test/desk',
    password,
    inspect: recorder.inspect,
    roster: false,
    timeouts: { closeMs: 20 },
    ...options,
  })
  await client.connect().catch(() => undefined)
  await client.close()
  return recorder.records
}

const loggedIn = () => record({ endpoint: scriptedEndpoint([login]).open })

test('a login is recorded chart by chart, and its replay agrees', async () => {
  const records = await loggedIn()
  expect(new Set(records.map(({ actorPath }) => actorPath))).toEqual(
    new Set([
      'session',
      'session/roster',
      'session/presence',
      'session/streamManagement',
      'session/connection',
      'session/authentication',
      'session/binding',
      'session/liveness',
    ]),
  )
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index))
  expect(records.find(({ actorPath }) => actorPath === 'session/binding')).toMatchObject({
    kind: 'start',
    chart: 'binding',
    value: 'reopening',
    data: { resource: 'desk' },
  })
  expect(replayTrace(parseTrace(toTraceText(records)))).toEqual([])
})

test.each([
  [
    'a refused password',
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>canary-text</text></failure>",
  ],
  [
    'a stream error',
    "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>elsewhere.test</see-other-host></stream:error>",
  ],
  ['nonsense', '<canary-text/>'],
])('%s is recorded without the words of anybody, and its replay agrees', async (_what, says) => {
  const script = login.map((exchange) =>
    exchange.hears.source.includes('auth') ? { ...exchange, says } : exchange,
  )
  const records = await record({
    endpoint: scriptedEndpoint([script, [{ hears: /stream/, says: 'cut' }]]).open,
  })
  const text = toTraceText(records)
  expect(records.length).toBeGreaterThan(10)
  expect(text).not.toContain('canary')
  expect(text).not.toContain('"s1"')
  expect(replayTrace(parseTrace(text))).toEqual([])
})

test('a trace that was tampered with is a failure that says where', async () => {
  const records = await loggedIn()
  const changed = records.map((one) =>
    one.actorPath === 'session/connection' && one.value === 'awaitingFeatures'
      ? { ...one, value: 'securing' }
      : one,
  )
  expect(replayTrace(changed)).toMatchObject([
    {
      actorPath: 'session/connection',
      type: 'xstate.done.actor.openStream',
      from: 'opening',
      recorded: { value: 'securing' },
      reached: { value: 'awaitingFeatures' },
    },
  ])
})

test('an outcome that the parent was told otherwise is a failure', async () => {
  const records = await loggedIn()
  const changed = records.flatMap((one) =>
    one.type === 'xstate.done.actor.binding'
      ? parseTrace(toTraceText([one]).replace('alice@', 'mallory@'))
      : one,
  )
  expect(replayTrace(changed)).toMatchObject([
    { actorPath: 'session/binding', reached: { jid: 'alice@example.test/desk' } },
  ])
})

test('an event that went missing is a failure', async () => {
  const records = await loggedIn()
  expect(replayTrace(records.filter(({ type }) => type !== 'session.connect'))).toMatchObject([
    { actorPath: 'session', from: 'offline' },
  ])
})

test('a chart with another transition than the one that ran is a failure', async () => {
  const records = await loggedIn()
  const planted: AnyStateMachine = connectionMachine.provide({ guards: { isSecure: () => false } })
  const found = replayTrace(records, new Map([...clientCharts, ['connection', planted]]))
  expect(found).toMatchObject([{ actorPath: 'session/connection', from: 'awaitingFeatures' }])
})

test('a chart that nobody knows is a failure', async () => {
  const found = replayTrace(await loggedIn(), new Map())
  expect(found.map(({ reached }) => reached)).toContain('there is no chart session')
})

test('what an action measured is taken from the trace', () => {
  const start = {
    seq: 0,
    t: 0,
    kind: 'start',
    actorPath: 'liveness',
    chart: livenessMachine.id,
    type: 'xstate.init',
    value: 'listening',
    data: { timeouts: { quietMs: 100, probeMs: 100 } },
  } as const
  const silence = {
    seq: 1,
    t: 1,
    kind: 'event',
    actorPath: 'liveness',
    type: 'xstate.after.silence.liveness.listening',
  } as const
  expect(replayTrace([start, { ...silence, value: 'listening', measured: { silentMs: 10 } }])).toEqual([])
  expect(replayTrace([start, { ...silence, value: 'probing', measured: { silentMs: 100 } }])).toEqual([])
  expect(replayTrace([start, { ...silence, value: 'listening', measured: { silentMs: 100 } }])).toHaveLength(
    1,
  )
})

test('a line that is no record is refused', () => {
  expect(() => parseTrace('{"seq":1}\n')).toThrow('line 1 is no record of a trace')
})
