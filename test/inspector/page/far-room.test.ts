import { describe, expect, it } from 'vitest'
import { statesOf } from '../../../src/inspector/drawing/graph.js'
import type { LaidBox, LaidEdge, Rectangle } from '../../../src/inspector/drawing/layout.js'
import { findRoom, type FarMatter } from '../../../src/inspector/page/chart/far-room.js'
import { Timeline } from '../../../src/inspector/page/model/timeline.js'
import { began, callGraph, opening, took } from './sample.js'

const answered = 'call.line.ringing call.answered 0'
const ring = { edge: 'call.line.ringing xstate.after.ringTimeout.call.line.ringing 0', ms: 5_000 }

describe('findRoom()', () => {
  it('says where things stand, what runs out, and what was taken, before all else', () => {
    expect(wordsAt(0.4).slice(0, 2)).toEqual(['leaf ringing', 'leaf loud'])
    expect(wordsAt(0.4)).toEqual(
      expect.arrayContaining([
        'timer ',
        'group line',
        'arrow call.place',
        'leaf idle',
        'arrow call.answered',
      ]),
    )
    expect(wordsAt(0.4).indexOf('arrow call.place')).toBeLessThan(wordsAt(0.4).indexOf('leaf idle'))
  })

  it('tells of an arrow that several share who it was that was taken, once', () => {
    const { view, ...rest } = matter()
    const taken = callGraph.transitions.find(({ id }) => view.lastEdges.includes(id))
    const other = callGraph.transitions.find(({ id }) => id === answered)
    const [edge] = edges
    if (taken === undefined || other === undefined || edge === undefined) throw new Error('all are there')
    const shared = [{ ...edge, transitions: [other, taken] }]
    const arrows = findRoom({ ...rest, view, edges: shared, isOpen: () => false }, 0.4).filter(
      ({ kind }) => kind === 'arrow',
    )
    expect(arrows.map(({ text }) => text)).toEqual(['call.place'])
  })

  it.each([0.4, 0.2, 0.1, 0.03])('lets nothing stand on another at %d', (scale) => {
    const signs = findRoom(matter(), scale)
    expect(signs.some(({ text }) => text === 'ringing')).toBe(true)
    for (const one of signs) expect(signs.filter((other) => meet(one, other))).toEqual([one])
  })

  it('shows a time-out of a state with states inside in a corner of it', () => {
    const line = boxes.find(({ id }) => id === 'call.line')
    if (line === undefined) throw new Error('the chart has a line')
    const {
      timers: [first],
      ...rest
    } = matter()
    if (first === undefined) throw new Error('a time-out runs')
    const sign = findRoom({ ...rest, timers: [{ ...first, box: line }] }, 0.4).find(
      ({ kind }) => kind === 'timer',
    )
    expect(sign && contains(line, sign)).toBe(true)
  })
})

/** Each state below the one before, as wide as its regions. */
const boxes: readonly LaidBox[] = [...statesOf(callGraph.root)].slice(1).map((state, row) => ({
  id: state.id,
  kind: state.kind,
  state,
  block: undefined,
  isRegion: false,
  x: 100,
  y: row * 160,
  width: state.states.length === 0 ? 200 : 600,
  height: state.states.length === 0 ? 60 : 120,
}))
const edges: readonly LaidEdge[] = callGraph.transitions.map((transition, row) => ({
  tones: ['course'],
  transitions: [transition],
  points: [
    { x: 900, y: row * 100 },
    { x: 900, y: row * 100 + 80 },
  ],
  label: { x: 860, y: row * 100 + 20, width: 80, height: 24, lines: [], lineCounts: [] },
}))

function matter(): FarMatter {
  const timeline = new Timeline()
  timeline.append([...opening('a'), began('session', 0), took('session', 1, { timers: [ring] })])
  const view = timeline.at(1).actors.get('a session')
  const box = boxes.find(({ id }) => id === 'call.line.ringing')
  if (view === undefined || box === undefined) throw new Error('the session rings')
  const timers = view.timers.map((timer) => ({ timer, box }))
  return { boxes, edges, timers, view, isOpen: (id) => id === answered }
}

const wordsAt = (scale: number) => findRoom(matter(), scale).map(({ kind, text }) => `${kind} ${text}`)

const meet = (one: Rectangle, other: Rectangle) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height

const contains = (around: Rectangle, inside: Rectangle) =>
  inside.x >= around.x &&
  inside.y >= around.y &&
  inside.x + inside.width <= around.x + around.width &&
  inside.y + inside.height <= around.y + around.height
