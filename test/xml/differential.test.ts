import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { XmlElement } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { ns } from '../../src/xml/namespaces.js'
import { inventElement, mutate } from './mutation.js'
import { judgeWithSaxes } from './oracle.js'
import { createRandom, cutEvery, cutRandomly, type Random } from './random.js'
import { failureOf, header, readAll, toBytes, type ReaderEvent } from './recorder.js'

/** `XML_FUZZ_DOCUMENTS=100000 npx vitest run test/xml/differential.test.ts` reads more of them. */
const documents = Number(process.env['XML_FUZZ_DOCUMENTS'] ?? 3000)
const seed = Number(process.env['XML_FUZZ_SEED'] ?? 20_260_101)

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * What the other parser, and the rules of RFC 6120 that it does not know, leave of a document; `null` where the other
 * parser is known to be wrong.
 */
function judge(text: string): XmlElement | undefined | null {
  // It takes U+FEFF for a byte order mark; RFC 6120 §11.6 does not.
  if (text.startsWith('\uFEFF')) return undefined
  const { encoding = 'utf-8', restricted, root, trimmed, version = '1.0' } = judgeWithSaxes(text)
  if (trimmed) return null
  return restricted || encoding.toLowerCase() !== 'utf-8' || version !== '1.0' ? undefined : root
}

function holdsStream(element: XmlElement): boolean {
  return element.elements().some((child) => child.is('stream', ns.streams) || holdsStream(child))
}

/** What a stream reader has to tell about a whole stream, as far as the other parser can say. */
function expectedEvents(root: XmlElement): readonly ReaderEvent[] | undefined {
  if (root.children.some((child) => typeof child === 'string' && /[^ \t\r\n]/.test(child))) return undefined
  if (holdsStream(root)) return undefined
  return [
    {
      kind: 'opened',
      header: new XmlElement(root.name, root.namespace, root.attributes),
      contentNamespace: ns.client,
    },
    ...root.elements().map((element): ReaderEvent => ({ kind: 'element', element })),
    { kind: 'closed' },
  ]
}

function readOrRefuse(text: string): XmlElement | undefined {
  try {
    return readFrame(text)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

function inventStream(random: Random): Uint8Array {
  let body = ''
  for (let count = 1 + random.integer(3); count > 0; count--) {
    body += inventElement(random) + random.pick(['', '', ' ', '\n'])
  }
  return toBytes(body)
}

describe('the reader and saxes, on stanzas that chance has damaged', () => {
  it(`agree on ${documents} frames`, () => {
    let well = 0
    for (let number = 0; number < documents; number++) {
      const random = createRandom(seed + number)
      const bytes = mutate(toBytes(inventElement(random)), random, random.integer(3))
      const text = decode(bytes)
      if (text === undefined) continue
      const expected = judge(text)
      const found = readOrRefuse(text)
      if (expected === null) continue
      if (expected !== undefined) well++
      expect(found, `frame ${seed + number}: ${JSON.stringify(text)}`).toEqual(expected)
    }
    expect(well).toBeGreaterThan(documents / 10)
  }, 3_600_000)

  it(`agree on ${documents} streams, however they are cut`, () => {
    let well = 0
    for (let number = 0; number < documents; number++) {
      const random = createRandom(seed + number + 1_000_000_000)
      const body = mutate(inventStream(random), random, random.integer(4))
      const bytes = new Uint8Array([...toBytes(header), ...body, ...toBytes('</stream:stream>')])
      const whole = readAll([bytes])
      const text = decode(bytes)
      const root = text === undefined ? undefined : judge(text)
      const expected = root === undefined || root === null ? undefined : expectedEvents(root)
      const why = `stream ${seed + number + 1_000_000_000}: ${JSON.stringify(new TextDecoder().decode(body))}`
      if (root === null) {
        expect(whole.length, why).toBeGreaterThan(0)
      } else if (expected === undefined) {
        const finished = whole.some(({ kind }) => kind === 'closed') && failureOf(whole) === undefined
        expect(finished, why).toBe(false)
      } else {
        well++
        expect(whole, why).toEqual(expected)
      }
      expect(readAll(cutRandomly(bytes, random, 12)), why).toEqual(whole)
      expect(readAll(cutEvery(bytes, 1)), why).toEqual(whole)
      if (text !== undefined) expect(readAll(text), why).toEqual(whole)
    }
    expect(well).toBeGreaterThan(documents / 10)
  }, 3_600_000)
})
