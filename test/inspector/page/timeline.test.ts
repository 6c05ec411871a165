import { array, assert, constantFrom, integer, nat, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timeline } from '../../../src/inspector/page/model/timeline.js'
import { began, bustle, opening, startedAt, took } from './sample.js'

describe('Timeline', () => {
  it('shows at every index what the records up to there mean, in whatever order they are visited', () => {
    const lines = bustle(9, 1_500)
    const timeline = new Timeline()
    timeline.append(lines)
    const plain = (from: Timeline, index: number) =>
      [...from.at(index).actors.values()].map(({ path, value, lives }) => [path, value, lives])
    const truth = new Map<number, unknown>()
    for (let index = -1; index < timeline.records.length; index += 37) {
      const upTo = new Timeline()
      upTo.append([...opening('a'), ...timeline.records.slice(0, index + 1)])
      truth.set(index, plain(upTo, index))
    }
    assert(
      property(array(constantFrom(...truth.keys())), (visits) => {
        for (const index of visits) expect(plain(timeline, index)).toEqual(truth.get(index))
      }),
    )
  })

  it('grows without changing what was shown before', () => {
    const timeline = new Timeline()
    timeline.append([...opening('a'), began('root', 0)])
    const before = timeline.at(0)
    timeline.append([took('root', 5)])
    expect(before.actors.get('a root')?.value).toEqual({ line: 'idle', sound: 'loud' })
    expect(timeline.at(1).actors.get('a root')?.value).toEqual({ line: 'ringing', sound: 'loud' })
  })

  it('puts what a slower source tells late where it belongs, and says by how much others have moved', () => {
    const timeline = new Timeline()
    timeline.append([...opening('a'), began('root', 0), took('root', 20), took('root', 30)])
    expect(timeline.at(2).index).toBe(2)
    const late = [...opening('b', 10), { ...began('other', 0), source: 'b' }]
    expect(timeline.append(late, 1)).toBe(1)
    expect(timeline.records.map((record) => timeline.timeOf(record) - startedAt)).toEqual([0, 10, 20, 30])
    expect(timeline.at(1).actors.has('b other')).toBe(true)
    expect(timeline.append([took('root', 40)], 1)).toBe(0)
  })

  it('enters what several sources have told one after another without moving any record', () => {
    const told = (source: string, delayMs: number) => [
      ...opening(source, delayMs),
      { ...began('root', 0), source },
      ...Array.from({ length: 2_000 }, (_, index) => ({ ...took('root', index + 1), source })),
    ]
    const lines = [...told('a', 0.5), ...told('b', 0.25), ...told('c', 0)]
    const timeline = new Timeline()
    timeline.append(lines)
    expect(timeline.revision).toBe(0)
    expect(timeline.records.slice(0, 4).map(({ source, t }) => `${source} ${t}`)).toEqual([
      'c 0',
      'b 0',
      'a 0',
      'c 1',
    ])
    expect(timeline.records).toHaveLength(lines.length - 6)
    const late = new Timeline()
    late.append(told('a', 0.5))
    expect(late.append([...told('b', 0.25), ...told('c', 0)], 1_000)).toBe(2 * 1_001)
    expect([late.revision, late.records]).toEqual([1, timeline.records])
  })

  it('has the same records in the same places, in whatever pieces they come', () => {
    const times = array(tuple(constantFrom('a', 'b', 'c'), integer({ min: 0, max: 20 })), { maxLength: 40 })
    assert(
      property(times, array(nat(40), { maxLength: 4 }), nat(40), (happened, cuts, at) => {
        const records = happened.map(([source, t], seq) => ({ ...took('root', t), source, seq }))
        const byTime = records.toSorted((one, other) => one.t - other.t)
        const timeline = new Timeline()
        timeline.append(['a', 'b', 'c'].flatMap((source) => opening(source)))
        let begin = 0
        for (const end of [...cuts.toSorted((one, other) => one - other), records.length]) {
          const watched = timeline.records[at]
          const shift = timeline.append(records.slice(begin, end), at)
          begin = Math.max(begin, end)
          expect(timeline.records[at + shift] === watched || watched === undefined).toBe(true)
        }
        expect(timeline.records).toEqual(byTime)
      }),
    )
  })

  it('gives up the oldest beyond its limit, and still knows who lives', () => {
    const timeline = new Timeline(1_000)
    timeline.append(bustle(9, 900), 800)
    const whole = new Timeline()
    whole.append(bustle(9, 1_200))
    const added = bustle(9, 1_200).slice(-300)
    const record = timeline.records[800]
    const shift = timeline.append(added, 800)
    expect(shift).toBeLessThan(0)
    expect(timeline.records[800 + shift]).toBe(record)
    expect(timeline.records.length).toBeLessThanOrEqual(1_000)
    const now = (of: Timeline) =>
      [...of.at(of.records.length - 1).actors].map(([key, { value }]) => [key, value])
    expect(now(timeline)).toEqual(now(whole))
  })

  it('finds a record again, and the last one by a time', () => {
    const timeline = new Timeline()
    const [first, second, third] = [began('root', 0), took('root', 5), took('root', 5)]
    timeline.append([...opening('a'), first, second, third])
    expect([first, second, third].map((record) => timeline.indexOf(record))).toEqual([0, 1, 2])
    expect(timeline.indexOf(took('root', 5))).toBe(-1)
    expect([-1, 0, 4, 5, 9].map((t) => timeline.indexAt(startedAt + t))).toEqual([-1, 0, 0, 2, 2])
  })

  it('knows what went wrong: a transition that means it, and an end in error', () => {
    const timeline = new Timeline()
    const refused = took('root', 2, { type: 'call.refused', edges: ['call.line.ringing call.refused 0'] })
    timeline.append([...opening('a'), began('root', 0), took('root', 1), refused])
    expect(timeline.records.map((record) => timeline.isFailure(record))).toEqual([false, false, true])
    expect(timeline.isFailure({ ...refused, edges: [], status: 'error' })).toBe(true)
  })
})
