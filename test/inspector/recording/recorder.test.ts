import { describe, expect, it, vi } from 'vitest'
import { assign, createActor, setup } from 'xstate'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import type { EventTaken, InspectorRecord, RecordingLine } from '../../../src/inspector/recording/record.js'
import { toGraph } from '../../../src/inspector/drawing/graph.js'
import { sessionMachine } from '../../../machines/session.js'
import { xml } from '../../../src/xml/element.js'
import * as ns from '../../../src/xml/namespaces.js'
import { replayRecording } from '../../../src/testing/replay.js'
import { recordedSession, turn } from './support.js'

const events = (lines: readonly RecordingLine[]) => lines.filter((line) => line.kind === 'event')
const records = (lines: readonly RecordingLine[]): readonly InspectorRecord[] =>
  lines.filter((line) => line.kind !== 'source' && line.kind !== 'chart')
const eventOf = (lines: readonly RecordingLine[], path: string, type: string): EventTaken | undefined =>
  events(lines).find((line) => line.actorPath === path && line.type === type)

describe('a recording', () => {
  it('begins with its source, and each chart comes before its first actor', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const lines = recorder.history()
    expect(lines[0]).toMatchObject({ kind: 'source', source: 'a', name: 'alice', engine: 'xmpp-machines' })
    const charts = lines.flatMap((line) => (line.kind === 'chart' ? line.chart : []))
    expect(new Set(charts).size).toBe(charts.length)
    const isTold = lines.map((line, index) => {
      if (line.kind !== 'start' || line.chart === undefined) return true
      return lines.slice(0, index).some((each) => each.kind === 'chart' && each.chart === line.chart)
    })
    expect(isTold).not.toContain(false)
    const graph: unknown = JSON.parse(JSON.stringify(toGraph(sessionMachine)))
    expect(lines.find((line) => line.kind === 'chart')).toMatchObject({ graph })
  })

  it('counts its records and never goes back in time', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const all = records(recorder.history())
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index))
    expect(all.map(({ t }) => t)).toEqual(all.map(({ t }) => t).toSorted((one, other) => one - other))
  })

  it('names only transitions and guards that the charts have', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const lines = recorder.history()
    const known = new Map(
      lines
        .flatMap((line) => (line.kind === 'chart' ? line.graph.transitions : []))
        .map((each) => [each.id, each]),
    )
    const taken = events(lines).flatMap(({ edges }) => edges)
    expect(taken.length).toBeGreaterThan(20)
    expect(taken.filter((edge) => !known.has(edge))).toEqual([])
    const refused = events(lines).flatMap((line) => line.refused ?? [])
    expect(refused.length).toBeGreaterThan(3)
    for (const { edge, guard, reason } of refused) {
      expect(known.get(edge)?.guard).toBe(guard)
      expect(reason).toBeTypeOf('string')
    }
    const timers = lines.flatMap((line) =>
      line.kind === 'event' || line.kind === 'start' ? (line.timers ?? []) : [],
    )
    expect(timers).toContainEqual({
      edge: 'authentication.initiating xstate.after.saslTimeout.authentication.initiating 0',
      ms: 30_000,
    })
    expect(timers.filter(({ edge }) => !known.has(edge))).toEqual([])
  })

  it('flattens the steps that follow of themselves, and says what they refused', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    expect(eventOf(recorder.history(), 'session', 'session.connect')).toMatchObject({
      value: { active: 'connecting' },
      edges: ['session.offline session.connect 0', 'session.active.beginning always 1'],
      refused: [{ edge: 'session.active.beginning always 0', guard: 'isUnread' }],
      data: { wish: 1 },
    })
  })

  it('tells who sent an event, which stanza it follows from, and how deeds end', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const lines = recorder.history()
    const done = eventOf(lines, 'session/connection', 'xstate.done.actor.receiveFeatures')
    expect(done?.from).toBe('session/connection/receiveFeatures')
    expect(records(lines).find(({ seq }) => seq === done?.stanza)).toMatchObject({
      kind: 'wire',
      direction: 'in',
      name: 'stream:features',
    })
    const end = lines.findIndex(
      (line) => line.kind === 'end' && line.actorPath === 'session/connection/receiveFeatures',
    )
    expect(lines[end]).toMatchObject({ status: 'done', data: { output: { mechanisms: ['PLAIN'] } } })
    expect(end).toBeLessThan(lines.findIndex((line) => line === done))
    expect(eventOf(lines, 'session', 'session.close')).not.toHaveProperty('stanza')
  })

  it('does not guess which of several stanzas in one piece something follows from', async () => {
    const { client, recorder, say } = await recordedSession()
    const message = "<message from='bob@example.test' type='chat'><body>x</body></message>"
    say(`${message}${message}`)
    await turn()
    client.actor.send({ type: 'session.lost' })
    expect(events(recorder.history()).at(-1)).not.toHaveProperty('stanza')
    await client.close()
  })

  it('holds what crosses the wire, both ways, from the first header to the last tag', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const crossed = recorder
      .history()
      .flatMap((line) => (line.kind === 'wire' ? `${line.direction} ${line.what} ${line.name}` : []))
    expect(crossed).toEqual([
      'out open stream:stream',
      'in open stream:stream',
      'in element stream:features',
      'out element auth',
      'in element success',
      'out open stream:stream',
      'in open stream:stream',
      'in element stream:features',
      'out element iq',
      'in element iq',
      'out element presence',
      'out element presence',
      'out close stream:stream',
      'in close stream:stream',
    ])
  })

  it('tells what protects the stream, before and after authentication', async () => {
    const { client, recorder } = await recordedSession()
    expect(client.security).toMatchObject({
      encrypted: true,
      mechanism: 'PLAIN',
      tls: { version: 'TLSv1.3', cipher: 'unknown', certificate: 'unknown', verifiedBy: 'unknown' },
    })
    await client.close()
    expect(client.security).toBeUndefined()
    const told = recorder
      .history()
      .flatMap((line) => (line.kind === 'security' ? line.security['mechanism'] : []))
    expect(told).toEqual([undefined, 'PLAIN'])
  })
})

describe('createRecorder()', () => {
  it('changes nothing of what a client does', async () => {
    const run = async (isRecorded: boolean) => {
      const crossed: string[] = []
      const states: unknown[] = []
      const { client, say } = await recordedSession({
        ...(isRecorded ? {} : { inspect: undefined, security: undefined }),
        ...(isRecorded ? {} : { wire: undefined }),
      })
      client.state$.subscribe(({ status }) => states.push(status))
      client.stanza$.subscribe(({ name }) => crossed.push(name))
      say("<message from='bob@example.test'><body>x</body></message>")
      await turn()
      const { status } = await client.send({ to: 'bob@example.test', body: 'x' }).settled
      await client.close()
      return { crossed, states, status }
    }
    expect(await run(true)).toEqual(await run(false))
  })

  it('gives what was before and then what follows, in batches', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const recorder = createRecorder({ name: 'light', source: 's' })
      const light = startLight(recorder.taps.inspect)
      const batches: (readonly RecordingLine[])[] = []
      const unsubscribe = recorder.subscribe((lines) => batches.push([...lines]))
      expect(batches.map((lines) => lines.map(({ kind }) => kind))).toEqual([['source', 'chart', 'start']])
      light.send({ type: 'pressed' })
      light.send({ type: 'pressed' })
      expect(batches).toHaveLength(1)
      vi.advanceTimersByTime(100)
      expect(batches.slice(1).map((lines) => lines.map(({ kind }) => kind))).toEqual([['event', 'event']])
      unsubscribe()
      light.send({ type: 'pressed' })
      vi.advanceTimersByTime(1_000)
      expect(batches).toHaveLength(2)
      expect(recorder.history()).toEqual([...batches.flat(), expect.objectContaining({ kind: 'event' })])
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells the facts of a context that have changed, and those alone', () => {
    const recorder = createRecorder({ name: 'light', source: 's' })
    const light = startLight(recorder.taps.inspect)
    light.send({ type: 'pressed' })
    light.send({ type: 'looked' })
    light.send({ type: 'unknown' })
    const [pressed, looked, unknown] = events(recorder.history())
    expect(pressed).toMatchObject({ value: 'on', context: { hops: 1 }, edges: ['light.off pressed 0'] })
    expect(looked).not.toHaveProperty('context')
    expect(unknown).toMatchObject({ value: 'on', edges: [] })
  })

  it('drops the oldest beyond its bound, and goes on from who lives', () => {
    const recorder = createRecorder({ name: 'light', source: 's', recordsLimit: 40 })
    const light = startLight(recorder.taps.inspect)
    for (let count = 0; count < 500; count++) light.send({ type: 'pressed' })
    const lines = recorder.history()
    expect(lines.length).toBeLessThanOrEqual(45)
    const [source, chart, dropped, found, next] = lines
    expect(source?.kind).toBe('source')
    expect(chart?.kind).toBe('chart')
    if (dropped?.kind !== 'dropped' || found?.kind !== 'start' || next?.kind !== 'event')
      throw new TypeError()
    expect(dropped).toMatchObject({ count: next.seq, living: ['light'] })
    expect(found).toMatchObject({
      actorPath: 'light',
      found: true,
      seq: dropped.seq,
      context: { hops: next.seq - 1 },
    })
    expect(events(lines).at(-1)).toMatchObject({ value: 'off', context: { hops: 500 } })
  })

  it('keeps the latest stanzas as long as nobody listens, and every step of the charts', async () => {
    const { client, recorder, say } = await recordedSession({}, { stanzasLimit: 10 })
    for (let count = 0; count < 50; count++) {
      say(`<message from='bob@example.test' id='m${count}'><body>x</body></message>`)
      await turn()
    }
    const lines = recorder.history()
    const stanzas = lines.flatMap((line) => (line.kind === 'wire' ? line.xml : []))
    expect(stanzas).toHaveLength(10)
    expect(stanzas.at(-1)).toContain('m49')
    const first = lines.findIndex((line) => line.kind === 'wire')
    expect(lines[first - 1]).toMatchObject({ kind: 'dropped', count: 40 })
    const missed = lines.flatMap((line) => (line.kind === 'dropped' ? line.count : []))
    expect(missed.reduce((sum, count) => sum + count)).toBe(51)
    expect(eventOf(lines, 'session', 'session.connect')).toBeDefined()
    expect(replayRecording(lines)).toEqual([])
    await client.close()
  })

  it('tells who listens everything, however little it keeps and however much comes at once', async () => {
    const recorder = createRecorder({ name: 'x', recordsLimit: 1_000 })
    const heard: RecordingLine[] = []
    recorder.subscribe((lines) => heard.push(...lines))
    const stanza = xml('message', ns.client, {}, xml('body', ns.client, {}, 'x'))
    for (const count of [1_500, 3_000, 700]) {
      for (let each = 0; each < count; each++)
        recorder.taps.wire({ direction: 'in', what: 'element', element: stanza, stanza, text: '' })
      await turn()
    }
    recorder.close()
    expect(records(heard).map(({ seq }) => seq)).toEqual(Array.from({ length: 5_200 }, (_, seq) => seq))
    expect(recorder.history().length).toBeLessThanOrEqual(1_002)
  })

  it('tells whoever comes late the latest stanzas, and how many it has missed', () => {
    const recorder = createRecorder({ name: 'light', source: 's', stanzasLimit: 10 })
    const early: RecordingLine[] = []
    recorder.subscribe((lines) => early.push(...lines))
    const light = startLight(recorder.taps.inspect)
    const stanza = xml('message', ns.client)
    const cross = (count: number) => {
      for (let each = 0; each < count; each++)
        recorder.taps.wire({ direction: 'in', what: 'element', element: stanza, stanza, text: '' })
    }
    cross(15)
    light.send({ type: 'pressed' })
    cross(25)
    const late: RecordingLine[] = []
    recorder.subscribe((lines) => late.push(...lines))
    expect(records(early).map(({ seq }) => seq)).toEqual(Array.from({ length: 42 }, (_, seq) => seq))
    expect(records(late).map(({ kind, seq }) => `${kind} ${seq}`)).toEqual([
      'start 0',
      'dropped 15',
      'event 16',
      'dropped 31',
      ...Array.from({ length: 10 }, (_, row) => `wire ${32 + row}`),
    ])
    expect(late.filter((line) => line.kind === 'dropped').map(({ count }) => count)).toEqual([15, 15])
  })

  it('says of a stanza that cannot be told that there was one', () => {
    const recorder = createRecorder({ name: 'x' })
    const stanza = xml('message', ns.client, {}, xml('no name', 'urn:x'))
    recorder.taps.wire({ direction: 'in', what: 'element', element: stanza, stanza, text: '' })
    expect(records(recorder.history())).toMatchObject([{ kind: 'dropped', count: 1, seq: 0 }])
  })

  it('finds the living tree when it is attached late', async () => {
    const { client } = await recordedSession({ inspect: undefined, wire: undefined })
    const late = createRecorder({ name: 'late', source: 'l' })
    late.attach(client.actor)
    const found = late.history().filter((line) => line.kind === 'start')
    expect(found.map(({ actorPath }) => actorPath)).toEqual(
      expect.arrayContaining(['session', 'session/roster', 'session/stanzas']),
    )
    expect(found.every((line) => line.found === true)).toBe(true)
    expect(found[0]).toMatchObject({
      chart: 'session',
      value: { active: { online: { course: 'stable', liveness: 'listening' } } },
    })
    expect(found[0]?.timers).toEqual([
      {
        edge: 'session.active.online.liveness.listening xstate.after.silence.session.active.online.liveness.listening 0',
        ms: expect.any(Number),
      },
    ])
    await client.close()
    expect(eventOf(late.history(), 'session', 'session.close')).toBeDefined()
  })

  it('says which actors go on from a snapshot, and tells two of one name apart', () => {
    const recorder = createRecorder({ name: 'light', source: 's' })
    const first = startLight(recorder.taps.inspect)
    const restored = createActor(lightMachine, {
      id: 'light',
      inspect: recorder.taps.inspect,
      snapshot: first.getPersistedSnapshot(),
    })
    restored.start()
    expect(recorder.history().filter((line) => line.kind === 'start')).toMatchObject([
      { actorPath: 'light', value: 'off' },
      { actorPath: 'light#2', value: 'off', restored: true },
    ])
  })

  it('is not disturbed by who listens, nor by what throws while it is read', () => {
    const recorder = createRecorder({ name: 'light', source: 's' })
    recorder.subscribe(() => {
      throw new Error('a listener')
    })
    const light = startLight(recorder.taps.inspect)
    const hostile = { type: 'pressed' } as const
    light.send(Object.defineProperty({ ...hostile }, 'error', { enumerable: true, get: () => fail() }))
    light.send(hostile)
    expect(records(recorder.history()).map(({ kind }) => kind)).toEqual(['start', 'dropped', 'event'])
  })

  it('records nothing once it is closed', () => {
    const recorder = createRecorder({ name: 'light', source: 's' })
    const light = startLight(recorder.taps.inspect)
    recorder.close()
    light.send({ type: 'pressed' })
    expect(events(recorder.history())).toEqual([])
  })

  it('refuses bounds that are none', () => {
    expect(() => createRecorder({ name: 'x', recordsLimit: 0 })).toThrow(RangeError)
    expect(() => createRecorder({ name: 'x', bytesLimit: Number.NaN })).toThrow(RangeError)
  })
})

function fail(): never {
  throw new Error('a getter')
}

interface LightEvent {
  readonly type: 'looked' | 'pressed' | 'unknown'
}

const lightMachine = setup({
  types: {} as { context: { readonly hops: number }; events: LightEvent },
  actions: { count: assign({ hops: ({ context }) => context.hops + 1 }) },
}).createMachine({
  id: 'light',
  context: { hops: 0 },
  initial: 'off',
  on: { looked: {} },
  states: {
    off: { on: { pressed: { target: 'on', actions: 'count' } } },
    on: { on: { pressed: { target: 'off', actions: 'count' } } },
  },
})

function startLight(inspect: ReturnType<typeof createRecorder>['taps']['inspect']) {
  return createActor(lightMachine, { id: 'light', inspect }).start()
}
