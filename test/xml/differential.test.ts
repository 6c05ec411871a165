import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { XmlElement } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import * as ns from '../../src/xml/namespaces.js'
import { concatBytes } from '../../src/xml/utf8.js'
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
  const { encoding = 'utf-8', restricted, root, mistaken, version = '1.0' } = judgeWithSaxes(text)
  if (mistaken) return null
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

/** What is wrong about one frame, if anything is. */
function compareFrame(random: Random, seen: { well: number }): string | undefined {
  const text = decode(mutate(toBytes(inventElement(random)), random, random.integer(3)))
  const expected = text === undefined ? null : judge(text)
  if (text === undefined || expected === null) return undefined
  if (expected !== undefined) seen.well++
  if (isDeepStrictEqual(readOrRefuse(text), expected)) return undefined
  return `${expected === undefined ? 'is accepted' : 'is refused or read otherwise'}: ${JSON.stringify(text)}`
}

/** What is wrong about one stream, if anything is. */
function compareStream(random: Random, seen: { well: number }): string | undefined {
  const body = mutate(inventStream(random), random, random.integer(4))
  const bytes = concatBytes([toBytes(header), body, toBytes('</stream:stream>')])
  const text = decode(bytes)
  const what = JSON.stringify(new TextDecoder().decode(body))

  const whole = readAll([bytes])
  for (const chunks of [cutRandomly(bytes, random, 12), cutEvery(bytes, 1), text ?? [bytes]]) {
    if (!isDeepStrictEqual(readAll(chunks), whole)) return `depends on how it is cut: ${what}`
  }
  const root = text === undefined ? undefined : judge(text)
  if (root === null) return undefined
  const expected = root === undefined ? undefined : expectedEvents(root)
  if (expected === undefined) {
    const finished = whole.some(({ kind }) => kind === 'closed') && failureOf(whole) === undefined
    return finished ? `is accepted: ${what}` : undefined
  }
  seen.well++
  return isDeepStrictEqual(whole, expected) ? undefined : `is refused or read otherwise: ${what}`
}

describe('the reader and saxes, on stanzas that chance has damaged', () => {
  it.each([
    ['frames', compareFrame, seed],
    ['streams, however they are cut', compareStream, seed + 1_000_000_000],
  ])(
    `agree on ${documents} %s`,
    (_what, compare, first) => {
      const divergences: string[] = []
      const seen = { well: 0 }
      for (let number = first; number < first + documents; number++) {
        const divergence = compare(createRandom(number), seen)
        if (divergence !== undefined) divergences.push(`${number} ${divergence}`)
      }
      expect(divergences).toEqual([])
      expect(seen.well).toBeGreaterThan(documents / 10)
    },
    3_600_000,
  )
})
