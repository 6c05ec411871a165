import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { hostileCorpus, type HostileCase } from './hostile-corpus.js'
import { concatBytes } from '../../src/xml/utf8.js'
import { createRandom, cutEvery, cutRandomly } from './random.js'
import { failureOf, readAll, toBytes } from './recorder.js'

function bytesOf({ input }: HostileCase): Uint8Array {
  return concatBytes(input.map((part) => (typeof part === 'string' ? toBytes(part) : new Uint8Array(part))))
}

function conditionOfFrame(frame: string): string | undefined {
  try {
    readFrame(frame)
    return undefined
  } catch (error) {
    return error instanceof ProtocolError ? error.condition : 'no protocol error'
  }
}

const refused = hostileCorpus.filter(({ expected }) => expected !== null)

describe('the hostile corpus', () => {
  it('holds at least 150 cases, each of them once', () => {
    expect(hostileCorpus.length).toBeGreaterThanOrEqual(150)
    expect(new Set(hostileCorpus.map(({ input }) => JSON.stringify(input))).size).toBe(hostileCorpus.length)
  })

  it.each(hostileCorpus)('$what: $expected', (hostile) => {
    const bytes = bytesOf(hostile)
    const events = readAll([bytes])
    expect(failureOf(events) ?? null).toBe(hostile.expected)
    expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(hostile.expected === null ? 0 : 1)
    expect(readAll(cutEvery(bytes, bytes.length < 5000 ? 1 : 997))).toEqual(events)
    const random = createRandom(bytes.length)
    for (let count = 0; count < 4; count++) expect(readAll(cutRandomly(bytes, random, 6))).toEqual(events)
  })

  it.each(
    hostileCorpus.filter(
      ({ expected, input }) => expected !== null && bytesOf({ what: '', expected, input }).length < 5000,
    ),
  )('nothing is told behind the failure: $what', (hostile) => {
    const more = toBytes('<message/><a></a></stream:stream> \xFF\'">]]>--?>')
    expect(readAll([bytesOf(hostile), more])).toEqual(readAll([bytesOf(hostile)]))
  })

  it.each(refused)(
    'is refused in a frame, which is a document that it cuts off at the latest: $what',
    (hostile) => {
      const frame = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(hostile))
      expect([hostile.expected, 'not-well-formed']).toContain(conditionOfFrame(frame))
    },
  )
})
