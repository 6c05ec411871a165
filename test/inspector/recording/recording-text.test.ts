import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseRecording,
  RecordingError,
  toRecordingText,
} from '../../../src/inspector/recording/recording-text.js'
import { toStory } from '../../../src/inspector/recording/story.js'
import { recordedSession } from './support.js'

const source = { kind: 'source', source: 's', name: 'alice', engine: 'xmpp-machines', startedAt: 0 }
const event = {
  kind: 'event',
  source: 's',
  seq: 0,
  t: 1,
  actorPath: 'session',
  type: 'x',
  value: 'offline',
  edges: [],
}
function outcomeOf(text: string): string {
  try {
    toStory(parseRecording(text))
    return 'told'
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}

describe('toRecordingText()', () => {
  it('writes of a stanza what JSON does, whatever is in it', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^["\\\n\u0000-\u001f\u2028…é]*$/),
    )
    const wire = fc.record({
      kind: fc.constant('wire' as const),
      direction: fc.constantFrom('in', 'out'),
      what: fc.constantFrom('open', 'element', 'close'),
      name: words,
      xml: words,
      source: words,
      seq: fc.nat(),
      t: fc.nat().map((tenths) => tenths / 10),
    })
    fc.assert(
      fc.property(wire, (line) => {
        expect(toRecordingText([line, line])).toBe(lineOf(line).repeat(2))
      }),
    )
  })
})

const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`

describe('parseRecording()', () => {
  it('reads what toRecordingText() has written, and writes it again', async () => {
    const { client, recorder } = await recordedSession()
    await client.close()
    const text = toRecordingText(recorder.history())
    expect(toRecordingText(parseRecording(text))).toBe(text)
  })

  it('reads files with blank lines and line ends of other systems', () => {
    expect(parseRecording(`\n${lineOf(source).replace('\n', '\r\n')}\r\n${JSON.stringify(event)}`)).toEqual([
      source,
      event,
    ])
  })

  it.each([
    ['text', 'hello', /line 2 is no JSON/],
    ['something else', '{"kind":"event"}', /line 2 is no line of a recording/],
    ['an unknown kind', '{"kind":"toString"}', /line 2 is no line of a recording/],
    ['a list', '[]', /line 2 is no line of a recording/],
    ['a state that is none', lineOf({ ...event, value: [1] }), /line 2 is no line/],
    ['a time that no calendar has', lineOf({ ...source, startedAt: 1e300 }), /line 2 is no line/],
    ['a name of prototypes', `{"kind":"event","__proto__":{"seq":1}}`, /line 2 is nested .* or has a name/],
    ['a name deeper in', lineOf({ ...event, data: { constructor: 1 } }), /line 2 is nested/],
    ['what is nested deeply', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, /line 2 is nested more than 64/],
    [
      'a chart without states',
      lineOf({ kind: 'chart', source: 's', chart: 'c', graph: {} }),
      /line 2 is no line/,
    ],
  ])('refuses %s, and names the line', (_what, line, message) => {
    const parse = () => parseRecording(lineOf(source) + line)
    expect(parse).toThrow(message)
    expect(parse).toThrow(RecordingError)
    expect(parse).toThrow(expect.objectContaining({ name: 'RecordingError', line: 2 }))
  })

  it('refuses a line that is too long', () => {
    expect(() => parseRecording(' '.repeat(9 * 1024 * 1024))).toThrow(/line 1 is longer than/)
  })

  it('gives lines or a RecordingError, whatever it reads', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(event)))), (lines) => {
        expect(outcomeOf(lines.join('\n'))).toMatch(/^(?:told|RecordingError)$/)
      }),
    )
  })
})

describe('toStory()', () => {
  it('tells each event, what it follows from, and what was refused', () => {
    const told = toStory(
      parseRecording(
        lineOf(source) +
          lineOf({ ...event, kind: 'start', type: 'xstate.init', chart: 'session', edges: undefined }) +
          lineOf({
            ...event,
            seq: 1,
            value: { active: { online: 'fresh' } },
            from: 'session/binding',
            edges: ['session.active xstate.done.actor.binding 0'],
            refused: [{ edge: 'e', guard: 'isBound', reason: 'no session was bound' }],
            stanza: 7,
          }),
      ),
    )
    expect(told).toEqual([
      'alice (xmpp-machines), recorded from 1970-01-01T00:00:00.000Z',
      '    0.001 s  session begins -> offline',
      '    0.001 s  session x from session/binding (after #7) -> active.online.fresh; not isBound (no session was bound)',
    ])
  })

  it('lets no file move the cursor or turn the text around', () => {
    const [line] = toStory(parseRecording(lineOf({ ...source, name: 'a\u001B[2J\u202Eb\nc' })))
    expect(line).toContain('a\uFFFD[2J\uFFFDb\uFFFDc')
  })

  it.each([
    [1, '1 earlier record was given up'],
    [2, '2 earlier records were given up'],
  ])('says how many records were given up: %i', (count, words) => {
    const dropped = { kind: 'dropped', source: 's', seq: 0, t: 1, count }
    const [, line] = toStory(parseRecording(lineOf(source) + lineOf(dropped)))
    expect(line).toContain(words)
  })
})
