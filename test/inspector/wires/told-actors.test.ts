import { expect, it } from 'vitest'
import type { RecordingLine } from '../../../src/inspector/recording/record.js'
import { ToldActors } from '../../../src/inspector/wires/told-actors.js'

const source = (name: string): RecordingLine => ({
  kind: 'source',
  source: name,
  name,
  engine: 'xmpp-machines',
  startedAt: 1_000,
})
const start = (name: string, seq: number, actorPath: string, found?: true): RecordingLine => ({
  kind: 'start',
  source: name,
  seq,
  t: seq,
  actorPath,
  type: 'xstate.init',
  ...(found && { found }),
})
const gap = { kind: 'dropped', source: 'a', seq: 9, t: 9, count: 7 } as const

function told(lines: readonly RecordingLine[]): readonly string[] {
  const actors = new ToldActors()
  return lines
    .flatMap((line) => actors.read(line))
    .map(({ actor, record, time }) => `${time} ${record.kind} ${actor.sessionId} ${actor.status ?? 'lives'}`)
}

it('ToldActors tells the end of who lives no more behind a gap, and of nobody else', () => {
  const before = [
    source('a'),
    source('a:b'),
    start('a', 0, 'root'),
    start('a', 1, 'root/call'),
    start('a:b', 0, 'root'),
    start('a', 2, 'root/done'),
    { kind: 'end', source: 'a', seq: 3, t: 3, actorPath: 'root/done', status: 'done' },
  ] as const
  const found = start('a', 9, 'root', true)
  expect(told([...before, { ...gap, living: ['root'] }, found]).slice(-2)).toEqual([
    '1009 end a:root/call stopped',
    '1009 start a:root lives',
  ])
  expect(told([...before, { ...gap, living: [] }, start('a', 10, 'root')]).slice(-3)).toEqual([
    '1009 end a:root stopped',
    '1009 end a:root/call stopped',
    '1010 start a:root #2 lives',
  ])
  expect(told([...before, gap])).toEqual(told(before))
})
