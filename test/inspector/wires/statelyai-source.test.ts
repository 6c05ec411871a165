import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { isRecordingLine } from '../../../src/inspector/recording/recording-shape.js'
import { StatelyaiSource } from '../../../src/inspector/wires/statelyai-source.js'
import { createStatelyaiReceiver } from '../../../src/inspector/wires/statelyai-receiver.js'
import { loginLines } from './login-lines.js'

const now = 5_000
const newSource = () => new StatelyaiSource('app', () => now)

/** The lines of all messages; fails where one is refused. */
function tell(source: StatelyaiSource, ...messages: readonly object[]): readonly RecordingLine[] {
  return messages.flatMap((message) => {
    const lines = source.read(JSON.stringify(message))
    if (typeof lines === 'string') throw new Error(lines)
    return lines
  })
}

const actor = (sessionId: string, more: object = {}) => ({
  type: '@xstate.actor',
  sessionId,
  rootId: 'x:0',
  createdAt: '1000',
  name: sessionId,
  snapshot: { status: 'active' },
  ...more,
})
const snapshot = (sessionId: string, type: string, more: object = {}, rest: object = {}) => ({
  type: '@xstate.snapshot',
  sessionId,
  rootId: 'x:0',
  createdAt: '1500',
  event: { type },
  snapshot: { status: 'active', ...more },
  ...rest,
})
const event = (sessionId: string, type: string, more: object = {}) => ({
  type: '@xstate.event',
  sessionId,
  rootId: 'x:0',
  createdAt: '1500',
  event: { type },
  ...more,
})
const paths = (lines: readonly RecordingLine[]) =>
  lines.flatMap((line) => ('actorPath' in line ? [`${line.kind} ${line.actorPath}`] : []))

describe('an app of somebody else', () => {
  it('says who is above before who is below, with the state in which each began', () => {
    const lines = tell(
      newSource(),
      actor('x:0', { name: 'shop', snapshot: { status: 'active', value: 'later' } }),
      actor('x:1', { name: 'cart', parentId: 'x:0' }),
      actor('x:2', { name: 'item', parentId: 'x:1' }),
      event('x:0', 'xstate.init'),
      snapshot('x:2', 'xstate.init', { value: 'a' }),
      snapshot('x:1', 'xstate.init', { value: 'b' }),
      snapshot('x:0', 'xstate.init', { value: 'first' }),
    )
    expect(lines).toMatchObject([
      { kind: 'source', name: 'shop', engine: 'xstate', startedAt: 1000 },
      { kind: 'start', actorPath: 'shop', value: 'first', seq: 0, t: 500 },
      { kind: 'start', actorPath: 'shop/cart', value: 'b', seq: 1 },
      { kind: 'start', actorPath: 'shop/cart/item', value: 'a', seq: 2 },
    ])
  })

  it('has a name for everybody that is the same in every run', () => {
    const source = newSource()
    tell(source, actor('x:0', { name: 'shop' }), snapshot('x:0', 'xstate.init', { value: {} }))
    const child = (sessionId: string, name: string) => [
      actor(sessionId, { name, parentId: 'x:0' }),
      snapshot(sessionId, 'xstate.init', { value: 'a' }),
    ]
    expect(
      paths(
        tell(
          source,
          ...child('x:1', 'cart'),
          ...child('x:2', 'cart'),
          ...child('x:3', 'x:3'),
          ...child('x:4', 'a/b'),
        ),
      ),
    ).toEqual(['start shop/cart', 'start shop/cart (2)', 'start shop/actor', 'start shop/a∕b'])
    expect(
      paths(tell(source, snapshot('x:1', 'xstate.stop', { status: 'stopped' }), ...child('x:5', 'cart'))),
    ).toEqual(['end shop/cart', 'start shop/cart'])
    expect(paths(tell(source, snapshot('x:1', 'late', { value: 'b' })))).toEqual([])
  })

  it('tells who sent an event, and what has changed', () => {
    const source = newSource()
    tell(
      source,
      actor('x:0', { name: 'shop' }),
      snapshot('x:0', 'xstate.init', { value: 'a', context: { count: 0, old: true } }),
      actor('x:1', { name: 'load', parentId: 'x:0' }),
      snapshot('x:1', 'xstate.init'),
    )
    expect(
      tell(
        source,
        event('x:0', 'lost'),
        event('x:0', 'loaded', { sourceId: 'x:1' }),
        snapshot('x:0', 'loaded', { value: 'b', context: { count: 1 } }),
      ),
    ).toEqual([
      {
        kind: 'event',
        source: 'app',
        seq: 2,
        t: 500,
        actorPath: 'shop',
        type: 'loaded',
        from: 'shop/load',
        value: 'b',
        edges: [],
        context: { count: 1, old: null },
      },
    ])
    expect(
      tell(
        source,
        snapshot('x:0', 'again', { value: 'b', context: { count: 1 } }, { event: { type: 'again', of: 3 } }),
      ),
    ).toMatchObject([{ type: 'again', data: { of: 3 } }])
    expect(
      tell(source, snapshot('x:1', 'xstate.promise.reject', { status: 'error', error: { message: 'no' } })),
    ).toMatchObject([{ kind: 'end', actorPath: 'shop/load', status: 'error', data: { message: 'no' } }])
  })

  it('may be no XState app at all', () => {
    const lines = tell(
      newSource(),
      actor('timer', { rootId: undefined, snapshot: { status: 'active', context: { left: 3 } } }),
      event('timer', 'tick', { rootId: 'anonymous', sourceId: 'clock' }),
      snapshot('timer', '', { context: { left: 2 } }),
      snapshot('stranger', 'hello', { value: 'a' }),
    )
    expect(lines.slice(1)).toMatchObject([
      { kind: 'start', actorPath: 'timer', context: { left: 3 } },
      { kind: 'event', actorPath: 'timer', type: 'tick', value: {}, context: { left: 2 } },
      { kind: 'start', actorPath: 'app', value: 'a', found: true },
    ])
  })

  it('cuts what is too large to keep', () => {
    let deep: object = {}
    for (let level = 0; level < 100; level += 1) deep = { deep }
    const context = {
      text: 'x'.repeat(100_000),
      list: Array.from({ length: 5_000 }, () => 1),
      deep,
      ['n'.repeat(5_000)]: 1,
    }
    const lines = tell(
      newSource(),
      actor('x:0', { name: 'n'.repeat(900) }),
      snapshot('x:0', 'xstate.init', { value: 'a', context }),
    )
    expect(JSON.stringify(lines).length).toBeLessThan(5_000)
    expect(lines.every(isRecordingLine)).toBe(true)
  })

  it('cannot have more actors than a person could look at', () => {
    const source = newSource()
    const outcomes = Array.from({ length: 2_001 }, (_, index) =>
      source.read(JSON.stringify(actor(`x:${index}`, { rootId: undefined }))),
    )
    expect(outcomes.filter((outcome) => typeof outcome === 'string')).toEqual(['too many actors'])
  })

  it('does not fill the memory with what waits for an actor that never begins', () => {
    const source = newSource()
    tell(source, actor('x:0', { name: 'shop', snapshot: { status: 'active', value: 'a' } }))
    const lines = tell(
      source,
      ...Array.from({ length: 1_001 }, () => snapshot('x:0', 'tick', { value: 'a' })),
    )
    expect(lines).toHaveLength(1_002)
  })

  it.each([
    ['no JSON', '{"type":'],
    ['no message of @statelyai/inspect', '[]'],
    ['no message of @statelyai/inspect', 'null'],
    ['no message of @statelyai/inspect', '{}'],
    ['no message of @statelyai/inspect', '{"type":"@xstate.actor"}'],
    ['no message of @statelyai/inspect', '{"type":"@xstate.event","sessionId":"a","event":"go"}'],
    ['no message of @statelyai/inspect', '{"type":"@xstate.action","sessionId":"a","event":{"type":"a"}}'],
    ['no message of @statelyai/inspect', JSON.stringify(actor('x'.repeat(2_000)))],
  ])('is refused with %s: %s', (reason, text) => {
    expect(newSource().read(text)).toBe(reason)
  })

  it('makes well-formed lines of whatever it says, or is refused', () => {
    const id = fc.constantFrom('x:0', 'x:1', 'x:2', '__proto__')
    const wild = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('a', '', 'active', 'done', 'stopped', 'error'),
    )
    const type = fc.constantFrom('xstate.init', 'xstate.stop', 'go', '')
    const message = fc.record(
      {
        type: fc.constantFrom('@xstate.actor', '@xstate.event', '@xstate.snapshot'),
        sessionId: id,
        parentId: id,
        rootId: fc.oneof(id, wild),
        sourceId: fc.oneof(id, wild),
        createdAt: fc.oneof(fc.constantFrom('1', '1e99', '-5', 'NaN'), wild),
        name: wild,
        definition: fc.oneof(fc.json(), wild),
        event: fc.oneof(fc.record({ type, more: wild }), wild),
        snapshot: fc.oneof(
          fc.record(
            { status: wild, value: wild, context: wild, output: wild, error: wild },
            { requiredKeys: [] },
          ),
          wild,
        ),
      },
      { requiredKeys: ['type', 'sessionId'] },
    )
    const tricks = { prototype: '', constructor: '' }
    const tricky = {
      type: '@xstate.actor' as const,
      sessionId: 'x:0' as const,
      snapshot: { value: tricks, context: tricks },
    }
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
        const source = newSource()
        const lines = messages.flatMap((each) => {
          const found = source.read(JSON.stringify(each))
          return typeof found === 'string' ? [] : found
        })
        expect(lines.filter((line) => !isRecordingLine(JSON.parse(JSON.stringify(line))))).toEqual([])
        const seqs = lines.flatMap((line) => ('seq' in line ? [line.seq] : []))
        expect(seqs).toEqual(seqs.map((_, index) => index))
      }),
      { numRuns: 500, examples: [[[tricky]]] },
    )
  })

  it('comes back the same from its own wire, as far as that goes', () => {
    const receive = createStatelyaiReceiver()
    const source = new StatelyaiSource('alice', () => now)
    const back = loginLines.flatMap(receive).flatMap((text) => {
      const lines = source.read(text)
      if (typeof lines === 'string') throw new Error(lines)
      return lines
    })
    const told = ({ kind, ...line }: RecordingLine) => ({
      kind,
      path: 'actorPath' in line ? line.actorPath : '',
      ...('value' in line ? { value: line.value } : {}),
      ...('type' in line ? { type: line.type } : {}),
      ...('status' in line ? { status: line.status } : {}),
    })
    const isActors = ({ kind }: RecordingLine) => kind === 'start' || kind === 'event' || kind === 'end'
    expect(back.filter(isActors).map(told)).toEqual(loginLines.filter(isActors).map(told))
    const charts = (lines: readonly RecordingLine[]) =>
      lines.flatMap((line) => (line.kind === 'chart' ? [JSON.parse(JSON.stringify(line.graph))] : []))
    expect(charts(back)).toEqual(charts(loginLines))
  })
})
