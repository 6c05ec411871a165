import { describe, expect, it } from 'vitest'
import { Timeline } from '../../../../src/inspector/page/model/timeline.js'
import { recordingLines, toFileName } from '../../../../src/inspector/page/panes/save/recording-file.js'
import { checkStanza, stanzaTemplates } from '../../../../src/inspector/page/panes/send/stanza-check.js'
import type { InspectorRecord } from '../../../../src/inspector/recording/record.js'
import { parseRecording } from '../../../../src/inspector/recording/recording-text.js'
import { began, deed, ended, opening, took } from '../sample.js'
import { tellSession } from './told-session.js'

describe('checkStanza()', () => {
  it.each([
    ['', 'Nothing to send yet.'],
    ['<message><body></message>', 'Not well-formed at line 1, column 16: </message> where <body> is open.'],
    ['<message/><message/>', 'One stanza is sent at a time.'],
    ['<stream:features/>', '<stream:features> is no stanza: send a message, a presence or an iq.'],
    ['<presence/>', undefined],
  ])('%s', (xml, problem) => {
    expect(checkStanza(xml)).toBe(problem)
  })
})

it('stanzaTemplates() are stanzas, whoever they are for', () => {
  for (const { xml } of stanzaTemplates(`"><x a='&'@\n`, 'id')) expect(checkStanza(xml)).toBeUndefined()
})

it('recordingLines() gives what the timeline was made of', () => {
  const lines = tellSession()
  const timeline = new Timeline()
  timeline.append(lines)
  expect([...recordingLines(timeline)].map((line): unknown => JSON.parse(line))).toEqual(
    JSON.parse(JSON.stringify(lines)),
  )
})

it('recordingLines() tells what stands for the records that the page has given up', () => {
  const timeline = new Timeline(1_000)
  const ring = { edge: 'call.line.ringing xstate.after.ringTimeout.call.line.ringing 0', ms: 5_000 }
  const ofB = (record: InspectorRecord) => ({ ...record, source: 'b' })
  const mutes = Array.from({ length: 1_500 }, (_, index) =>
    took('root', 10 + index, {
      type: 'sound.mute',
      value: { line: 'ringing', sound: 'muted' },
      edges: [],
      context: { count: index, ...(index === 3 && { gone: null }) },
    }),
  )
  timeline.append([
    ...opening('a'),
    ...opening('b'),
    began('root', 0, { context: { count: 0, gone: true } }),
    began('root/call', 1),
    deed('root/ask', 2),
    ended('root/call', 3),
    { kind: 'security', source: 'a', seq: 4, t: 4, security: { encrypted: true } },
    took('root', 5, { timers: [ring] }),
    ofB(began('other', 6)),
    ...mutes,
  ])
  const again = new Timeline()
  again.append(parseRecording([...recordingLines(timeline)].join('')))
  const missing = 10 + mutes.length - timeline.records.length
  expect(again.records.slice(0, 6)).toMatchObject([
    { kind: 'dropped', source: 'b', seq: 6, t: 6, count: 7 },
    { kind: 'start', source: 'b', actorPath: 'other', found: true },
    { kind: 'dropped', source: 'a', count: missing },
    { actorPath: 'root', found: true, timers: [{ ms: 5_000 - (missing - 1 - 5) }] },
    { actorPath: 'root/ask', found: true },
    { kind: 'security', security: { encrypted: true } },
  ])
  expect(again.records.slice(6)).toEqual(timeline.records)
  const now = (of: Timeline) =>
    [...of.at(of.records.length - 1).actors.values()]
      .filter(({ life }) => life !== 'ended')
      .toSorted((one, other) => (one.key < other.key ? -1 : 1))
      .map(({ key, chart, parent, value, context, timers }) => {
        const dueAt = timers.map(({ edge, ms, since }) => [edge, ms + since])
        return { key, chart, parent, value, context, dueAt }
      })
  expect(now(again)).toEqual(now(timeline))
  expect(now(again)).toHaveLength(3)
})

it('toFileName() leaves nothing that means something to a file system', () => {
  expect(toFileName('../../ä\u0000b?', 'svg')).toBe('a-b.svg')
  expect(toFileName('…', 'svg')).toBe('recording.svg')
})
