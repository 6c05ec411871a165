import type { EventTaken, SourceLine } from '../../../src/inspector/recording/record.js'

/** Says who is recorded. */
export const sourceLine = (source: string, more: Partial<SourceLine> = {}): SourceLine => ({
  kind: 'source',
  source,
  name: `${source}@example.test`,
  engine: 'xmpp-machines',
  startedAt: 1_700_000_000_000,
  ...more,
})

/** The event number `seq` of a source. */
export const eventLine = (source: string, seq: number, more: Partial<EventTaken> = {}): EventTaken => ({
  kind: 'event',
  source,
  seq,
  t: seq,
  actorPath: 'session',
  type: 'session.connect',
  value: 'connecting',
  edges: [],
  ...more,
})
