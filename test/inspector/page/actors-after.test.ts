import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { toGraph } from '../../../src/inspector/drawing/graph.js'
import { failureLine } from '../../../src/inspector/page/chart/failure-line.js'
import { failures } from '../../../src/inspector/page/panes/details/known-failures.js'
import type { ActorView } from '../../../src/inspector/page/model/actor-view.js'
import { Timeline } from '../../../src/inspector/page/model/timeline.js'
import type { InspectorRecord } from '../../../src/inspector/recording/record.js'
import { began, callGraph, deed, ended, opening, startedAt, took } from './sample.js'

function after(...records: readonly InspectorRecord[]): (path: string) => ActorView | undefined {
  const timeline = new Timeline()
  timeline.append([...opening('a'), ...records])
  const { actors } = timeline.at(records.length - 1)
  return (path) => actors.get(`a ${path}`)
}

const ring = { edge: 'call.line.ringing xstate.after.ringTimeout.call.line.ringing 0', ms: 5_000 }

describe('an actor', () => {
  it('stands under who started it, even where that one is told of later', () => {
    const actor = after(
      deed('root/call/ask', 0),
      began('root', 1),
      began('root/call', 2),
      deed('root/tell', 3),
    )
    expect(actor('root')?.children).toEqual(['a root/call', 'a root/tell'])
    expect(actor('root/call')).toMatchObject({ parent: 'a root', children: ['a root/call/ask'] })
    expect(actor('root/call/ask')?.parent).toBe('a root/call')
  })

  it('is in all states that its value stands for', () => {
    expect([...(after(began('root', 0))('root')?.active ?? [])]).toEqual([
      'call',
      'call.line',
      'call.line.idle',
      'call.sound',
      'call.sound.loud',
    ])
  })

  it('ends with who started it, and begins again under its path', () => {
    const lines = [began('root', 0), began('root/call', 1), deed('root/call/ask', 2), ended('root', 3)]
    const actor = after(...lines)
    expect(['root', 'root/call', 'root/call/ask'].map((path) => actor(path)?.status)).toEqual([
      'done',
      'stopped',
      'stopped',
    ])
    const again = after(...lines, began('root', 4), began('root/call', 5))
    expect(again('root/call')).toMatchObject({ life: 'living', lives: 2, status: undefined })
    expect(again('root')?.children).toEqual(['a root/call'])
  })

  it('is told apart where it was found or restored', () => {
    const actor = after(began('old', 0, { found: true }), began('kept', 1, { restored: true }))
    expect([actor('old')?.life, actor('kept')?.life]).toEqual(['found', 'restored'])
  })

  it('keeps what is known of it where it is found again in the middle of its life', () => {
    const value = { line: 'talking', sound: 'muted' }
    const actor = after(began('root', 0), took('root', 1), began('root', 2, { found: true, value }))
    expect(actor('root')).toMatchObject({ life: 'living', lives: 1, value, lastEvent: { seq: 1 } })
  })

  it('has ended where it is not among those who live behind a gap', () => {
    const lines = [began('root', 0), began('root/call', 1), deed('root/call/ask', 2)]
    const gap = { kind: 'dropped', source: 'a', seq: 9, t: 9, count: 7 } as const
    const actor = after(...lines, { ...gap, living: ['root'] }, began('root', 9, { found: true }))
    const lives = (path: string) => [actor(path)?.life, actor(path)?.status]
    expect(['root', 'root/call', 'root/call/ask'].map(lives)).toEqual([
      ['living', undefined],
      ['ended', 'stopped'],
      ['ended', 'stopped'],
    ])
    expect(after(...lines, { ...gap, living: [] })('root')?.life).toBe('ended')
    expect(after(...lines, gap)('root/call')?.life).toBe('living')
  })

  it('has the time-outs with which it is found again, and no others', () => {
    const ringing = took('root', 10, { timers: [ring] })
    const found = began('root', 20, { found: true, timers: [{ ...ring, ms: 1_000 }] })
    const left = began('root', 20, { found: true })
    expect(after(began('root', 0), ringing, found)('root')?.timers).toEqual([
      { ...ring, ms: 1_000, since: startedAt + 20 },
    ])
    expect(after(began('root', 0), ringing, left)('root')?.timers).toEqual([])
  })

  it('has a time-out until its state is left', () => {
    const ringing = took('root', 10, { timers: [ring] })
    const muted = took('root', 20, {
      type: 'sound.mute',
      value: { line: 'ringing', sound: 'muted' },
      edges: ['call.sound.loud sound.mute 0'],
    })
    const timers = [{ ...ring, since: startedAt + 10 }]
    expect(after(began('root', 0), ringing)('root')?.timers).toEqual(timers)
    expect(after(began('root', 0), ringing, muted)('root')?.timers).toEqual(timers)
    const talking = took('root', 30, { value: { line: 'talking', sound: 'muted' } })
    expect(after(began('root', 0), ringing, muted, talking)('root')?.timers).toEqual([])
    const timedOut = took('root', 30, { value: { line: 'ringing', sound: 'muted' }, edges: [ring.edge] })
    expect(after(began('root', 0), ringing, timedOut)('root')?.timers).toEqual([])
    expect(after(began('root', 0), ringing, ended('root', 40))('root')?.timers).toEqual([])
  })

  it('remembers the last transitions over events that take none', () => {
    const ignored = took('root', 2, { type: 'call.answered', edges: [] })
    expect(after(began('root', 0), took('root', 1), ignored)('root')).toMatchObject({
      lastEdges: ['call.line.idle call.place 0'],
      lastEvent: { type: 'call.answered' },
    })
  })

  it('has the facts that its context began with, changed one by one', () => {
    const actor = after(
      began('root', 0, { context: { tries: 0, jid: 'a@b', open: true } }),
      took('root', 1, { context: { tries: 1, open: null } }),
      took('root', 2),
    )
    expect(actor('root')?.context).toEqual({ tries: 1, jid: 'a@b' })
  })

  it('remembers what failed, and not what only follows from that', () => {
    const graph = toGraph(
      createMachine({
        id: 'login',
        initial: 'asking',
        on: { 'session.lost': { actions: 'forget' } },
        states: { asking: { on: { refused: 'halted' } }, halted: {} },
      }),
    )
    const timeline = new Timeline()
    const refused = took('login', 1, { type: 'refused', value: 'halted', edges: ['login.asking refused 0'] })
    const lost = took('login', 2, { type: 'session.lost', value: 'halted', edges: ['login session.lost 0'] })
    timeline.append([
      ...opening('a'),
      { kind: 'chart', source: 'a', chart: 'login', graph },
      began('login', 0, { chart: 'login', value: 'asking' }),
      refused,
      lost,
    ])
    expect(timeline.at(2).actors.get('a login')?.lastFailure?.record).toEqual(refused)
  })

  it('says in words why something went wrong', () => {
    failures.part.value = { sentences: ['nobody listens'], table: { 'transport.refused': [0, 0] } }
    const data = { error: { name: 'TransportError', code: 'transport.refused' } }
    const event = { type: 'call.refused', edges: ['call.line.ringing call.refused 0'] }
    const lineOf = (record: InspectorRecord, graph = callGraph) => {
      const failure = after(began('root', 0), record)('root')?.lastFailure
      return failure === undefined ? '' : failureLine(failure, graph)
    }
    expect(lineOf(took('root', 1, { ...event, data }))).toBe(
      'call.refused: nobody listens (transport.refused)',
    )
    expect(lineOf(took('root', 1, event))).toBe('call.refused: Nobody wants to talk.')
    expect(lineOf(ended('root', 1, 'error'))).toBe('it failed')
    const output = { type: 'xstate.done.actor.ask', edges: ['call.line.idle call.place 0'], data }
    expect(lineOf(took('root', 1, output))).toBe('ask done: nobody listens (transport.refused)')
    expect(lineOf(took('root', 1, { ...output, edges: [] }))).toBe('')
  })
})
