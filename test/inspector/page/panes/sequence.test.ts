import { describe, expect, it } from 'vitest'
import { eventWords, SequenceIndex, standIn } from '../../../../src/inspector/page/panes/sequence/diagram.js'
import { isHappening, tellSession } from './told-session.js'

const records = tellSession().filter(isHappening)

describe('SequenceIndex', () => {
  const index = new SequenceIndex('alice')
  index.scan(records)
  const arrows = (folded: ReadonlySet<string>) =>
    index.rows.flatMap((place) => {
      const record = records[place]
      return (record && index.arrow(record, place, folded)) ?? []
    })
  const words = (folded: ReadonlySet<string> = new Set()) =>
    arrows(folded).map(({ from, to, label }) => `${from} → ${to}: ${label}`)

  it('draws stanzas to whoever has handled them, and events from whoever has sent them', () => {
    expect(words().slice(3, 8)).toEqual([
      'app → session: session.connect',
      'session → session/connection: begins',
      'session → server: stream:stream · a stream begins',
      'server → session/connection: stream:stream · a stream begins',
      'session/connection → session/connection: openStream done',
    ])
  })

  it('tells what a deed has done on the line of the chart that invoked it', () => {
    expect(words()).toContain('session/authentication → session/authentication: initiate done')
  })

  it('leaves to the session what keeps the stream, and to the app what else no chart has handled', () => {
    const story = tellSession().filter(isHappening)
    const received = (seq: number, name: string, xml: string) =>
      ({ kind: 'wire', source: 'alice', seq, t: 1, direction: 'in', what: 'element', name, xml }) as const
    const fresh = [
      received(90_001, 'r', "<r xmlns='urn:xmpp:sm:3'/>"),
      received(90_002, 'message', '<message/>'),
    ]
    const all = [...story, ...fresh]
    const grown = new SequenceIndex('alice')
    grown.scan(all)
    const ends = fresh.map((record) => {
      const arrow = grown.arrow(record, all.indexOf(record), new Set())
      return `${arrow?.from} → ${arrow?.to}`
    })
    expect(ends).toEqual(['server → session', 'server → app'])
  })

  it('folds actors into the one around them', () => {
    const folded = words(new Set(['session']))
    expect(folded.filter((each) => each.includes('session/'))).toEqual([])
    expect(folded).toContain('session → session: openStream done · connection')
    const lines = index.lifelines(arrows(new Set(['session'])), new Set(['session']))
    expect(lines.map(({ id, isFolded }) => `${id}${isFolded ? ' (folded)' : ''}`)).toEqual([
      'app',
      'befriending frank@example.test',
      'session (folded)',
      'server',
    ])
  })

  it('has the app first, the server last, and the tree between', () => {
    expect(index.lifelines(arrows(new Set()), new Set()).map(({ id }) => id)).toEqual([
      'app',
      'befriending frank@example.test',
      'session',
      'session/authentication',
      'session/binding',
      'session/connection',
      'session/presence',
      'session/roster',
      'server',
    ])
  })
})

it('standIn() is the outermost folded one', () => {
  expect(standIn('a/b/c', new Set(['a/b']))).toBe('a/b')
  expect(standIn('a/b/c', new Set(['a', 'a/b']))).toBe('a')
  expect(standIn('a/b', new Set(['a/b']))).toBe('a/b')
  expect(standIn('ab/c', new Set(['a']))).toBe('ab/c')
})

it.each([
  ['xstate.done.actor.openStream', 'openStream done'],
  ['xstate.error.actor.dial', 'dial failed'],
  ['xstate.after.backoff.session.backingOff', 'after backoff'],
  ['xstate.snapshot.connection', 'connection changed'],
  ['session.connect', 'session.connect'],
])('eventWords(%j)', (type, words) => {
  expect(eventWords(type)).toBe(words)
})
