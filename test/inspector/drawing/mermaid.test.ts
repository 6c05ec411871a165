import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine, fromPromise, setup } from 'xstate'
import { drawMermaid } from '../../../src/inspector/index.js'
import { arbitraryChart } from './arbitrary-chart.js'

const pinging = setup({
  actors: { ping: fromPromise<void>(() => Promise.resolve()) },
  guards: { mayRetry: () => true },
  actions: { note: () => undefined },
  delays: { patience: 1000 },
}).createMachine({
  id: 'liveness',
  description: 'Is the other side there?',
  initial: 'up',
  on: { 'app.stop': '.down' },
  states: {
    up: {
      description: 'It may answer.',
      initial: 'probing',
      states: {
        probing: {
          meta: { spec: 'XEP-0199 §4' },
          invoke: {
            id: 'ping',
            src: 'ping',
            onDone: 'quiet',
            onError: [
              { guard: 'mayRetry', target: '#liveness.up', actions: 'note' },
              { target: '#liveness.down' },
            ],
          },
          after: { patience: '#liveness.down' },
        },
        quiet: { tags: ['person'], on: { 'person.asked': 'probing', 'stanza.heard': { actions: 'note' } } },
      },
    },
    down: { type: 'final' },
  },
})

describe('drawMermaid()', () => {
  test('writes states, actors, guards, delays and what is left from anywhere', () => {
    expect(drawMermaid(pinging)).toBe(`---
title: "liveness"
---
stateDiagram-v2
  %% Is the other side there?
  state "up" as liveness_up {
    %% It may answer.
    state "probing" as liveness_up_probing
    liveness_up_probing : XEP-0199 §4
    liveness_up_probing : ⚙ ping
    state "quiet" as liveness_up_quiet
    liveness_up_quiet : stanza.heard / note
    liveness_up_quiet : waits for a person
    [*] --> liveness_up_probing
    liveness_up_probing --> liveness_up_quiet : ping done
    liveness_up_probing --> liveness_up_probing : ping failed [mayRetry] / note
    liveness_up_quiet --> liveness_up_probing : person.asked
  }
  state "down" as liveness_down
  state "from any state" as liveness_anywhere
  [*] --> liveness_up
  liveness_anywhere --> liveness_down : app.stop
  liveness_up_probing --> liveness_down : ping failed [else]
  liveness_up_probing --> liveness_down : after patience
  liveness_down --> [*]
`)
  })

  test('parts parallel regions by a line', () => {
    const chart = createMachine({ id: 'm', type: 'parallel', states: { one: {}, two: {} } })
    expect(drawMermaid(chart).split('\n').slice(4)).toEqual([
      '  state "one" as m_one',
      '  --',
      '  state "two" as m_two',
      '',
    ])
  })

  test('lets no name end its line or its quotes', () => {
    const hostile = 'a "b"\n--> c: d; %% {e} #35;'
    const chart = createMachine({
      id: 'm',
      initial: hostile,
      states: { [hostile]: { on: { [hostile]: 'end' } }, end: {} },
    })
    const said = 'a #34;b#34; --#62; c#58; d#59; #37;#37; #123;e#125; #35;35#59;'
    expect(drawMermaid(chart).split('\n').slice(4)).toEqual([
      `  state "${said}" as m_a_b_c_d_e_35_`,
      '  state "end" as m_end',
      '  [*] --> m_a_b_c_d_e_35_',
      `  m_a_b_c_d_e_35_ --> m_end : ${said}`,
      '',
    ])
  })

  test('keeps states apart whose names differ only in signs', () => {
    const chart = createMachine({ id: 'm', initial: 'a-b', states: { 'a-b': {}, 'a.b': {}, 'a b': {} } })
    const names = drawMermaid(chart).matchAll(/ as (\S+)/g)
    expect([...names].map(([, name]) => name)).toEqual(['m_a_b', 'm_a_b_2', 'm_a_b_3'])
  })

  test('writes only lines of its grammar, whatever the chart', () => {
    const line =
      /^(?:---|title: ".*"|stateDiagram-v2|\s*(?:%% .*|\}|--|state "[^"]*" as \w+(?: \{)?|\w+ : [^:;]+(?:#\d+;[^:;]*)*|(?:\[\*\]|\w+) --> (?:\[\*\]|\w+)(?: : (?:[^:;]|#\d+;)+)?)|)$/
    fc.assert(
      fc.property(arbitraryChart, (chart) => {
        const lines = drawMermaid(chart).split('\n')
        expect(lines.filter((each) => !line.test(each))).toEqual([])
        expect(lines.filter((each) => each.endsWith('{'))).toHaveLength(
          lines.filter((each) => each.trim() === '}').length,
        )
      }),
      { numRuns: 50 },
    )
  })
})
