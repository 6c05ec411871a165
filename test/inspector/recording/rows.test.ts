import { describe, expect, it } from 'vitest'
import { assign, createActor, raise, setup } from 'xstate'
import { createRecorder } from '../../../src/inspector/recording/recorder.js'
import type { InspectorRecord, RecordingLine } from '../../../src/inspector/recording/record.js'
import { parseRecording, toRecordingText } from '../../../src/inspector/recording/recording-text.js'
import { recordedSession } from './support.js'

const records = (lines: readonly RecordingLine[]): readonly InspectorRecord[] =>
  lines.filter((line) => line.kind !== 'source' && line.kind !== 'chart')

interface LampEvent {
  readonly type: 'burnt' | 'looked' | 'pressed'
}

/** On its way to on it passes a state that does not last; `onWay` is done there. */
const lamp = (onWay: () => void = () => {}) =>
  setup({
    types: {} as { context: { readonly hops: number; readonly form: string | undefined }; events: LampEvent },
    actions: {
      count: assign({ hops: ({ context }) => context.hops + 1 }),
      name: assign({ form: 'round' }),
      forget: assign({ form: undefined }),
      onWay,
      burn: raise({ type: 'burnt' }),
    },
    delays: { patience: 60_000 },
  }).createMachine({
    id: 'lamp',
    context: { hops: 0, form: undefined },
    initial: 'off',
    on: { looked: { actions: 'count' } },
    states: {
      off: { on: { pressed: { target: 'warming', actions: ['name', 'burn'] } } },
      warming: { on: { burnt: { target: 'on', actions: ['onWay', 'forget'] } } },
      on: { after: { patience: 'off' }, on: { burnt: 'dark' } },
      dark: { type: 'final' },
    },
  })

const start = (recorder: ReturnType<typeof createRecorder>, machine = lamp()) =>
  createActor(machine, { id: 'lamp', inspect: recorder.taps.inspect }).start()

describe('what a chart did', () => {
  it('is one record, whatever followed of itself', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's' })
    const actor = start(recorder)
    actor.send({ type: 'pressed' })
    actor.send({ type: 'burnt' })
    expect(records(recorder.history())).toMatchObject([
      { kind: 'start', value: 'off', context: { hops: 0 } },
      {
        kind: 'event',
        type: 'pressed',
        value: 'on',
        edges: ['lamp.off pressed 0', 'lamp.warming burnt 0'],
        timers: [{ edge: 'lamp.on xstate.after.patience.lamp.on 0', ms: 60_000 }],
      },
      { kind: 'event', type: 'burnt', value: 'dark', status: 'done', edges: ['lamp.on burnt 0'] },
    ])
  })

  it('goes by the name of the chart, where it has no other, however the chart begins', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's' })
    const machine = setup({}).createMachine({
      id: 'lamp',
      initial: 'warming',
      states: { warming: { always: 'on' }, on: {} },
    })
    createActor(machine, { inspect: recorder.taps.inspect }).start()
    expect(records(recorder.history())).toMatchObject([{ kind: 'start', actorPath: 'lamp', value: 'on' }])
  })

  it('is told as far as it goes where it is read on its way, and the rest behind it', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's' })
    let early: readonly RecordingLine[] = []
    const actor = start(
      recorder,
      lamp(() => {
        early = recorder.history()
      }),
    )
    actor.send({ type: 'pressed' })
    actor.send({ type: 'looked' })
    expect(records(early).at(-1)).toMatchObject({
      type: 'pressed',
      value: 'warming',
      context: { form: 'round' },
    })
    const later = records(recorder.history())
    expect(later.slice(0, records(early).length)).toEqual(records(early))
    expect(later.slice(records(early).length)).toMatchObject([
      { type: 'burnt', value: 'on', edges: ['lamp.warming burnt 0'], context: { form: null } },
      { type: 'looked', context: { hops: 1 } },
    ])
  })

  it('goes on, where the oldest was dropped, from the context and the time-outs that there were', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's', recordsLimit: 20 })
    const actor = start(recorder)
    actor.send({ type: 'pressed' })
    for (let count = 0; count < 100; count++) actor.send({ type: 'looked' })
    const [dropped, found, next] = records(recorder.history())
    expect(dropped).toMatchObject({ kind: 'dropped' })
    if (next?.kind !== 'event') throw new TypeError('nothing is kept')
    expect(found).toMatchObject({
      kind: 'start',
      found: true,
      value: 'on',
      context: { hops: next.seq - 2 },
      timers: [{ edge: 'lamp.on xstate.after.patience.lamp.on 0', ms: expect.any(Number) }],
    })
    const [timer] = found?.kind === 'start' ? (found.timers ?? []) : []
    expect(timer?.ms).toBeLessThanOrEqual(60_000)
    expect(timer?.ms).toBeGreaterThan(1_000)
  })

  it('goes on from what there was even where a context cannot be read', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's', recordsLimit: 20 })
    const machine = setup({
      types: {} as { context: { readonly seed: number } },
      actions: {
        hide: assign(() => ({
          get seed(): number {
            throw new Error('a getter')
          },
        })),
      },
    }).createMachine({
      id: 'lamp',
      context: { seed: 1 },
      initial: 'on',
      states: { on: { on: { hidden: { actions: 'hide' }, looked: {} } } },
    })
    const actor = createActor(machine, { id: 'lamp', inspect: recorder.taps.inspect }).start()
    for (let count = 0; count < 50; count++) actor.send({ type: 'looked' })
    expect(() => recorder.history()).not.toThrow()
    expect(records(recorder.history()).slice(0, 2)).toMatchObject([
      { kind: 'dropped' },
      { kind: 'start', found: true, value: 'on' },
    ])
  })

  it('says in the words of the policy what it has refused', async () => {
    const hangUp = [{ hears: /<stream:stream[^>]*>/, says: 'hang up' }]
    const { client, recorder } = await recordedSession({ reconnect: 'never' }, {}, hangUp)
    await client.close()
    const refused = recorder.history().flatMap((line) => (line.kind === 'event' ? (line.refused ?? []) : []))
    expect(refused).toContainEqual({
      edge: 'session.judging always 3',
      guard: 'mayRetry',
      reason: 'stop: reconnecting is switched off',
    })
  })

  it('is the same in a file', () => {
    const recorder = createRecorder({ name: 'lamp', source: 's' })
    const texts: string[] = []
    recorder.subscribe((lines) => texts.push(toRecordingText(lines)))
    const actor = start(recorder)
    actor.send({ type: 'pressed' })
    actor.send({ type: 'burnt' })
    recorder.close()
    expect(parseRecording(texts.join(''))).toEqual(recorder.history())
  })
})
