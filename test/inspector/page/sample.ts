import { setup } from 'xstate'
import { toGraph } from '../../../src/inspector/drawing/graph.js'
import type {
  ActorStarted,
  EventTaken,
  InspectorRecord,
  RecordingLine,
} from '../../../src/inspector/recording/record.js'

/** Two regions, a time-out, and a way to fail. */
export const callGraph = toGraph(
  setup({
    delays: { ringTimeout: 5_000 },
  }).createMachine({
    id: 'call',
    type: 'parallel',
    states: {
      line: {
        initial: 'idle',
        states: {
          idle: { on: { 'call.place': 'ringing' } },
          ringing: {
            description: 'The other side is asked.',
            on: {
              'call.answered': 'talking',
              'call.refused': { target: 'idle', description: 'Nobody wants to talk.' },
            },
            after: { ringTimeout: 'idle' },
          },
          talking: {},
        },
      },
      sound: {
        initial: 'loud',
        states: { loud: { on: { 'sound.mute': 'muted' } }, muted: {} },
      },
    },
  }),
)

export const startedAt = 1_700_000_000_000

/** Says who is recorded, and its chart. */
export function opening(source: string, delayMs = 0): readonly RecordingLine[] {
  return [
    {
      kind: 'source',
      source,
      name: `${source}@example.test`,
      engine: 'xmpp-machines',
      startedAt: startedAt + delayMs,
    },
    { kind: 'chart', source, chart: 'call', graph: callGraph },
  ]
}

const start = { line: 'idle', sound: 'loud' }

/** An actor begins; with the chart `call` unless told otherwise. */
export const began = (path: string, t: number, more: Partial<ActorStarted> = {}): ActorStarted => ({
  kind: 'start',
  source: 'a',
  seq: t,
  t,
  actorPath: path,
  chart: 'call',
  type: 'xstate.init',
  value: start,
  ...more,
})

/** A deed begins, which has no chart. */
export const deed = (path: string, t: number, more: Partial<ActorStarted> = {}): ActorStarted => ({
  kind: 'start',
  source: 'a',
  seq: t,
  t,
  actorPath: path,
  type: 'xstate.init',
  ...more,
})

/** An actor takes an event. */
export const took = (path: string, t: number, more: Partial<EventTaken> = {}): EventTaken => ({
  kind: 'event',
  source: 'a',
  seq: t,
  t,
  actorPath: path,
  type: 'call.place',
  value: { line: 'ringing', sound: 'loud' },
  edges: ['call.line.idle call.place 0'],
  ...more,
})

export const ended = (
  path: string,
  t: number,
  status: 'done' | 'error' | 'stopped' = 'done',
): InspectorRecord => ({ kind: 'end', source: 'a', seq: t, t, actorPath: path, status })

/** A long recording of many actors, the same for the same numbers. */
export function bustle(actors: number, records: number): readonly RecordingLine[] {
  const values = ['idle', 'ringing', 'talking'].map((line) => ({ line, sound: 'loud' }))
  const begun = Array.from({ length: actors }, (_, index) => began(`root/actor-${index}`, index + 1))
  const events = Array.from({ length: records }, (_, index) =>
    took(`root/actor-${(index * 7) % actors}`, actors + 1 + index, { value: values[index % 3] ?? start }),
  )
  return [...opening('a'), began('root', 0), ...begun, ...events]
}
