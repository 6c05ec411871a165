import type { RecordingLine, SourceLine, StanzaCrossed } from '../../src/inspector/recording/record.js'

const source: SourceLine = {
  kind: 'source',
  source: 'many',
  name: 'many@example.test',
  engine: 'xmpp-machines',
  startedAt: 0,
}

/** One of many messages, the first of which is 0. */
export const manyth = (seq: number): StanzaCrossed => ({
  kind: 'wire',
  source: source.source,
  seq,
  t: seq,
  direction: 'in',
  what: 'element',
  name: 'message',
  xml: `<message from='bob@example.test' n='${seq}'><body>hidden</body></message>`,
})

/** A source through which so many messages have come. */
export const manyStanzas = (count: number): readonly RecordingLine[] => [
  source,
  ...Array.from({ length: count }, (_, seq) => manyth(seq)),
]
