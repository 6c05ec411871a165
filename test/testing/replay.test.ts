import { expect, test } from 'vitest'
import type { AnyStateMachine, StateValue } from 'xstate'
import { connectionMachine } from '../../machines/connection.js'
import { streamManagementMachine } from '../../machines/stream-management.js'
import { createClient } from '../../src/client.js'
import type { ClientOptions } from '../../src/client-options.js'
import { createRecorder } from '../../src/inspector/recording/recorder.js'
import { parseRecording, toRecordingText } from '../../src/inspector/recording/recording-text.js'
import type { RecordingLine } from '../../src/inspector/recording/record.js'
import { clientCharts, replayRecording } from '../../src/testing/replay.js'
import { login, scriptedEndpoint } from '../support/scripted-server.js'

const password = 'canary-password'

async function record(options: Partial<ClientOptions>): Promise<readonly RecordingLine[]> {
  const recorder = createRecorder({ name: 'alice', source: 'a' })
  const client = createClient({
    jid: 'alice@example.test/desk',
    password,
    ...recorder.taps,
    roster: false,
    timeouts: { closeMs: 20 },
    ...options,
  })
  await client.connect().catch(() => undefined)
  await client.close()
  return recorder.history()
}

const loggedIn = () => record({ endpoint: scriptedEndpoint([login]).open })

test('a login is recorded chart by chart, and its replay agrees', async () => {
  const records = await loggedIn()
  const charts = records.flatMap((line) =>
    line.kind === 'start' && line.chart !== undefined ? line.actorPath : [],
  )
  expect(new Set(charts)).toEqual(
    new Set([
      'session',
      'session/roster',
      'session/presence',
      'session/streamManagement',
      'session/connection',
      'session/authentication',
      'session/binding',
    ]),
  )
  const counted = records.flatMap((line) => ('seq' in line ? line.seq : []))
  expect(counted).toEqual(counted.map((_, index) => index))
  expect(records.find((line) => line.kind === 'start' && line.actorPath === 'session/binding')).toMatchObject(
    {
      kind: 'start',
      chart: 'binding',
      value: 'reopening',
      data: { resource: 'desk' },
    },
  )
  expect(replayRecording(parseRecording(toRecordingText(records)))).toEqual([])
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
  ['nonsense', '<nonsense>canary-text</nonsense>'],
])('%s is recorded without the words of anybody, and its replay agrees', async (_what, says) => {
  const script = login.map((exchange) =>
    exchange.hears.source.includes('auth') ? { ...exchange, says } : exchange,
  )
  const records = await record({
    endpoint: scriptedEndpoint([script, [{ hears: /stream/, says: 'cut' }]]).open,
  })
  const text = toRecordingText(records)
  expect(records.length).toBeGreaterThan(10)
  expect(text).not.toContain('canary')
  expect(text).not.toContain('"s1"')
  expect(replayRecording(parseRecording(text))).toEqual([])
})

test('a recording that was tampered with is a failure that says where', async () => {
  const records = await loggedIn()
  const changed = records.map((one) =>
    one.kind === 'event' && one.actorPath === 'session/connection' && one.value === 'awaitingFeatures'
      ? { ...one, value: 'securing' }
      : one,
  )
  expect(replayRecording(changed)).toMatchObject([
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
    one.kind === 'event' && one.type === 'xstate.done.actor.binding'
      ? parseRecording(toRecordingText([one]).replace('alice@', 'mallory@'))
      : one,
  )
  expect(replayRecording(changed)).toMatchObject([
    { actorPath: 'session', reached: { jid: 'alice@example.test/desk' } },
  ])
})

test('an event that went missing is a failure', async () => {
  const records = await loggedIn()
  expect(
    replayRecording(records.filter((one) => !(one.kind === 'event' && one.type === 'session.connect'))),
  ).toMatchObject([{ actorPath: 'session', from: 'offline' }])
})

test('a chart with another transition than the one that ran is a failure', async () => {
  const records = await loggedIn()
  const planted: AnyStateMachine = connectionMachine.provide({ guards: { isSecure: () => false } })
  const found = replayRecording(records, new Map([...clientCharts, ['connection', planted]]))
  expect(found).toMatchObject([{ actorPath: 'session/connection', from: 'awaitingFeatures' }])
})

test('a chart that nobody knows is a failure', async () => {
  const found = replayRecording(await loggedIn(), new Map())
  expect(found.map(({ reached }) => reached)).toContain('there is no chart session')
})

test('what an action measured is taken from the recording', () => {
  const shared = { source: 'a', t: 0, edges: [], actorPath: 'streamManagement' } as const
  const start = {
    ...shared,
    seq: 0,
    kind: 'start',
    chart: streamManagementMachine.id,
    type: 'xstate.init',
    value: 'outside',
    data: { timeouts: { enableMs: 100, ackMs: 100 } },
  } as const
  const unacknowledged = [
    { type: 'session.bound', data: { offered: true }, value: 'enabling' },
    { type: 'xstate.done.actor.enable', data: { output: { kind: 'enabled' } }, value: { live: 'settled' } },
    { type: 'stanza.sent', value: { live: 'awaitingAck' } },
  ].map((event, index) => ({ ...shared, ...event, seq: index + 1, kind: 'event' }) as const)
  const silence = {
    ...shared,
    seq: 4,
    kind: 'event',
    type: 'xstate.after.ackTimeout.streamManagement.live.awaitingAck',
  } as const
  const [dead, overdue] = [{ live: 'dead' }, { live: { overdue: 'waiting' } }]
  const replay = (silentMs: number, value: StateValue) =>
    replayRecording([start, ...unacknowledged, { ...silence, value, measured: { silentMs } }])
  expect(replay(10, overdue)).toEqual([])
  expect(replay(100, dead)).toEqual([])
  expect(replay(100, overdue)).toHaveLength(1)
})
