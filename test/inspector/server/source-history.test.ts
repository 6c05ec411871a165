import { describe, expect, it } from 'vitest'
import type { ActorStarted, RecordingLine } from '../../../src/inspector/recording/record.js'
import {
  beginning,
  SourceHistory,
  type HistoryLimits,
  type Place,
} from '../../../src/inspector/server/source-history.js'
import { eventLine, sourceLine } from './lines.js'

const historyOf = (limits: Partial<HistoryLimits> = {}) =>
  new SourceHistory(sourceLine('alice'), { records: 100, length: 1_000_000, ...limits })

const start: ActorStarted = {
  kind: 'start',
  source: 'alice',
  seq: 0,
  t: 0,
  actorPath: 'session',
  chart: 'session',
  type: 'xstate.init',
  value: 'offline',
  context: { attempt: 0, domain: 'example.test' },
}
const chart: RecordingLine = {
  kind: 'chart',
  source: 'alice',
  chart: 'session',
  graph: {
    id: 'session',
    root: {
      id: 'session',
      key: 'session',
      kind: 'atomic',
      history: undefined,
      initial: [],
      description: undefined,
      spec: undefined,
      why: undefined,
      tags: [],
      entry: [],
      exit: [],
      invokes: [],
      states: [],
    },
    transitions: [],
  },
}

function read(history: SourceHistory, place: Place = beginning, length = 1_000_000) {
  const portion = history.next(place, length)
  const lines: readonly RecordingLine[] = portion.lines.map((line) => JSON.parse(line))
  return { lines, place: portion.place }
}

const inShort = (lines: readonly RecordingLine[]) =>
  lines.map((line) => ('seq' in line ? `${line.kind} ${line.seq}` : line.kind))

describe('SourceHistory', () => {
  it('tells who it is about, its charts, and its records, each once', () => {
    const history = historyOf()
    for (const line of [chart, start, eventLine('alice', 1), chart]) history.append(line)
    const first = read(history)
    expect(inShort(first.lines)).toEqual(['source', 'chart', 'start 0', 'event 1'])
    expect(read(history, first.place).lines).toEqual([])
    history.append(eventLine('alice', 2))
    expect(inShort(read(history, first.place).lines)).toEqual(['event 2'])
  })

  it('tells again who it is about when that has changed', () => {
    const history = historyOf()
    const { place } = read(history)
    history.describe(sourceLine('alice', { endedAt: 7 }))
    expect(read(history, place).lines).toMatchObject([{ kind: 'source', endedAt: 7 }])
  })

  it('gives portions of about the length that is asked for, and at least one line', () => {
    const history = historyOf()
    for (let seq = 0; seq < 10; seq += 1) history.append(eventLine('alice', seq))
    const seen: RecordingLine[] = []
    for (let next = read(history, beginning, 1); next.lines.length > 0; next = read(history, next.place, 1)) {
      expect(next.lines.length).toBeLessThanOrEqual(2)
      seen.push(...next.lines)
    }
    expect(seen).toHaveLength(11)
  })

  it('keeps what it has heard before only once', () => {
    const history = historyOf()
    const known = [start, eventLine('alice', 1), eventLine('alice', 2)]
    for (const line of [...known, ...known, eventLine('alice', 3)]) history.append(line)
    expect(inShort(read(history).lines)).toEqual(['source', 'start 0', 'event 1', 'event 2', 'event 3'])
  })

  it('gives up the oldest beyond so many records, and says who lived by then, and how', () => {
    const history = historyOf({ records: 3 })
    history.append(start)
    history.append(eventLine('alice', 1, { context: { attempt: 1, domain: null, delayMs: 5 } }))
    for (let seq = 2; seq < 6; seq += 1) history.append(eventLine('alice', seq, { value: `state ${seq}` }))
    const { lines } = read(history)
    expect(inShort(lines)).toEqual(['source', 'dropped 2', 'start 2', 'event 3', 'event 4', 'event 5'])
    expect(lines[1]).toMatchObject({ count: 3, living: ['session'] })
    expect(lines[2]).toMatchObject({ found: true, value: 'state 2' })
    expect(Reflect.get(lines[2] ?? {}, 'context')).toEqual({ attempt: 1, delayMs: 5 })
  })

  it('forgets who has ended before', () => {
    const history = historyOf({ records: 1 })
    history.append(start)
    history.append(eventLine('alice', 1, { status: 'done' }))
    history.append(eventLine('alice', 2, { actorPath: 'other' }))
    const { lines } = read(history)
    expect(inShort(lines)).toEqual(['source', 'dropped 1', 'event 2'])
    expect(lines[1]).toMatchObject({ living: [] })
  })

  it('forgets who has ended in a gap of what it was told', () => {
    const history = historyOf({ records: 2 })
    for (const [seq, actorPath] of ['session', 'session/connection', 'session/connection/dial'].entries())
      history.append({ ...start, actorPath, seq })
    history.append({ kind: 'dropped', source: 'alice', seq: 9, t: 9, count: 7, living: ['session'] })
    history.append({ ...start, seq: 9, found: true })
    for (let seq = 10; seq < 12; seq += 1) history.append(eventLine('alice', seq))
    const { lines } = read(history)
    expect(lines[1]).toMatchObject({ kind: 'dropped', living: ['session'] })
    expect(inShort(lines)).toEqual(['source', 'dropped 9', 'start 9', 'event 10', 'event 11'])
  })

  it('says to who was too slow what it has missed', () => {
    const history = historyOf({ records: 10 })
    history.append(start)
    const { place } = read(history)
    for (let seq = 1; seq < 31; seq += 1) history.append(eventLine('alice', seq))
    const { lines } = read(history, place)
    expect(lines[0]).toMatchObject({ kind: 'dropped', count: 20 })
    expect(inShort(lines).slice(1, 3)).toEqual(['start 20', 'event 21'])
  })

  it('says only of what it has not heard that it is missing', () => {
    const history = historyOf()
    const gap = { kind: 'dropped', source: 'alice', t: 0 } as const
    for (let seq = 0; seq < 5; seq += 1) history.append(eventLine('alice', seq))
    history.append({ ...gap, seq: 9, count: 10 })
    history.append({ ...start, seq: 9, found: true })
    history.append(eventLine('alice', 10))
    history.append({ ...gap, seq: 12, count: 2 })
    const counts = read(history).lines.flatMap((line) => (line.kind === 'dropped' ? line.count : []))
    expect(counts).toEqual([5, 2])
  })

  it('keeps to its length, whatever comes', () => {
    const history = historyOf({ length: 10_000, records: 100_000 })
    for (let seq = 0; seq < 5_000; seq += 1) {
      expect(history.append(eventLine('alice', seq, { type: 'x'.repeat(100) }))).toBe(true)
    }
    const { lines } = read(history)
    expect(JSON.stringify(lines).length).toBeLessThan(12_000)
    expect(lines.at(-1)).toMatchObject({ seq: 4_999 })
  })

  it('says when those who live since before are too much, but not when as many have come and gone', () => {
    const [lasting, passing] = [historyOf({ length: 10_000 }), historyOf({ length: 10_000 })]
    const fits = (history: SourceHistory, isEnding: boolean) =>
      Array.from({ length: 200 }, (_, index) => {
        const actorPath = `session/one-of-${index}`
        const seq = 2 * index
        const hasRoom = history.append({ ...start, seq, actorPath, context: { words: 'x'.repeat(100) } })
        if (isEnding)
          history.append({ kind: 'end', source: 'alice', seq: seq + 1, t: 0, actorPath, status: 'done' })
        return hasRoom
      })
    expect(fits(lasting, false)).toContain(false)
    expect(JSON.stringify(read(lasting).lines).length).toBeGreaterThan(15_000)
    expect(fits(passing, true)).not.toContain(false)
  })

  it('says when the charts alone are too much', () => {
    const history = historyOf({ length: 1_500 })
    const charts = ['a', 'b', 'c', 'd'].map((name): RecordingLine => ({ ...chart, chart: name }))
    expect(charts.map((line) => history.append(line))).toContain(false)
  })
})
