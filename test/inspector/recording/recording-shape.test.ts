import { describe, expect, it } from 'vitest'
import * as machines from '../../../machines/index.js'
import { toGraph } from '../../../src/inspector/index.js'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { isRecordingLine } from '../../../src/inspector/recording/recording-shape.js'

const happening = { source: 'alice', seq: 0, t: 0.5 }
const ofActor = { ...happening, actorPath: 'session' }

const lines: readonly RecordingLine[] = [
  {
    kind: 'source',
    source: 'a',
    name: 'a@b',
    engine: 'xstate',
    startedAt: 1,
    commands: ['send'],
    endedAt: 2,
  },
  { kind: 'start', ...ofActor, type: 'xstate.init', chart: 'c', value: { a: { b: 'c' } }, found: true },
  {
    kind: 'start',
    ...ofActor,
    type: 'xstate.init',
    status: 'done',
    data: { a: [1, 'b', null, { c: true }] },
  },
  {
    kind: 'event',
    ...ofActor,
    type: 'x',
    from: 'session/connection',
    value: 'online',
    edges: ['a b 0'],
    refused: [{ edge: 'a b 1', guard: 'isHere', reason: 'it is not' }],
    timers: [{ edge: 'a after 0', ms: 1_000 }],
    context: { attempt: 1 },
    measured: { delayMs: 7 },
    stanza: 3,
  },
  { kind: 'end', ...ofActor, status: 'stopped' },
  { kind: 'wire', ...happening, direction: 'in', what: 'element', name: 'iq', xml: '<iq/>' },
  { kind: 'security', ...happening, security: { tls: 'TLSv1.3' } },
  { kind: 'dropped', ...happening, count: 4, living: ['session'] },
]

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** So many lists in one another. */
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)])

describe('isRecordingLine()', () => {
  it.each(lines.map((line) => [line.kind, line] as const))('takes a line of the kind %s', (_, line) => {
    expect(isRecordingLine(throughJson(line))).toBe(true)
  })

  it.each(lines.map((line) => [line.kind, line] as const))(
    'refuses one of the kind %s with a field too many, or of another type',
    (_, line) => {
      expect(isRecordingLine({ ...line, more: 1 })).toBe(false)
      for (const name of Object.keys(line)) {
        expect([name, isRecordingLine({ ...line, [name]: Symbol('none') })]).toEqual([name, false])
      }
    },
  )

  it('takes every chart of this package', () => {
    const charts = Object.values(machines).flatMap((machine) =>
      typeof machine === 'object' && 'root' in machine ? [toGraph(machine)] : [],
    )
    expect(charts.length).toBeGreaterThan(10)
    for (const graph of charts) {
      const line = throughJson({ kind: 'chart', source: 'a', chart: graph.id, graph })
      expect([graph.id, isRecordingLine(line)]).toEqual([graph.id, true])
    }
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'source'],
    ['a list', []],
    ['an unknown kind', { kind: 'constructor' }],
    ['a kind that every object has', { kind: '__proto__' }],
    ['half a line', { kind: 'end', source: 'a' }],
    ['a number below 0', { kind: 'dropped', ...happening, seq: -1, count: 0 }],
    ['half a number', { kind: 'dropped', ...happening, count: 0.5 }],
    ['facts without end', { kind: 'security', ...happening, security: { a: nested(40) } }],
    [
      'a fact named __proto__',
      JSON.parse('{"kind":"security","source":"a","seq":0,"t":0,"security":{"__proto__":1}}'),
    ],
    ['a name that is too long', { kind: 'end', ...ofActor, actorPath: 'x'.repeat(70_000), status: 'done' }],
    ['a state that is a list', { kind: 'event', ...ofActor, type: 'x', value: ['a'], edges: [] }],
  ])('refuses %s', (_, value) => {
    expect(isRecordingLine(value)).toBe(false)
  })
})
